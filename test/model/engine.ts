import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, Program } from './program/program.ts';
import type { Request } from './program/serve.ts';

export interface Answer {
  readonly outcome: Outcome;
  /** Executors that were killed while the program ran. */
  readonly killed: number;
}

/** A levin driver in a process of its own that runs programs. */
export interface Engine extends AsyncDisposable {
  run(program: Program, kill?: Request['kill']): Promise<Answer>;
}

const SERVE = fileURLToPath(new URL('./program/serve.ts', import.meta.url));
const REGISTER = new URL('../../engine/closures/loading/register.ts', import.meta.url).href;
/** In memory where there is such a file system: durable commits on a disk take half of the time. */
const TEMPORARY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** A program that takes longer hangs. */
const HANG_MS = 180_000;

export async function startEngine(master: string): Promise<Engine> {
  const folder = mkdtempSync(join(TEMPORARY, 'levin-model-'));
  const child = fork(SERVE, [master, folder], {
    execArgv: ['--import', REGISTER],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, LEVIN_STATE_DIR: folder, NODE_OPTIONS: '' },
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-10_000);
  });
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  const ended = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  child.on('message', (message: unknown) => {
    if (message === 'ready') ready.resolve();
    else {
      const answer = message as Answer & { readonly id: number };
      waiting.get(answer.id)?.resolve(answer);
      waiting.delete(answer.id);
    }
  });
  child.on('exit', (code, signal) => {
    const error = new Error(`the driver on ${master} ended with ${code ?? signal}: ${stderr}`);
    for (const { reject } of waiting.values()) reject(error);
    ready.reject(error);
    ended.resolve();
  });
  await ready.promise;
  let next = 0;
  return {
    async run(program, kill = 'none') {
      const id = next++;
      const answer = Promise.withResolvers<Answer>();
      waiting.set(id, answer);
      const hung = setTimeout(() => answer.reject(new Error(`a program did not end within ${HANG_MS} ms: ${stderr}`)), HANG_MS);
      child.send({ id, program, kill } satisfies Request);
      try {
        return await answer.promise;
      } finally {
        clearTimeout(hung);
      }
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      const guard = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended.promise;
      clearTimeout(guard);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
