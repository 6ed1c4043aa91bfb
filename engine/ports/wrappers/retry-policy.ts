import { errorCode, LevinError } from '../../errors/levin-error.ts';
import { hadNoEffect, isThrottled, isTransient, retryAfterMs } from '../../errors/transient.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';

export interface RetryOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly random: Pick<Random, 'next'>;
  /** Calls in all, the first included and throttled ones not. Default 5. */
  readonly attempts?: number;
  /** Upper bound of the first pause; each further one doubles it. Default 50. */
  readonly baseMs?: number;
  /** Upper bound of every pause, unless the service asks for a longer one. Default 5,000. */
  readonly maxPauseMs?: number;
  /** A call that is throttled is tried again until the upper bounds of its pauses come to this. Default 60,000. */
  readonly throttledMs?: number;
}

export interface RetryPolicy {
  /**
   * Calls until it succeeds, fails for a reason that stays, or was tried often enough; then the last error is thrown as it was.
   * `call` learns whether an earlier attempt may have had its effect although it failed.
   */
  run<T>(signal: AbortSignal | undefined, call: (maybeDone: boolean, cause: unknown) => Promise<T>): Promise<T>;
}

/**
 * Tries failures of fault `transient` again, after a pause with full jitter: uniform in [0, min(maxPauseMs, baseMs × 2^n)),
 * so that callers who failed together do not come back together; never before the service asks to (`retryAfterMs`).
 *
 * A call that was throttled is not one that failed: many callers wait for their turn, and each gets it. It has a budget of time instead of one of attempts.
 */
export function createRetryPolicy(options: RetryOptions): RetryPolicy {
  const { clock, random, attempts = 5, baseMs = 50, maxPauseMs = 5000, throttledMs = 60_000 } = options;
  return {
    async run(signal, call) {
      let maybeDone = false;
      let cause: unknown;
      let failed = 0;
      let throttled = 0;
      let patienceMs = throttledMs;
      for (;;) {
        try {
          return await call(maybeDone, cause);
        } catch (error) {
          signal?.throwIfAborted();
          const nth = isThrottled(error) ? throttled++ : failed++;
          const boundMs = Math.max(retryAfterMs(error), Math.min(maxPauseMs, baseMs * 2 ** nth));
          if (isThrottled(error)) patienceMs -= boundMs;
          if (!isWorthRetrying(error) || failed >= attempts || patienceMs < 0) throw error;
          maybeDone ||= !hadNoEffect(error);
          cause = error;
          const pauseMs = Math.max(retryAfterMs(error), random.next() * boundMs);
          await clock.sleep(pauseMs, signal === undefined ? {} : { signal });
        }
      }
    },
  };
}

/** Of a write whose answer was lost, and which can neither be proved done nor safely be done again. */
export function outcomeUnknown(what: string, cause: unknown): LevinError {
  return new LevinError({
    code: OUTCOME_UNKNOWN,
    fault: 'transient',
    message: `Whether ${what} was written is unknown: the store failed after it may have done it. Read what stands there and decide by its content.`,
    cause,
  });
}

const OUTCOME_UNKNOWN = 'OUTCOME_UNKNOWN';

/** Asking again cannot tell more about an unknown outcome: only its caller can. */
function isWorthRetrying(error: unknown): boolean {
  return isTransient(error) && errorCode(error) !== OUTCOME_UNKNOWN;
}
