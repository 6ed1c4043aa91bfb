import type { Clock } from '../../ports/clock.ts';
import { afterMs } from './after-ms.ts';
import type { Attempt } from './attempt.ts';

/** Lets an attempt go elsewhere when it has waited for its places as long as computing what is kept there would take. */
export function relaxInTime(clock: Clock, attempt: Attempt, relax: () => void): void {
  if (attempt.prefer === null) return;
  afterMs(clock, attempt.prefer.waitMs, attempt, () => {
    if (attempt.phase === 'waiting') relax();
  });
}
