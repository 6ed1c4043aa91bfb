import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { createRateGovernor, type RateGovernor } from '../../../engine/ports/wrappers/rate-governor.ts';
import { createRetryPolicy } from '../../../engine/ports/wrappers/retry-policy.ts';

const throttled = new LevinError({ code: 'THROTTLED', fault: 'transient', message: 'Later.', details: { effect: 'none' } });
const at = (units = 1, place = 'prefix/'): readonly { readonly place: string; readonly units: number }[] => [{ place, units }];

test('of a burst a tenth of a second goes at once, and the rest at the rate; other places do not wait', async () => {
  const clock = createVirtualClock();
  const governor = createRateGovernor({ clock, perSecond: 1000 });
  const timesMs: number[] = [];
  for (let i = 0; i < 300; i++) void governor.run(at(), undefined, async () => void timesMs.push(clock.monotonic()));
  let other = Number.NaN;
  void governor.run(at(1, 'other/'), undefined, async () => {
    other = clock.monotonic();
  });
  await clock.advance(1000);
  expect([timesMs[99], timesMs[100], timesMs[199], timesMs[299], other]).toEqual([0, 1, 100, 200, 0]);
});

test('whoever is aborted while he waits gives his place back', async () => {
  const clock = createVirtualClock();
  const governor = createRateGovernor({ clock, perSecond: 10 });
  await governor.run(at(), undefined, async () => undefined);
  const abort = new AbortController();
  const reason = new Error('enough');
  const outcome = expect(governor.run(at(100), abort.signal, async () => undefined)).rejects.toBe(reason);
  await clock.advance(10);
  abort.abort(reason);
  await outcome;
  let doneMs = Number.NaN;
  void governor.run(at(), undefined, async () => {
    doneMs = clock.monotonic();
  });
  await clock.advance(1000);
  expect(doneMs).toBe(100);
});

test('in no second more units go than the rate and what may go at once', async () => {
  const demand = fc.record({ units: fc.integer({ min: 1, max: 40 }), afterMs: fc.integer({ min: 0, max: 300 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(demand, { minLength: 1, maxLength: 80 }), async (demands) => {
      const clock = createVirtualClock();
      const governor = createRateGovernor({ clock, perSecond: 100 });
      const went: { readonly atMs: number; readonly units: number }[] = [];
      for (const { units, afterMs } of demands) {
        await clock.advance(afterMs);
        void governor.run(at(units), undefined, async () => void went.push({ atMs: clock.monotonic(), units }));
      }
      await clock.advance(100_000);
      expect(went).toHaveLength(demands.length);
      for (const { atMs: from } of went) {
        const within = went.filter(({ atMs }) => atMs >= from && atMs < from + 1000);
        const sum = within.reduce((all, { units }) => all + units, 0);
        // A demand goes when its last unit is there: the first of the window may have waited for all of its own.
        expect(sum).toBeLessThanOrEqual(100 + 10 + 40);
      }
    }),
    { numRuns: 50 },
  );
});

test('refusals bring the rate below what went out, in proportion; without them it grows back to what is documented', async () => {
  const clock = createVirtualClock();
  const governor = createRateGovernor({ clock, perSecond: 5500 });
  let refused = (_: number): boolean => false;
  const oneSecond = async (): Promise<number> => {
    for (let i = 0; i < 100; i++) {
      await clock.advance(10);
      void governor.run(at(), undefined, () => (refused(i) ? Promise.reject(throttled) : Promise.resolve())).catch(() => undefined);
    }
    await clock.advance(0);
    return governor.rateOf('prefix/');
  };
  expect(await oneSecond()).toBe(5500);
  // Four in a hundred: not because of us.
  refused = (i) => i % 25 === 0;
  expect(await oneSecond()).toBe(5500);
  refused = (i) => i % 2 === 0;
  expect(Math.round(await oneSecond())).toBeLessThan(66);
  refused = () => false;
  await clock.advance(60_000);
  expect(await oneSecond()).toBe(5500);
});

test('of many places those that nobody has asked for half a minute are forgotten', async () => {
  const clock = createVirtualClock();
  const governor = createRateGovernor({ clock, perSecond: 1000 });
  const refuse = async (place: string): Promise<void> => {
    await governor.run(at(1, place), undefined, () => Promise.reject(throttled)).catch(() => undefined);
  };
  for (const place of ['left/', 'used/']) {
    await refuse(place);
    await clock.advance(1000);
    await refuse(place);
    expect(governor.rateOf(place)).toBe(5);
  }
  await clock.advance(29_500);
  await refuse('used/');
  await clock.advance(1000);
  for (let i = 0; i < 300; i++) await governor.run(at(1, `other-${i}/`), undefined, async () => undefined);
  expect(governor.rateOf('used/')).toBe(5);
  expect(governor.rateOf('left/')).toBe(1000);
});

test('failures of other kinds change nothing', async () => {
  const clock = createVirtualClock();
  const governor = createRateGovernor({ clock, perSecond: 50 });
  const error = new LevinError({ code: 'CONNECTION_LOST', fault: 'transient', message: 'lost' });
  for (let i = 0; i < 100; i++) {
    await clock.advance(20);
    await governor.run(at(), undefined, () => Promise.reject(error)).catch(() => undefined);
  }
  expect(governor.rateOf('prefix/')).toBe(50);
});

/** A prefix that takes so many a second, and many processes that ask it for all that they can, each with retries. */
async function contend(
  processes: number,
  perSecond: number,
  seconds: number,
  governed: boolean,
): Promise<{ taken: number; refused: number }> {
  const clock = createVirtualClock();
  const end = seconds * 1000;
  let tokens = perSecond;
  let lastMs = 0;
  let [taken, refused] = [0, 0];
  const ask = async (): Promise<void> => {
    await clock.sleep(15);
    const nowMs = clock.monotonic();
    tokens = Math.min(perSecond, tokens + ((nowMs - lastMs) / 1000) * perSecond);
    lastMs = nowMs;
    const counts = nowMs > end / 2;
    if (tokens < 1) {
      if (counts) refused++;
      throw throttled;
    }
    tokens--;
    if (counts) taken++;
  };
  let draws = 0;
  const random = { next: () => (draws = (draws + 0.618_033_988_75) % 1) };
  const work = async (governor: RateGovernor | null): Promise<void> => {
    const policy = createRetryPolicy({ clock, random, throttledMs: 1e9 });
    while (clock.monotonic() < end) {
      await policy.run(undefined, () => (governor === null ? ask() : governor.run(at(), undefined, ask)));
    }
  };
  for (let i = 0; i < processes; i++) {
    const governor = governed ? createRateGovernor({ clock, perSecond: 5500 }) : null;
    for (let c = 0; c < 4; c++) void work(governor);
  }
  await clock.advance(end);
  return { taken, refused };
}

test('40 processes that ask one prefix for all they can come to rest where it refuses few, and is used', async () => {
  const seconds = 24;
  const { taken, refused } = await contend(40, 300, seconds, true);
  const alone = await contend(40, 300, seconds, false);
  expect(taken / (300 * (seconds / 2))).toBeGreaterThan(0.85);
  expect(refused / (taken + refused)).toBeLessThan(0.35);
  expect(refused).toBeLessThan(alone.refused / 2);
});
