import { errorCode, LevinError } from '../../errors/levin-error.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';

export interface RetryOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly random: Pick<Random, 'next'>;
  /** Calls in all, the first included. Default 5. */
  readonly attempts?: number;
  /** Upper bound of the first pause; each further one doubles it. Default 50. */
  readonly baseMs?: number;
  /** Upper bound of every pause. Default 5,000. */
  readonly maxPauseMs?: number;
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
 * so that callers who failed together do not come back together.
 */
export function createRetryPolicy(options: RetryOptions): RetryPolicy {
  const { clock, random, attempts = 5, baseMs = 50, maxPauseMs = 5000 } = options;
  return {
    async run(signal, call) {
      let maybeDone = false;
      let cause: unknown;
      for (let attempt = 1; ; attempt++) {
        try {
          return await call(maybeDone, cause);
        } catch (error) {
          signal?.throwIfAborted();
          if (!isWorthRetrying(error) || attempt >= attempts) throw error;
          maybeDone ||= !hadNoEffect(error);
          cause = error;
        }
        const pauseMs = random.next() * Math.min(maxPauseMs, baseMs * 2 ** (attempt - 1));
        await clock.sleep(pauseMs, signal === undefined ? {} : { signal });
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
  return faultOf(error) === 'transient' && errorCode(error) !== OUTCOME_UNKNOWN;
}

function faultOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'fault' in error ? error.fault : undefined;
}

/** An adapter that knows that nothing was done (throttled, locked) says so in the details: `effect: 'none'`. */
function hadNoEffect(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('details' in error)) return false;
  const { details } = error;
  return typeof details === 'object' && details !== null && 'effect' in details && details.effect === 'none';
}
