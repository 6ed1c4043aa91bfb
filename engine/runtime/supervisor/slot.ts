import type { Clock } from '../../ports/clock.ts';
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
  hold(): void;
  close(): Promise<void>;
}

export function createSlot(options: SlotOptions): Slot {
  const { clock } = options;
  let worker: LiveWorker | null = null;
  let identity: string | null = null;
  /** The worker is being terminated; what is assigned meanwhile is placed again when it is gone. */
  let ending: Promise<void> | null = null;
  /** Workers that served other code. */
  let leaving: Promise<unknown> = Promise.resolve();

  const start = (): LiveWorker => {
    const started = startLiveWorker(options.spawn, {
      onStarted: (attempt) => onStarted(started, attempt),
      onPrepared(attempt, prepared) {
        options.onPrepared(attempt, prepared);
        options.onDone(attempt);
      },
      onFailed(attempt, failure, tainted) {
        attempt.settleUnlessStopped({ kind: 'failure', failure });
        if (tainted) void terminate();
        options.onDone(attempt);
      },
      onEnd: (end) => onEnd(started, end),
    });
    started.handle.hold(options.isBusy());
    return started;
  };

  const onStarted = (on: LiveWorker, attempt: Attempt): void => {
    options.onStarted(attempt);
    attempt.event({ kind: 'started', executorId: options.facts.executorId });
    const { maxMs } = attempt.spec;
    if (maxMs === null) return;
    afterMs(clock, maxMs, attempt, () => {
      if (worker !== on || attempt.phase !== 'running') return;
      slot.stop(attempt, { kind: 'deadline', maxMs, cpuBound: on.busyShare(attempt) > CPU_BOUND_SHARE });
    });
  };

  const onEnd = (ended: LiveWorker, end: WorkerEnd): void => {
    const asked = ending !== null;
    worker = null;
    ending = null;
    const guilty = asked ? ended.started().filter((attempt) => attempt.stopReason !== null) : blame(ended);
    for (const attempt of guilty) {
      attempt.settleUnlessStopped({ kind: 'failure', failure: failureAtEnd(ended, end, attempt, options.facts) });
    }
    if (guilty.length === 0 && !asked) options.onWarning(idleEndWarning(end, options.facts));
    options.onLost(guilty);
  };

  // A worker that dies before it is up would do so again: everything that was meant for it fails, or it would go on for ever.
  const blame = (ended: LiveWorker): readonly Attempt[] => (ended.ready ? ended.started() : options.assigned());

  const terminate = (): Promise<void> => {
    const ended = worker;
    if (ended === null) return Promise.resolve();
    ending ??= (async () => {
      await Promise.race([ended.handle.terminate(), clock.sleep(TERMINATE_WAIT_MS, { unref: true })]);
      if (worker !== ended) return;
      ended.mute();
      onEnd(ended, { kind: 'exited', code: 1 });
    })();
    return ending;
  };

  const slot: Slot = {
    isUp: () => worker !== null && ending === null,
    prewarm() {
      worker ??= start();
    },
    send(attempt, wanted) {
      if (ending !== null) return;
      if (worker !== null && identity !== null && identity !== wanted) {
        worker.mute();
        leaving = Promise.all([leaving, worker.handle.terminate()]);
        worker = null;
      }
      identity = wanted;
      worker ??= start();
      worker.send(attempt);
    },
    takeBack: (attempt) => worker === null || !worker.has(attempt) || worker.takeBack(attempt),
    stop(attempt, reason) {
      attempt.stopReason ??= reason;
      worker?.cancel(attempt);
      afterMs(clock, STOP_GRACE_MS, attempt, () => void terminate());
    },
    killRunning(reason) {
      const running = worker?.started() ?? [];
      for (const attempt of running) attempt.stopReason ??= reason;
      if (running.length > 0) void terminate();
    },
    hold: () => worker?.handle.hold(options.isBusy()),
    async close() {
      await Promise.all([terminate(), leaving]);
    },
  };
  return slot;
}

function failureAtEnd(worker: LiveWorker, end: WorkerEnd, { spec }: Attempt, facts: ExecutorFacts): TaskFailure {
  if (!worker.ready) return startFailure(spec, end, facts);
  return worker.exit === null ? endedFailure(spec, end, facts) : exitFailure(spec, worker.exit.code, worker.exit.stack);
}

function idleEndWarning(end: WorkerEnd, facts: ExecutorFacts): string {
  const why = end.kind === 'exited' ? `exited with code ${end.code}` : `ended: ${String(end.error)}`;
  return `A worker of executor ${facts.executorId} ${why} while no task ran in it, through something that an earlier task left behind. It is replaced.`;
}
