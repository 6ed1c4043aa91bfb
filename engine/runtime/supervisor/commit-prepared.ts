import type { TaskOutcome, TaskSpec } from '../../types/task.ts';
import { failureOf } from '../worker/task-failure.ts';
import type { PreparedOutput } from '../worker/worker-protocol.ts';
import type { Attempt } from './attempt.ts';

/** The election of an attempt by one conditional write: the winner's result, or `superseded`. */
export type Commit = (spec: TaskSpec, prepared: PreparedOutput) => Promise<TaskOutcome>;

/** Settles an attempt whose worker has finished. One that was stopped in the meantime is not committed any more. */
export async function commitPrepared(attempt: Attempt, prepared: PreparedOutput, commit: Commit): Promise<void> {
  if (attempt.stopReason !== null) {
    attempt.stopped(attempt.stopReason);
    return;
  }
  attempt.phase = 'committing';
  try {
    attempt.settle(await commit(attempt.spec, prepared));
  } catch (error) {
    attempt.fail(failureOf(error, 'internal'));
  }
}
