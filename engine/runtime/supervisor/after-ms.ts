import type { Clock } from '../../ports/clock.ts';
import type { Attempt } from './attempt.ts';

/** Runs `then` after `ms`, unless the attempt is over before. */
export function afterMs(clock: Clock, ms: number, attempt: Attempt, then: () => void): void {
  clock.sleep(ms, { signal: attempt.over, unref: true }).then(then, (error: unknown) => {
    if (!attempt.over.aborted) throw error;
  });
}
