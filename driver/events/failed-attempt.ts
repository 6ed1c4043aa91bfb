import type { AppEvent } from '../../engine/types/app-event.ts';
import type { FailureKind } from '../../engine/types/failure.ts';

/** Ends of attempts that are nobody's failure. */
const NO_FAILURES: readonly FailureKind[] = ['cancelled', 'superseded', 'throttled'];

/** Did the attempt fail, rather than being told to stop? */
export function isFailedAttempt(event: Extract<AppEvent, { kind: 'taskEnded' }>): boolean {
  return event.failure !== null && !NO_FAILURES.includes(event.failure.kind);
}
