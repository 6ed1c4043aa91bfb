import { LevinError } from '../../errors/levin-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunOptions } from '../../ports/task-runner.ts';
import type { TaskOutcome, TaskSpec } from '../../types/task.ts';
import { afterMs } from './after-ms.ts';
import { type Attempt, createAttempt } from './attempt.ts';
import { type Commit, commitPrepared } from './commit-prepared.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createMemoryWatch } from './memory-watch.ts';
import { createSlot, type Slot } from './slot.ts';
import type { ExecutorFacts, StopReason } from './stop-reason.ts';
import type { SpawnWorker } from './worker-handle.ts';

export interface SupervisorOptions extends ExecutorFacts {
  /** Workers, each of which runs one task at a time. */
  readonly threads: number;
  /** Tasks queued in each worker behind the running one. */
  readonly ahead: number;
  readonly spawn: SpawnWorker;
  readonly commit: Commit;
  readonly clock: Clock;
  /** Above this much resident memory of the process the running attempts are stopped. */
  readonly memoryLimitBytes: number;
  readonly residentBytes: () => number;
  /** Trouble that belongs to no running task. */
  readonly onWarning: (message: string) => void;
}

/** Runs attempts in workers that it starts, watches, replaces and ends. Same promises as the `TaskRunner` port. */
export interface Supervisor {
  run(spec: TaskSpec, options: RunOptions): Promise<TaskOutcome>;
  /** Starts up to `count` workers now instead of with the first tasks. */
  prewarm(count: number): void;
  close(): Promise<void>;
}

/** How long an attempt that is being committed has when it is cancelled: the write is a matter of milliseconds. */
const COMMIT_GRACE_MS = 1_000;

/**
 * User code never runs on this thread, so it always answers.
 * ```
 *            ┌──────────────── supervisor ─────────────────┐
 *  run() ──▶ │ dispatcher ──▶ slot ─────────task─────────▶ │ worker: user code
 *            │      deadline, cancel, memory ──terminate──▶ │
 *  ◀─outcome │ commit ◀──────────prepared output────────── │
 *            └─────────────────────────────────────────────┘
 * ```
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const attempts = new Set<Attempt>();
  let closed: Promise<void> | null = null;
  const { slots, dispatcher } = createSlots(options, () => attempts.size > 0);

  const stop = (attempt: Attempt, reason: StopReason): void => {
    const slot = attempt.ticket.lane === null ? null : (slots[attempt.ticket.lane] as Slot);
    if (attempt.phase === 'committing') {
      attempt.stopReason ??= reason;
      afterMs(options.clock, COMMIT_GRACE_MS, attempt, () => attempt.stopped(reason));
    } else if (slot === null || slot.takeBack(attempt)) {
      dispatcher.remove(attempt.ticket);
      attempt.stopped(reason);
    } else slot.stop(attempt, reason);
  };

  const memory = createMemoryWatch({
    clock: options.clock,
    residentBytes: options.residentBytes,
    limitBytes: options.memoryLimitBytes,
    onExceeded: (residentBytes) => {
      for (const slot of slots) slot.killRunning({ kind: 'memory', residentBytes, limitBytes: options.memoryLimitBytes });
    },
  });

  const onCountChanged = (): void => {
    for (const slot of slots) slot.hold();
    if (attempts.size > 0) memory.start();
    else memory.stop();
  };

  return {
    async run(spec, runOptions) {
      if (closed !== null) throw closedError();
      const attempt = createAttempt(spec, runOptions, options);
      attempts.add(attempt);
      if (attempts.size === 1) onCountChanged();
      const onAbort = (): void => stop(attempt, { kind: 'cancelled' });
      runOptions.signal.addEventListener('abort', onAbort, { once: true });
      if (runOptions.signal.aborted) attempt.stopped({ kind: 'cancelled' });
      else dispatcher.add(attempt);
      try {
        return await attempt.outcome;
      } finally {
        runOptions.signal.removeEventListener('abort', onAbort);
        attempts.delete(attempt);
        if (attempts.size === 0) onCountChanged();
      }
    },
    prewarm(count) {
      for (const slot of slots.slice(0, count)) slot.prewarm();
    },
    close() {
      closed ??= (async () => {
        for (const attempt of attempts) stop(attempt, { kind: 'cancelled', why: 'levin is closing' });
        await Promise.all([...attempts].map((attempt) => attempt.outcome));
        await Promise.all(slots.map((slot) => slot.close()));
        memory.stop();
      })();
      return closed;
    },
  };
}

function createSlots(options: SupervisorOptions, isBusy: () => boolean): { slots: readonly Slot[]; dispatcher: Dispatcher<Attempt> } {
  const slots: readonly Slot[] = Array.from({ length: options.threads }, (_, lane) =>
    createSlot({
      spawn: options.spawn,
      clock: options.clock,
      facts: options,
      isBusy,
      onWarning: options.onWarning,
      onStarted: (attempt) => dispatcher.started(attempt.ticket),
      onDone: (attempt) => dispatcher.remove(attempt.ticket),
      onPrepared: (attempt, prepared) => void commitPrepared(attempt, prepared, options.commit),
      onLost: (ended) =>
        dispatcher.laneLost(
          lane,
          ended.map((attempt) => attempt.ticket),
        ),
      assigned: () => dispatcher.ticketsOf(lane).map((ticket) => ticket.task),
    }),
  );
  const dispatcher = createDispatcher<Attempt>({
    lanes: options.threads,
    perLane: 1,
    ahead: options.ahead,
    identityOf,
    isUp: (lane) => (slots[lane] as Slot).isUp(),
    onAdded: (ticket) => {
      ticket.task.ticket = ticket;
    },
    send: (lane, ticket) => (slots[lane] as Slot).send(ticket.task, identityOf(ticket.task)),
    takeBack: (lane, ticket) => {
      if ((slots[lane] as Slot).takeBack(ticket.task)) dispatcher.gaveBack(ticket);
    },
  });
  return { slots, dispatcher };
}

/** The code that a worker has loaded: it serves one application and one bundle. */
function identityOf({ spec }: Attempt): string {
  return `${spec.appId}/${spec.bundleHash ?? ''}`;
}

function closedError(): LevinError {
  return new LevinError({
    code: 'RUNNER_CLOSED',
    fault: 'user',
    message: 'A task was started after its runner was closed. Run tasks before close(), or make a new runner.',
  });
}
