import { isThrottled } from '../../errors/transient.ts';
import type { Clock } from '../clock.ts';

export interface RateGovernorOptions {
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  /** What one place takes at most. */
  readonly perSecond: number;
}

/** What a call asks of one place (a prefix, an item partition). */
export interface Demand {
  readonly place: string;
  readonly units: number;
}

export interface RateGovernor {
  /** Makes the call as soon as each place has room for it. */
  run<T>(demands: readonly Demand[], signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T>;
  /** Units a second that the place is asked for at most, at present. */
  rateOf(place: string): number;
}

interface Place {
  /** Units a second. */
  rate: number;
  /** Below zero: handed out in advance to callers who wait for them. */
  tokens: number;
  filledMs: number;
  windowMs: number;
  calls: number;
  units: number;
  refused: number;
}

/** What may go at once, in seconds of the rate. */
const BURST_S = 0.1;
const WINDOW_MS = 500;
/** Fewer refusals have other reasons than our rate. */
const TOLERATED = 0.05;
const MIN_PER_SECOND = 5;
/** By which the rate grows in each second without refusals. */
const GROWTH = 1.5;
const MAX_PLACES = 256;
const FORGOTTEN_AFTER_MS = 30_000;

/**
 * Keeps a process below what a service takes, place by place, and finds its share where others ask as well.
 *
 * Each place has a bucket of tokens at its documented rate. Every half second in which more than 5 % of the calls were throttled brings the rate below what
 * really went out, in proportion to how much was refused (half of them: to 65 % of it); without refusals it grows by half a second, up to the documented rate. So a
 * few refusals at random slow nobody down, and a thousand processes that ask one prefix come to rest where it refuses few.
 */
export function createRateGovernor({ clock, perSecond }: RateGovernorOptions): RateGovernor {
  const places = new Map<string, Place>();

  const placeOf = (name: string): Place => {
    const nowMs = clock.monotonic();
    let place = places.get(name);
    if (place === undefined) {
      if (places.size >= MAX_PLACES) forgetIdle(nowMs);
      place = { rate: perSecond, tokens: perSecond * BURST_S, filledMs: nowMs, windowMs: nowMs, calls: 0, units: 0, refused: 0 };
      places.set(name, place);
    }
    fill(place, nowMs);
    return place;
  };
  const forgetIdle = (nowMs: number): void => {
    for (const [name, { filledMs }] of places) if (filledMs < nowMs - FORGOTTEN_AFTER_MS) places.delete(name);
  };
  const fill = (place: Place, nowMs: number): void => {
    const { rate, tokens, filledMs } = place;
    place.tokens = Math.min(Math.max(1, rate * BURST_S), tokens + ((nowMs - filledMs) / 1000) * rate);
    place.filledMs = nowMs;
  };
  const take = async ({ place: name, units }: Demand, signal: AbortSignal | undefined): Promise<void> => {
    const place = placeOf(name);
    place.tokens -= units;
    if (place.tokens >= 0) return;
    try {
      await clock.sleep((-place.tokens / place.rate) * 1000, signal === undefined ? {} : { signal });
    } catch (error) {
      place.tokens += units;
      throw error;
    }
  };
  const note = ({ place: name, units }: Demand, refused: boolean): void => {
    const place = placeOf(name);
    place.calls++;
    place.units += units;
    if (refused) place.refused++;
    const seconds = (place.filledMs - place.windowMs) / 1000;
    if (seconds * 1000 < WINDOW_MS) return;
    const share = place.refused / place.calls;
    place.rate =
      share > TOLERATED
        ? Math.max(MIN_PER_SECOND, Math.min(place.rate, place.units / seconds) * (1 - 0.7 * share))
        : Math.min(perSecond, place.rate * GROWTH ** seconds);
    Object.assign(place, { windowMs: place.filledMs, calls: 0, units: 0, refused: 0 });
  };
  return {
    async run(demands, signal, call) {
      await Promise.all(demands.map((demand) => take(demand, signal)));
      try {
        const result = await call();
        for (const demand of demands) note(demand, false);
        return result;
      } catch (error) {
        for (const demand of demands) note(demand, isThrottled(error));
        throw error;
      }
    },
    rateOf: (name) => places.get(name)?.rate ?? perSecond,
  };
}
