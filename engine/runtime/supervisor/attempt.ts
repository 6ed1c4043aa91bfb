import type { RunOptions } from '../../ports/task-runner.ts';
import type { PlacedBlockReport, PreferredPlaces } from '../../types/block-report.ts';
import type { TaskFailure } from '../../types/failure.ts';
import type { SentWith } from '../../types/invocation.ts';
import { addRequests, NO_REQUESTS, type RequestUsage } from '../../types/request-usage.ts';
import type { TaskEvent, TaskOutcome, TaskSpec } from '../../types/task.ts';
import type { Ticket } from './dispatcher.ts';
import { type ExecutorFacts, type StopReason, stoppedFailure } from './stop-reason.ts';

/**
 * One attempt in the hands of a supervisor, or of a driver that gave it to one. Settled once: what comes later is ignored.
 * ```
 *   waiting ──▶ running ──▶ committing ──▶ over
 *      └───────────┴── stopped, failed ─────┘
 * ```
 */
export interface Attempt {
  readonly spec: TaskSpec;
  readonly outcome: Promise<TaskOutcome>;
  /** Executors to run it on only if there is no other one. */
  readonly avoid: readonly string[];
  /** Where blocks are kept that it would have to compute elsewhere. */
  readonly prefer: PreferredPlaces | null;
  /** Not together with others, where attempts are. */
  readonly alone: boolean;
  /** Of the runner's sizes; null is the smallest. */
  readonly memorySizeMb: number | null;
  /** To be awaited each time before it is sent away. */
  readonly onLaunch: (sentWith: SentWith) => Promise<void>;
  /** It comes back, not begun. */
  readonly onReturn: () => void;
  /** Its place in the dispatcher. */
  ticket: Ticket<Attempt>;
  /** What its worker has asked of stores; null: it costs nothing, or the worker died. */
  requests: RequestUsage | null;
  /** Of the worker that ran it. */
  blocks: PlacedBlockReport | null;
  phase: 'waiting' | 'running' | 'committing' | 'over';
  /** Why it is being stopped; the first reason stands, whatever the worker then answers. */
  stopReason: StopReason | null;
  /** Aborted when the attempt is over: ends timers that watch it. */
  readonly over: AbortSignal;
  /** Tells the caller; `started` makes it running. */
  event(event: TaskEvent): void;
  settle(outcome: TaskOutcome): void;
  fail(failure: TaskFailure): void;
  /** Whatever the outcome, an attempt that is being stopped ends for the reason of the stop. */
  settleUnlessStopped(outcome: TaskOutcome): void;
  /** Settles as stopped for `reason`, unless another reason came before. */
  stopped(reason: StopReason): void;
}

export function createAttempt(spec: TaskSpec, options: RunOptions, facts: ExecutorFacts): Attempt {
  const { promise, resolve } = Promise.withResolvers<TaskOutcome>();
  /** Made when somebody watches: most attempts are over before. */
  let over: AbortController | null = null;
  const attempt: Attempt = {
    spec,
    outcome: promise,
    avoid: options.avoid ?? [],
    prefer: options.prefer ?? null,
    alone: options.alone ?? false,
    memorySizeMb: options.memorySizeMb ?? null,
    onLaunch: (sentWith) => options.onLaunch?.(sentWith) ?? Promise.resolve(),
    onReturn: () => options.onReturn?.(),
    ticket: UNPLACED,
    requests: null,
    blocks: null,
    phase: 'waiting',
    stopReason: null,
    get over() {
      over ??= new AbortController();
      if (attempt.phase === 'over') over.abort(OVER);
      return over.signal;
    },
    event(event) {
      if (event.kind === 'started') {
        // Started again when its worker had to be replaced for another attempt's sake: told once.
        if (attempt.phase !== 'waiting') return;
        attempt.phase = 'running';
      }
      options.onEvent(event);
    },
    settle(outcome) {
      if (attempt.phase === 'over') return;
      attempt.phase = 'over';
      // With a reason: else a DOMException with a stack is made for each attempt.
      over?.abort(OVER);
      const { requests, blocks } = attempt;
      resolve({
        ...outcome,
        ...(requests === null ? {} : { requests: addRequests(outcome.requests ?? NO_REQUESTS, requests) }),
        ...(blocks === null ? {} : { blocks }),
      });
    },
    fail: (failure) => attempt.settle({ kind: 'failure', failure }),
    settleUnlessStopped(outcome) {
      if (attempt.stopReason === null) attempt.settle(outcome);
      else attempt.stopped(attempt.stopReason);
    },
    stopped(reason) {
      attempt.stopReason ??= reason;
      attempt.fail(stoppedFailure(spec, attempt.stopReason, facts));
    },
  };
  return attempt;
}

const OVER = 'the attempt is over';
const UNPLACED: Ticket<Attempt> = { id: -1, task: null as never, lane: null, state: 'over', relaxed: false };
