import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';

/** Node's timers fire after 1 ms when asked for more: longer sleeps go in several. */
const MAX_TIMER_MS = 2_147_483_647;

/** The machine's clock. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    turn: () => nextTurn(),
    async sleep(ms, options = {}) {
      const end = performance.now() + ms;
      try {
        // A timer may fire a fraction of a millisecond early, and the port says "at least".
        for (let left = ms; left > 0; left = end - performance.now()) {
          await sleep(Math.min(Math.ceil(left), MAX_TIMER_MS), undefined, {
            ref: options.unref !== true,
            ...(options.signal === undefined ? {} : { signal: options.signal }),
          });
        }
      } catch (error) {
        options.signal?.throwIfAborted();
        throw error;
      }
      options.signal?.throwIfAborted();
    },
  };
}
