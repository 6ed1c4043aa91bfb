import type { MessagePort } from 'node:worker_threads';
import type { TaskFailure } from '../../types/failure.ts';
import { NO_REQUESTS, type RequestUsage, requestsSince } from '../../types/request-usage.ts';
import type { TaskSpec } from '../../types/task.ts';
import { createAskedBroadcasts } from './asked-broadcasts.ts';
import type { FetchBroadcast } from './broadcast-store.ts';
import { type AttemptLog, captureConsole, createAttemptLog } from './console-capture.ts';
import { guardThread } from './exit-guard.ts';
import { strayFailure } from './stray-failure.ts';
import { cancelledFailure, failureOf } from './task-failure.ts';
import { transferablesOf } from './transferables.ts';
import { CLAIM_STARTED, CLAIM_WAITING, type FromWorker, type PreparedOutput, type ToWorker } from './worker-protocol.ts';

/** Runs one attempt up to its prepared output. Rejects with the user's or levin's error, or when the signal is aborted. */
export type RunAttempt = (spec: TaskSpec, context: AttemptContext) => Promise<PreparedOutput>;

export interface AttemptContext {
  readonly signal: AbortSignal;
  /** Broadcasts come from the supervisor, which reads each once for all of its threads; absent: the attempt reads them itself. */
  readonly fetchBroadcast?: FetchBroadcast;
}

export interface ServeWorkerOptions {
  readonly port: MessagePort;
  readonly runAttempt: RunAttempt;
  /** Drops the blocks of RDDs that are not persisted any more; absent: none are kept. */
  readonly dropBlocks?: (rdds: readonly number[], forGood: boolean) => void;
  /** What this thread has asked of stores up to now; absent: it costs nothing. */
  readonly requests?: () => RequestUsage | null;
  /** A broadcast is not used any more. */
  readonly onForget?: (appId: string, hash: string) => void;
}

/** What is said of a task last. */
interface End {
  readonly message: FromWorker;
  readonly transfer: ArrayBuffer[];
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
  const post = (...messages: readonly FromWorker[]) => port.postMessage(messages);
  let running: Running | null = null;
  let draining = false;

  const asked = createAskedBroadcasts(post);

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

  const postEnd = ({ message, transfer }: End, ...next: readonly FromWorker[]) => port.postMessage([message, ...next], transfer);

  /** The end of a task travels with the beginning of the next: each message wakes the supervisor. */
  const runOne = async (task: Extract<ToWorker, { kind: 'task' }>, before: End | null): Promise<End> => {
    if (Atomics.compareExchange(task.claim, 0, CLAIM_WAITING, CLAIM_STARTED) !== CLAIM_WAITING) {
      if (before !== null) postEnd(before);
      return { message: { kind: 'skipped', id: task.id }, transfer: [] };
    }
    const { id, spec } = task;
    const stray = Promise.withResolvers<TaskFailure>();
    const log = createAttemptLog((level, text) => post({ kind: 'log', id, level, text }));
    running = { id, spec, abort: new AbortController(), log, fail: stray.resolve };
    if (before === null) post({ kind: 'started', id });
    else postEnd(before, { kind: 'started', id });
    const used = options.requests?.() ?? null;
    const ended = await endOf((each, context) => runAttempt(each, { ...context, fetchBroadcast: asked.fetch }), running, stray.promise);
    const since = options.requests?.() ?? null;
    const requested = since === null ? {} : { requests: requestsSince(used ?? NO_REQUESTS, since) };
    log.end();
    running = null;
    if ('failure' in ended) return { message: { kind: 'failed', id, ...ended, ...requested }, transfer: [] };
    return { message: { kind: 'prepared', id, prepared: ended.prepared, ...requested }, transfer: transferablesOf(ended.prepared.output) };
  };

  const drain = async (): Promise<void> => {
    draining = true;
    let end: End | null = null;
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) end = await runOne(task, end);
    if (end !== null) postEnd(end);
    draining = false;
  };

  port.on('message', (messages: readonly ToWorker[]) => {
    for (const message of messages) {
      if (message.kind === 'task') queue.push(message);
      else if (message.kind === 'broadcast') asked.answered(message.ask, message.answer);
      else if (message.kind === 'forget') options.onForget?.(message.appId, message.hash);
      else if (message.kind === 'dropBlocks') options.dropBlocks?.(message.rdds, message.forGood);
      else if (running?.id === message.id) running.abort.abort(new Error('the attempt was cancelled'));
    }
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
