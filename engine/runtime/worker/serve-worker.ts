import type { MessagePort } from 'node:worker_threads';
import type { TaskFailure } from '../../types/failure.ts';
import type { TaskSpec } from '../../types/task.ts';
import { type AttemptLog, captureConsole, createAttemptLog } from './console-capture.ts';
import { guardThread } from './exit-guard.ts';
import { strayFailure } from './stray-failure.ts';
import { cancelledFailure, failureOf } from './task-failure.ts';
import { transferablesOf } from './transferables.ts';
import { CLAIM_STARTED, CLAIM_WAITING, type FromWorker, type PreparedOutput, type ToWorker } from './worker-protocol.ts';

/** Runs one attempt up to its prepared output. Rejects with the user's or levin's error, or when the signal is aborted. */
export type RunAttempt = (spec: TaskSpec, context: { readonly signal: AbortSignal }) => Promise<PreparedOutput>;

export interface ServeWorkerOptions {
  readonly port: MessagePort;
  readonly runAttempt: RunAttempt;
}

interface Running {
  readonly id: number;
  readonly spec: TaskSpec;
  readonly abort: AbortController;
  readonly log: AttemptLog;
  /** Ends the attempt now, whatever it waits for. */
  readonly fail: (failure: TaskFailure) => void;
}

/**
 * The worker's loop: one task at a time in the order received, user code included.
 * The thread lives until its supervisor terminates it.
 */
export function serveWorker(options: ServeWorkerOptions): void {
  const { port, runAttempt } = options;
  const queue: Extract<ToWorker, { kind: 'task' }>[] = [];
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  let running: Running | null = null;
  let draining = false;

  captureConsole(console, () => running?.log ?? null);
  guardThread(process, {
    onStray(error, origin) {
      // Between tasks there is nobody to blame but a task that has ended: end the thread loudly rather than go on with its leftovers.
      if (running === null) throw error;
      running.fail(strayFailure(error, origin));
    },
    onExit(code, stack) {
      running?.log.end();
      post({ kind: 'exiting', id: running?.id ?? null, code, stack });
    },
  });

  const runOne = async (task: Extract<ToWorker, { kind: 'task' }>): Promise<void> => {
    if (Atomics.compareExchange(task.claim, 0, CLAIM_WAITING, CLAIM_STARTED) !== CLAIM_WAITING) {
      post({ kind: 'skipped', id: task.id });
      return;
    }
    const { id, spec } = task;
    const stray = Promise.withResolvers<TaskFailure>();
    const log = createAttemptLog((level, text) => post({ kind: 'log', id, level, text }));
    running = { id, spec, abort: new AbortController(), log, fail: stray.resolve };
    post({ kind: 'started', id });
    const ended = await endOf(runAttempt, running, stray.promise);
    log.end();
    running = null;
    if ('failure' in ended) post({ kind: 'failed', id, ...ended });
    else post({ kind: 'prepared', id, prepared: ended.prepared }, transferablesOf(ended.prepared.output));
  };

  const drain = async (): Promise<void> => {
    draining = true;
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) await runOne(task);
    draining = false;
  };

  port.on('message', (message: ToWorker) => {
    if (message.kind === 'cancel') {
      if (running?.id === message.id) running.abort.abort(new Error('the attempt was cancelled'));
      return;
    }
    queue.push(message);
    if (!draining) void drain();
  });
  post({ kind: 'ready' });
}

type Ended = { readonly prepared: PreparedOutput } | { readonly failure: TaskFailure; readonly tainted: boolean };

async function endOf(runAttempt: RunAttempt, running: Running, stray: Promise<TaskFailure>): Promise<Ended> {
  const strayed = stray.then((failure): Ended => ({ failure, tainted: true }));
  const ended = attempt(runAttempt, running).then(async (end): Promise<Ended> => {
    // One turn of the event loop: a promise rejected in the task's last step is reported as unhandled only after this microtask.
    await new Promise<void>((resolve) => setImmediate(resolve));
    return end;
  });
  return await Promise.race([strayed, ended]);
}

async function attempt(runAttempt: RunAttempt, { spec, abort }: Running): Promise<Ended> {
  try {
    return { prepared: await runAttempt(spec, { signal: abort.signal }) };
  } catch (error) {
    return { failure: abort.signal.aborted ? cancelledFailure(spec) : failureOf(error), tainted: false };
  }
}
