import { LevinError } from '../../errors/levin-error.ts';
import type { TaskRunner } from '../../ports/task-runner.ts';
import { type Attempt, createAttempt } from './attempt.ts';
import type { ExecutorFacts, StopReason } from './stop-reason.ts';

export interface AttemptIntakeOptions {
  readonly facts: ExecutorFacts;
  readonly add: (attempt: Attempt) => void;
  /** Must settle the attempt within a second or two. */
  readonly stop: (attempt: Attempt, reason: StopReason) => void;
  /** The first attempt came, or the last one went. */
  readonly onBusy: (busy: boolean) => void;
  /** Ends whatever ran the attempts; none is left when it is called. */
  readonly close: () => Promise<void>;
}

/** The promises of the `TaskRunner` port about starting, aborting and closing, kept in one place. */
export interface AttemptIntake extends Pick<TaskRunner, 'run' | 'close'> {
  readonly busy: boolean;
  /** The attempt of that id that is not settled. */
  find(attemptId: string): Attempt | undefined;
}

export function createAttemptIntake(options: AttemptIntakeOptions): AttemptIntake {
  const attempts = new Map<string, Attempt>();
  let closed: Promise<void> | null = null;

  const closeAll = async (): Promise<void> => {
    const open = [...attempts.values()];
    for (const attempt of open) options.stop(attempt, { kind: 'cancelled', why: 'levin is closing' });
    await Promise.all(open.map((attempt) => attempt.outcome));
    await options.close();
  };

  return {
    async run(spec, runOptions) {
      if (closed !== null) throw closedError();
      const attempt = createAttempt(spec, runOptions, options.facts);
      const onAbort = (): void => options.stop(attempt, { kind: 'cancelled' });
      runOptions.signal.addEventListener('abort', onAbort, { once: true });
      attempts.set(spec.attemptId, attempt);
      if (attempts.size === 1) options.onBusy(true);
      if (runOptions.signal.aborted) attempt.stopped({ kind: 'cancelled' });
      else options.add(attempt);
      try {
        return await attempt.outcome;
      } finally {
        runOptions.signal.removeEventListener('abort', onAbort);
        attempts.delete(spec.attemptId);
        if (attempts.size === 0) options.onBusy(false);
      }
    },
    close() {
      closed ??= closeAll();
      return closed;
    },
    get busy() {
      return attempts.size > 0;
    },
    find: (attemptId) => attempts.get(attemptId),
  };
}

function closedError(): LevinError {
  return new LevinError({
    code: 'RUNNER_CLOSED',
    fault: 'user',
    message: 'A task was started after its runner was closed. Run tasks before close(), or make a new runner.',
  });
}
