import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** What it has printed is in pipes when a process is gone; only who left its group may hold them open for longer. */
const DRAIN_MS = 1_000;

/**
 * Runs a job in a process of its own: what it leaves in memory, in the environment and on disk is gone with it, and so are processes that it has
 * started; when it computes for too long, or exits, the handler is still there.
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
    // A group of its own, which ends with it.
    detached: true,
  });
  takeOutput(child, onOutput);
  const ended = endOf(child);
  const send = (message: ToDriver): void => void child.send(message, () => undefined);
  send({ kind: 'start', appId, start, file: join(folder.code, DRIVER_FILE), engine, localFiles });
  return {
    ended,
    async handOver() {
      const handedOver = new Promise<void>((resolve) => {
        // A job may send messages of its own.
        child.on('message', (message: Partial<FromDriver> | null) => message?.kind === 'handedOver' && resolve());
      });
      send({ kind: 'handOver' });
      await handedOver;
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) killGroup(child);
      await ended;
    },
  };
}

/** A job that prints faster than it can be stored waits in its writes: what is taken lies in the handler's memory. */
function takeOutput(child: ChildProcess, onOutput: StartDriverProcess['onOutput']): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name];
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const room = onOutput(name, text);
      if (room === null || child.exitCode !== null || child.signalCode !== null) return;
      stream.pause();
      void room.then(() => stream.resume());
    });
  }
}

/** Its end, with that of its group: whoever holds its output open would be waited, and paid, for. */
async function endOf(child: ChildProcess): Promise<ProcessEnd> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const [code, signal] = await once(child, 'exit');
  killGroup(child);
  // No more than pipes hold can come now.
  for (const stream of [child.stdout, child.stderr]) stream?.resume();
  await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]);
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  return { code, signal };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: nobody is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
