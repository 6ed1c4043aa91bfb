import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromDriver, ToDriver } from '../driver/submission/driver-messages.ts';
import type { DriverProcess, ProcessEnd, StartDriverProcess } from '../driver/submission/driver-process.ts';
import { DRIVER_FILE } from '../driver/submission/packed-job.ts';
import { makeJobFolder } from '../engine/adapters/local/job-folder.ts';
import { entryUrl } from '../engine/runtime/supervisor/entry-url.ts';
import type { AwsEngine } from '../engine/types/aws-engine.ts';

export interface DriverProcessSettings {
  readonly engine: AwsEngine;
  readonly localFiles: boolean;
  /** A folder that belongs to the environment whole. */
  readonly temporary: string;
  /** The function's own folder: what the job imports as `levin`. */
  readonly folder: string;
  readonly memoryMb: number;
}

/** For the handler's own process, and for what a driver holds outside of its heap. */
const RESERVE_MB = 256;

/**
 * Runs a job in a process of its own: what it leaves in memory, in the environment and on disk is gone with it, and when it computes for too long, or
 * exits, the handler is still there.
 */
export function startDriverProcess(settings: DriverProcessSettings, { appId, start, files, onOutput }: StartDriverProcess): DriverProcess {
  const { engine, localFiles, temporary, memoryMb } = settings;
  const folder = makeJobFolder({ root: temporary, files, levin: settings.folder });
  const child = fork(entryUrl('./driver-process', import.meta.url), [], {
    cwd: folder.work,
    env: { ...process.env, TMPDIR: folder.temporary },
    execArgv: [
      '--enable-source-maps',
      '--disable-warning=ExperimentalWarning',
      `--max-old-space-size=${Math.max(memoryMb / 2, memoryMb - RESERVE_MB)}`,
      // Hundreds of sockets' buffers would fill a larger one before it is cleaned up.
      '--max-semi-space-size=4',
    ],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.setEncoding('utf8').on('data', (text: string) => onOutput(stream, text));
  const ended = once(child, 'close').then(([code, signal]): ProcessEnd => ({ code, signal }));
  const send = (message: ToDriver): void => void child.send(message, () => undefined);
  send({ kind: 'start', appId, start, file: join(folder.code, DRIVER_FILE), engine, localFiles });
  return {
    ended,
    async handOver() {
      const handedOver = new Promise<void>((resolve) => child.on('message', (_: FromDriver) => resolve()));
      send({ kind: 'handOver' });
      await handedOver;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
