import { type ResourceLimits, Worker } from 'node:worker_threads';
import { errorCode } from '../../errors/levin-error.ts';
import type { FromWorker, ToWorker } from '../worker/worker-protocol.ts';
import type { SpawnWorker, WorkerEnd } from './worker-handle.ts';

export interface WorkerThreadOptions {
  /** Module that calls `serveWorker`. */
  readonly entry: URL;
  /** What the entry needs to wire itself: its `workerData`. */
  readonly data: object;
  /** Limits of the JavaScript heap; the rest of memory is watched by the supervisor. */
  readonly resourceLimits?: ResourceLimits;
  /** The thread is gone: what it left behind can be removed. */
  readonly onExit?: (threadId: number) => void;
  /** The worker's environment; absent is a copy of the process's own. */
  readonly env?: NodeJS.Dict<string>;
}

/** User code in `node:worker_threads`. */
export function createWorkerThreadSpawner(options: WorkerThreadOptions): SpawnWorker {
  return (events) => {
    const worker = new Worker(options.entry, {
      workerData: options.data,
      // Stacks of user errors show the user's lines.
      execArgv: ['--enable-source-maps', '--disable-warning=ExperimentalWarning'],
      ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    // The handle forgets it when the thread ends.
    const { threadId } = worker;
    let end: WorkerEnd | null = null;
    let outbox: ToWorker[] = [];
    const flush = (): void => {
      const messages = outbox;
      outbox = [];
      worker.postMessage(messages);
    };
    worker.on('message', (messages: readonly FromWorker[]) => {
      for (const message of messages) events.onMessage(message);
    });
    worker.on('error', (error) => {
      end = { kind: errorCode(error) === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'crashed', error };
    });
    worker.on('exit', (code) => {
      options.onExit?.(threadId);
      events.onEnd(end ?? { kind: 'exited', code });
    });
    worker.unref();
    return {
      post(message) {
        // What one turn of the event loop has to say wakes the worker once.
        if (outbox.push(message) === 1) setImmediate(flush);
      },
      terminate: async () => void (await worker.terminate()),
      activity: () => {
        const { active, idle } = worker.performance.eventLoopUtilization();
        return { activeMs: active, idleMs: idle };
      },
      hold: (busy) => (busy ? worker.ref() : worker.unref()),
    };
  };
}
