import type { Clock } from '../../ports/clock.ts';
import type { BroadcastRef } from '../../types/broadcast.ts';
import type { TaskFailure } from '../../types/failure.ts';
import type { PreparedOutput } from '../worker/worker-protocol.ts';
import { afterMs } from './after-ms.ts';
import type { Attempt } from './attempt.ts';
import { type LiveWorker, startLiveWorker } from './live-worker.ts';
import { type ExecutorFacts, endedFailure, exitFailure, type StopReason, startFailure } from './stop-reason.ts';
import type { SpawnWorker, WorkerEnd } from './worker-handle.ts';

/** How long a stopped attempt has to end by itself before its worker is terminated. */
const STOP_GRACE_MS = 300;
/** Terminating a thread takes a few milliseconds, unless native code holds it: nobody waits longer than this. */
const TERMINATE_WAIT_MS = 1_000;
/** A worker that computed for more than this share of an attempt was not waiting. */
const CPU_BOUND_SHARE = 0.5;

export interface SlotOptions {
  readonly spawn: SpawnWorker;
  readonly clock: Clock;
  readonly facts: ExecutorFacts;
  readonly onStarted: (attempt: Attempt) => void;
  /** The worker is through with the attempt. */
  readonly onDone: (attempt: Attempt) => void;
  readonly onPrepared: (attempt: Attempt, prepared: PreparedOutput) => void;
  /** The worker is gone and `ended` with it; the slot is empty again. */
  readonly onLost: (ended: readonly Attempt[]) => void;
  /** Attempts that were sent to this slot and are not done. */
  readonly assigned: () => readonly Attempt[];
  readonly onBroadcast: (appId: string, ref: BroadcastRef) => Promise<Uint8Array>;
  /** Some attempt is on its way: workers keep the process alive. */
  readonly isBusy: () => boolean;
  readonly onWarning: (message: string) => void;
}

/** A place for one worker; empty until its first task. */
export interface Slot {
  isUp(): boolean;
  prewarm(): void;
  /** `identity` is the code that the worker has loaded: another one needs another worker. */
  send(attempt: Attempt, identity: string): void;
  /** True: the attempt has not started and will not. */
  takeBack(attempt: Attempt): boolean;
  /** Stops an attempt that has started: asks, and terminates the worker when that does not help. Settles it. */
  stop(attempt: Attempt, reason: StopReason): void;
  /** Stops the running attempt without asking. */
  killRunning(reason: StopReason): void;
  /** Has the worker drop what it keeps of a broadcast. */
  forget(appId: string, hash: string): void;
  /** What is kept of these RDDs goes; `forGood`: they are not persisted any more. */
  dropBlocks(rdds: readonly number[], forGood: boolean): void;
  hold(): void;
  close(): Promise<void>;
}

interface State {
  readonly options: SlotOptions;
  worker: LiveWorker | null;
  identity: string | null;
  /** The worker is being terminated; what is assigned meanwhile is placed again when it is gone. */
  ending: Promise<void> | null;
  /** Workers that served other code. */
  leaving: Promise<unknown>;
}

export function createSlot(options: SlotOptions): Slot {
  const state: State = { options, worker: null, identity: null, ending: null, leaving: Promise.resolve() };
  return {
    isUp: () => state.worker !== null && state.ending === null,
    prewarm() {
      state.worker ??= start(state);
    },
    send(attempt, identity) {
      if (state.ending !== null) return;
      if (state.identity !== null && state.identity !== identity) dismiss(state);
      state.identity = identity;
      state.worker ??= start(state);
      state.worker.send(attempt);
    },
    takeBack: (attempt) => state.worker === null || !state.worker.has(attempt) || state.worker.takeBack(attempt),
    stop: (attempt, reason) => stop(state, attempt, reason),
    killRunning(reason) {
      const running = state.worker?.started() ?? [];
      for (const attempt of running) attempt.stopReason ??= reason;
      if (running.length > 0) void terminate(state);
    },
    forget: (appId, hash) => state.worker?.handle.post({ kind: 'forget', appId, hash }),
    dropBlocks(rdds, forGood) {
      state.worker?.handle.post({ kind: 'dropBlocks', rdds, forGood });
    },
    hold() {
      // A worker that is being terminated keeps the process alive until it is gone: somebody waits for that.
      if (state.ending === null) state.worker?.handle.hold(options.isBusy());
    },
    async close() {
      await Promise.all([terminate(state), state.leaving]);
    },
  };
}

function start(state: State): LiveWorker {
  const { options } = state;
  const worker = startLiveWorker(options.spawn, {
    onStarted(attempt) {
      options.onStarted(attempt);
      attempt.event({ kind: 'started', executorId: options.facts.executorId });
      watchDeadline(state, worker, attempt);
    },
    onPrepared(attempt, prepared) {
      options.onPrepared(attempt, prepared);
      options.onDone(attempt);
    },
    onFailed(attempt, failure, tainted) {
      attempt.settleUnlessStopped({ kind: 'failure', failure });
      if (tainted) void terminate(state);
      options.onDone(attempt);
    },
    onBroadcast: options.onBroadcast,
    onEnd: (end) => onEnd(state, worker, end),
  });
  worker.handle.hold(options.isBusy());
  return worker;
}

function watchDeadline(state: State, worker: LiveWorker, attempt: Attempt): void {
  const { maxMs } = attempt.spec;
  if (maxMs === null) return;
  afterMs(state.options.clock, maxMs, attempt, () => {
    if (state.worker !== worker || attempt.phase !== 'running') return;
    stop(state, attempt, { kind: 'deadline', maxMs, cpuBound: worker.busyShare(attempt) > CPU_BOUND_SHARE });
  });
}

function stop(state: State, attempt: Attempt, reason: StopReason): void {
  attempt.stopReason ??= reason;
  state.worker?.cancel(attempt);
  afterMs(state.options.clock, STOP_GRACE_MS, attempt, () => {
    // It may have finished, and only what it staged is being taken away.
    if (state.worker?.has(attempt) === true) void terminate(state);
  });
}

/** The worker has no task, and has loaded code that is not wanted any more. */
function dismiss(state: State): void {
  if (state.worker === null) return;
  state.worker.mute();
  state.leaving = Promise.all([state.leaving, state.worker.handle.terminate()]);
  state.worker = null;
}

function terminate(state: State): Promise<void> {
  const { worker } = state;
  if (worker === null) return Promise.resolve();
  state.ending ??= (async () => {
    await Promise.race([worker.handle.terminate(), state.options.clock.sleep(TERMINATE_WAIT_MS, { unref: true })]);
    if (state.worker !== worker) return;
    worker.mute();
    onEnd(state, worker, { kind: 'exited', code: 1 });
  })();
  return state.ending;
}

/**
 * A worker that we terminated takes along what was being stopped; one that ended by itself, what it ran.
 * One that never came up would not the next time either: everything meant for it fails, or it would go on for ever.
 */
function onEnd(state: State, worker: LiveWorker, end: WorkerEnd): void {
  const { options } = state;
  const asked = state.ending !== null;
  state.worker = null;
  state.ending = null;
  const own = worker.ready ? worker.started() : options.assigned();
  const guilty = asked ? worker.started().filter((attempt) => attempt.stopReason !== null) : own;
  for (const attempt of guilty)
    attempt.settleUnlessStopped({ kind: 'failure', failure: failureAtEnd(worker, end, attempt, options.facts) });
  if (guilty.length === 0 && !asked) options.onWarning(idleEndWarning(end, options.facts));
  options.onLost(guilty);
}

function failureAtEnd(worker: LiveWorker, end: WorkerEnd, { spec }: Attempt, facts: ExecutorFacts): TaskFailure {
  if (!worker.ready) return startFailure(spec, end, facts);
  return worker.exit === null ? endedFailure(spec, end, facts) : exitFailure(spec, worker.exit.code, worker.exit.stack);
}

function idleEndWarning(end: WorkerEnd, facts: ExecutorFacts): string {
  const why = end.kind === 'exited' ? `exited with code ${end.code}` : `ended: ${String(end.error)}`;
  return `A worker of executor ${facts.executorId} ${why} while no task ran in it, through something that an earlier task left behind. It is replaced.`;
}
