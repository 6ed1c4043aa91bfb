import type { Clock } from '../ports/clock.ts';

/** Records run without looking up: from few, because nobody knows what a user function costs, to so many that looking up costs nothing. */
const MIN_BUDGET = 64;
const MAX_BUDGET = 262_144;
/** A piece of work that takes longer is too large, one that takes a quarter of it too small. */
const PIECE_MS = 10;
/** Longest time without letting messages (cancel!) in. */
const BREATH_MS = 25;

/** How much to do before looking up, and when to let the event loop turn. */
export interface Pace {
  /** Input records to run next. */
  budget(): number;
  /** To be called after each piece; a promise when it is time for the event loop. */
  ran(): Promise<void> | null;
}

export function createPace(clock: Clock): Pace {
  let budget = MIN_BUDGET;
  let last = clock.monotonic();
  let breath = last;
  return {
    budget: () => budget,
    ran() {
      const now = clock.monotonic();
      const took = now - last;
      last = now;
      if (took < PIECE_MS / 4) budget = Math.min(budget * 2, MAX_BUDGET);
      else if (took > PIECE_MS) budget = Math.max(budget / 2, MIN_BUDGET);
      if (now - breath < BREATH_MS) return null;
      return clock.turn().then(() => {
        last = clock.monotonic();
        breath = last;
      });
    },
  };
}
