import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../ports/clock.ts';
import type { TaskRunner } from '../../ports/task-runner.ts';
import type { Election } from '../../runtime/election.ts';
import { afterMs } from '../../runtime/supervisor/after-ms.ts';
import type { Attempt } from '../../runtime/supervisor/attempt.ts';
import { createAttemptIntake } from '../../runtime/supervisor/attempt-intake.ts';
import { commitPrepared } from '../../runtime/supervisor/commit-prepared.ts';
import type { StopReason } from '../../runtime/supervisor/stop-reason.ts';
import { type AttemptLog, captureConsole, createAttemptLog } from '../../runtime/worker/console-capture.ts';
import type { RunAttempt } from '../../runtime/worker/serve-worker.ts';
import { failureOf } from '../../runtime/worker/task-failure.ts';

/** How long a stopped attempt has to end by itself; then it is given up, though it may go on unseen. */
const STOP_GRACE_MS = 300;

export interface InProcessRunnerOptions {
  readonly runAttempt: RunAttempt;
  readonly election: Election;
  readonly clock: Clock;
  /** Attempts whose waiting may overlap; there is one thread for all of them. Default 1. */
  readonly concurrency?: number;
}

/**
 * Runs tasks on the driver's own thread: for tests and debugging. A breakpoint in a user function stops there, coverage counts it;
 * but a function that loops, exits or fills the memory takes the driver with it.
 */
export function createInProcessRunner(options: InProcessRunnerOptions): TaskRunner {
  const { runAttempt, election, clock, concurrency = 1 } = options;
  const logs = new AsyncLocalStorage<AttemptLog>();
  const releaseConsole = captureConsole(console, () => logs.getStore() ?? null);
  const queue = new Set<Attempt>();
  const running = new Map<Attempt, AbortController>();

  const pump = (): void => {
    for (const attempt of queue) {
      if (running.size >= concurrency) return;
      queue.delete(attempt);
      const abort = new AbortController();
      running.set(attempt, abort);
      void run(attempt, abort.signal);
    }
  };

  const run = async (attempt: Attempt, signal: AbortSignal): Promise<void> => {
    const { spec } = attempt;
    attempt.event({ kind: 'started', executorId: 'in-process' });
    if (spec.maxMs !== null)
      afterMs(clock, spec.maxMs, attempt, () => stop(attempt, { kind: 'deadline', maxMs: spec.maxMs ?? 0, cpuBound: false }));
    const log = createAttemptLog((level, text) => attempt.event({ kind: 'log', level, text }));
    try {
      const prepared = await logs.run(log, () => runAttempt(spec, { signal }));
      log.end();
      await commitPrepared(attempt, { prepared, election, clock });
    } catch (error) {
      log.end();
      attempt.settleUnlessStopped({ kind: 'failure', failure: failureOf(error) });
    }
    leave(attempt);
  };

  const leave = (attempt: Attempt): void => {
    running.delete(attempt);
    pump();
  };

  const stop = (attempt: Attempt, reason: StopReason): void => {
    if (queue.delete(attempt)) {
      attempt.stopped(reason);
      return;
    }
    attempt.stopReason ??= reason;
    running.get(attempt)?.abort(new Error('the attempt was stopped'));
    afterMs(clock, STOP_GRACE_MS, attempt, () => {
      attempt.stopped(reason);
      leave(attempt);
    });
  };

  const intake = createAttemptIntake({
    facts: { executorId: 'in-process', memoryRemedy: 'run it in a worker thread (--on local)' },
    add(attempt) {
      queue.add(attempt);
      pump();
    },
    stop,
    onBusy: () => undefined,
    close: async () => releaseConsole(),
  });

  return {
    capabilities: {
      addressable: false,
      isolated: false,
      concurrency,
      queueDepth: concurrency,
      maxPayloadBytes: Number.MAX_SAFE_INTEGER,
      maxTaskMs: null,
      memorySizesMb: [],
      needsBundle: false,
    },
    run: (task, runOptions) => intake.run(task, runOptions),
    close: () => intake.close(),
  };
}
