import type { Clock } from '../../ports/clock.ts';
import type { Election } from '../election.ts';
import { failureOf } from '../worker/task-failure.ts';
import type { PreparedOutput } from '../worker/worker-protocol.ts';
import { afterMs } from './after-ms.ts';
import type { Attempt } from './attempt.ts';

/** How long an attempt that is being committed has when it is cancelled: the write is a matter of milliseconds. */
export const COMMIT_GRACE_MS = 1_000;

export interface CommitPrepared {
  readonly prepared: PreparedOutput;
  readonly election: Election;
  readonly clock: Clock;
}

/** Settles an attempt whose worker has finished. One that was stopped in the meantime is not committed any more, and what it staged goes. */
export async function commitPrepared(attempt: Attempt, { prepared, election, clock }: CommitPrepared): Promise<void> {
  const { spec, stopReason } = attempt;
  attempt.phase = 'committing';
  if (stopReason !== null) {
    afterMs(clock, COMMIT_GRACE_MS, attempt, () => attempt.stopped(stopReason));
    await election.withdraw(spec, prepared);
    attempt.stopped(stopReason);
    return;
  }
  try {
    attempt.settle(await election.commit(spec, prepared));
  } catch (error) {
    attempt.fail(failureOf(error, 'internal'));
  }
}
