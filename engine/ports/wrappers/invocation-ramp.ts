/** How many calls of one function may be in flight, so that few are refused. Pure: whoever asks brings the time, of a monotonic clock. */
export interface InvocationRamp {
  /** Whether one more may be sent now; counts it if so. */
  take(nowMs: number): boolean;
  /** A call that was taken at `sentMs` is over. `refused`: the service had no room for it. */
  ended(call: { readonly sentMs: number; readonly nowMs: number; readonly refused: boolean }): void;
  /** After `take` said no: when it will say yes though no call ends until then; null: never. */
  freeInMs(nowMs: number): number | null;
  /** At present. */
  limit(nowMs: number): number;
}

/** Documented: a function starts so many environments at once, and so many more in ten seconds. */
const ENVIRONMENTS_AT_ONCE = 1_000;
const ENVIRONMENTS_PER_SECOND = 100;
/** Half of what was refused is back after five seconds: soon enough where others used the account for a moment, and a call in twenty is refused where it stays full. */
const REGROWTH_PER_SECOND = 0.1;
/** Where few may run, a call that is refused now and then costs less than places that stay empty; and single refusals have other reasons than ours. */
const LEAST_PER_SECOND = 4;

/**
 * Grows as Lambda does, gives way when it refuses, and grows again.
 *
 * ```
 *  limit   cap ┤                                ╭───────
 *              │                 refused      ╱ a tenth of what was refused, a second
 *              │              ╱│            ╱
 *              │   100 a    ╱  │ half     ╱
 *              │  second  ╱    │of what ╱
 *   at once    ┤────────╱      ╰ was in flight
 * ```
 * - It begins with what a function takes at once, and rises no further above what has ever been in flight: Lambda counts environments that are
 *   new, and one that has run stays.
 * - Calls that are refused together give way once: those that had been sent before are refused for the same reason.
 * - Where even one is refused, the next goes after a quarter of a second.
 * - Growth is by time and not by answers: a task may take minutes, and there is room all the same.
 */
export function createInvocationRamp(cap: number): InvocationRamp {
  let limit = Math.min(cap, ENVIRONMENTS_AT_ONCE);
  let growth = ENVIRONMENTS_PER_SECOND;
  let [inFlight, most] = [0, 0];
  let [grownMs, cutMs] = [0, Number.NEGATIVE_INFINITY];

  const ceiling = (): number => Math.min(cap, most + ENVIRONMENTS_AT_ONCE);
  const grow = (nowMs: number): number => {
    if (nowMs > grownMs) {
      limit = Math.max(limit, Math.min(ceiling(), limit + ((nowMs - grownMs) / 1000) * growth));
      grownMs = nowMs;
    }
    return Math.floor(limit);
  };
  return {
    limit: grow,
    take(nowMs) {
      if (inFlight >= grow(nowMs)) return false;
      most = Math.max(most, ++inFlight);
      return true;
    },
    ended({ sentMs, nowMs, refused }) {
      grow(nowMs);
      if (refused && sentMs >= cutMs) {
        growth = Math.min(ENVIRONMENTS_PER_SECOND, Math.max(LEAST_PER_SECOND, inFlight * REGROWTH_PER_SECOND));
        // None for now where the only one was refused: it comes again when one has grown back.
        limit = Math.floor(inFlight / 2);
        cutMs = nowMs;
      }
      inFlight--;
    },
    freeInMs(nowMs) {
      if (inFlight + 1 > ceiling()) return null;
      // Whole milliseconds and one more: a sum of fractions may stay below the whole that it stands for.
      return 1 + Math.max(0, Math.ceil(((inFlight + 1 - limit) / growth) * 1000 - (nowMs - grownMs)));
    },
  };
}
