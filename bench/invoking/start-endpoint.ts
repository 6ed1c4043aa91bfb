import { fork } from 'node:child_process';
import type { EndpointCounts } from './endpoint.ts';

export interface RunningEndpoint extends AsyncDisposable {
  readonly url: string;
  counts(): Promise<EndpointCounts>;
}

/** `endpoint.ts` in a process of its own. */
export async function startEndpoint(...args: readonly string[]): Promise<RunningEndpoint> {
  const child = fork(new URL('./endpoint.ts', import.meta.url), args, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const gone = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const next = <T>(): Promise<T> => new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
  const { port } = await next<{ readonly port: number }>();
  return {
    url: `http://127.0.0.1:${port}`,
    counts() {
      const answer = next<EndpointCounts>();
      child.send('count');
      return answer;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
