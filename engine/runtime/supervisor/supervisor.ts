import type { Clock } from '../../ports/clock.ts';
import type { TaskRunner } from '../../ports/task-runner.ts';
import type { Election } from '../election.ts';
import { afterMs } from './after-ms.ts';
import type { Attempt } from './attempt.ts';
import { createAttemptIntake } from './attempt-intake.ts';
import type { BroadcastCache } from './broadcast-cache.ts';
import { COMMIT_GRACE_MS, commitPrepared } from './commit-prepared.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createMemoryWatch } from './memory-watch.ts';
import { relaxInTime } from './preferred-place.ts';
import { createSlot, type Slot } from './slot.ts';
import type { ExecutorFacts, StopReason } from './stop-reason.ts';
import type { SpawnWorker } from './worker-handle.ts';

export interface SupervisorOptions extends ExecutorFacts {
  /** Workers, each of which runs one task at a time. */
  readonly threads: number;
  /** Tasks queued in each worker behind the running one. */
  readonly ahead: number;
  readonly spawn: SpawnWorker;
  readonly election: Election;
  readonly clock: Clock;
  /** Above this much resident memory of the process the running attempts are stopped. */
  readonly memoryLimitBytes: number;
  readonly residentBytes: () => number;
  readonly broadcasts: BroadcastCache;
  /** Trouble that belongs to no running task. */
  readonly onWarning: (message: string) => void;
}

/** Runs attempts in workers that it starts, watches, replaces and ends. Same promises as the `TaskRunner` port. */
export interface Supervisor extends Pick<TaskRunner, 'run' | 'close'> {
  /** Starts up to `count` workers now instead of with the first tasks. */
  prewarm(count: number): void;
  /** What is kept of these RDDs goes; `forGood`: they are not persisted any more. */
  dropBlocks(rdds: readonly number[], forGood: boolean): void;
  /** True: the attempt had not started and never will; its outcome is `cancelled`. */
  withdraw(attemptId: string): boolean;
  /** Ends the worker that runs the attempt, as if it had died. False: none runs it. */
  kill(attemptId: string): boolean;
  /** Drops what is kept of a broadcast. */
  forgetBroadcast(appId: string, hash: string): void;
}

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
  const { slots, dispatcher } = createSlots(options, () => intake.busy);

  const withdraw = (attempt: Attempt, reason: StopReason): boolean => {
    const { lane } = attempt.ticket;
    if (lane !== null && !(slots[lane] as Slot).takeBack(attempt)) return false;
    dispatcher.remove(attempt.ticket);
    attempt.stopped(reason);
    return true;
  };

  const stop = (attempt: Attempt, reason: StopReason): void => {
    if (attempt.phase === 'committing') {
      attempt.stopReason ??= reason;
      afterMs(options.clock, COMMIT_GRACE_MS, attempt, () => attempt.stopped(reason));
    } else if (!withdraw(attempt, reason)) (slots[attempt.ticket.lane as number] as Slot).stop(attempt, reason);
  };

  const memory = createMemoryWatch({
    clock: options.clock,
    residentBytes: options.residentBytes,
    limitBytes: options.memoryLimitBytes,
    onExceeded: (residentBytes) => {
      for (const slot of slots) slot.killRunning({ kind: 'memory', residentBytes, limitBytes: options.memoryLimitBytes });
    },
  });

  const intake = createAttemptIntake({
    facts: options,
    add: (attempt) => dispatcher.add(attempt),
    stop,
    onBusy(busy) {
      for (const slot of slots) slot.hold();
      if (busy) memory.start();
      else memory.stop();
    },
    close: async () => void (await Promise.all(slots.map((slot) => slot.close()))),
  });

  return {
    run: (spec, runOptions) => intake.run(spec, runOptions),
    close: () => intake.close(),
    prewarm(count) {
      for (const slot of slots.slice(0, count)) slot.prewarm();
    },
    forgetBroadcast(appId, hash) {
      options.broadcasts.forget(appId, hash);
      for (const slot of slots) slot.forget(appId, hash);
    },
    dropBlocks(rdds, forGood) {
      for (const slot of slots) slot.dropBlocks(rdds, forGood);
    },
    kill(attemptId) {
      const attempt = intake.find(attemptId);
      if (attempt?.phase !== 'running' || attempt.ticket.lane === null) return false;
      (slots[attempt.ticket.lane] as Slot).killRunning({ kind: 'killed' });
      return true;
    },
    withdraw(attemptId) {
      const attempt = intake.find(attemptId);
      return attempt?.phase === 'waiting' && withdraw(attempt, { kind: 'cancelled', why: 'another executor runs it' });
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
      onBroadcast: options.broadcasts.get,
      onStarted: (attempt) => dispatcher.started(attempt.ticket),
      onDone: (attempt) => dispatcher.remove(attempt.ticket),
      onPrepared(attempt, { blocks, ...prepared }) {
        if (blocks !== undefined) attempt.blocks = { ...blocks, executorId: options.executorId, worker: lane };
        void commitPrepared(attempt, { prepared, election: options.election, clock: options.clock });
      },
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
    prefers: ({ prefer }, lane) =>
      prefer?.places.some((place) => place.executorId === options.executorId && place.worker === lane) === true,
    isUp: (lane) => (slots[lane] as Slot).isUp(),
    onAdded: (ticket) => {
      ticket.task.ticket = ticket;
      relaxInTime(options.clock, ticket.task, () => dispatcher.relax(ticket));
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
