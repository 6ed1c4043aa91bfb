import type { TaskRunner } from '../../ports/task-runner.ts';
import type { TaskOutcome } from '../../types/task.ts';

/** Lambda's word for it. Refusals of other kinds are of one function, or of the rate. */
const ACCOUNT_IS_FULL = 'ConcurrentInvocationLimitExceeded';

/**
 * Tells once that the account has less room than the engine may take: Lambda says so itself when it refuses an invocation, and to ask for the limit
 * before would be another right and another call for every job.
 */
export function warnOfFullAccount<R extends TaskRunner>(runner: R, concurrency: number, onWarning: (message: string) => void): R {
  let told = false;
  return {
    ...runner,
    async run(task, options) {
      const outcome = await runner.run(task, options);
      if (!told && isFull(outcome)) {
        told = true;
        onWarning(
          `AWS Lambda has no room for more invocations in this account and region: its limit of concurrent executions is reached, by this application, which may have ${concurrency} in flight, or by others. ` +
            'Tasks wait until there is room. New accounts have a limit of 10: ask for more in the console, Service Quotas, AWS Lambda, Concurrent executions',
        );
      }
      return outcome;
    },
  };
}

function isFull(outcome: TaskOutcome): boolean {
  return outcome.kind === 'failure' && outcome.failure.kind === 'throttled' && outcome.failure.error.fields['reason'] === ACCOUNT_IS_FULL;
}
