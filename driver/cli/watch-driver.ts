import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { chaosText, parseChaos } from '../chaos/parse-chaos.ts';
import { type DeadlyChaos, LIFE_VARIABLE, type LifeMessage, WATCHER_FD } from './driver-life.ts';
import type { RunArguments } from './run-arguments.ts';

/** Runs the driver in a process of its own and starts the next one each time it was killed on purpose. Ends as the last one does. */
export async function watchDriver({ job, args, flags, appId }: RunArguments, given: DeadlyChaos): Promise<void> {
  const chaos = parseChaos(given.chaos, given.master);
  // Every life has the same seed.
  const settings = { ...flags, chaos: chaosText(chaos, chaos.seed ?? randomUUID().slice(0, 8)) };
  const conf = Object.entries(settings).flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
  const earlier: Record<string, number> = {};
  let app = appId;
  for (let number = 0; ; number++) {
    const ofJob = app === null ? [job, '--', ...args] : ['--app', app, job];
    const life = JSON.stringify({ number, earlier });
    const deaths = earlier['driver'] ?? 0;
    const { code, signal } = await live([...conf, ...ofJob], life, (message) => {
      if ('app' in message) app = message.app;
      else earlier[message.fault] = (earlier[message.fault] ?? 0) + 1;
    });
    if (app !== null && signal === 'SIGKILL' && (earlier['driver'] ?? 0) > deaths) continue;
    if (signal !== null) process.kill(process.pid, signal);
    process.exitCode = code ?? 1;
    return;
  }
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

async function live(args: readonly string[], life: string, onMessage: (message: LifeMessage) => void): Promise<End> {
  const command = [...process.execArgv, process.argv[1] as string, 'run', ...args];
  const child: ChildProcess = spawn(process.execPath, command, {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [LIFE_VARIABLE]: life },
  });
  // The terminal sends Ctrl-C to both: the driver ends in its own way, and this process with it.
  const onInterrupt = (): void => undefined;
  const onTerminate = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
  let text = '';
  (child.stdio[WATCHER_FD] as Readable).setEncoding('utf8').on('data', (some: string) => {
    const lines = (text + some).split('\n');
    text = lines.pop() as string;
    for (const line of lines) onMessage(JSON.parse(line) as LifeMessage);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
  return { code, signal };
}
