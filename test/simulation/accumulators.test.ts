import { expect, test } from 'vitest';
import type { Context } from '../../driver/api/context.ts';
import { adding } from '../../simulator/function-table.ts';
import { simulate } from '../../simulator/simulate.ts';
import { ALL_FAULTS } from './support/all-faults.ts';

const NUMBERS = Array.from({ length: 60 }, (_, i) => i);

/** A shuffle that is used three times, a sort, and a narrow lineage; what is read after each action. */
async function counting(lv: Context): Promise<unknown> {
  const seen = lv.longAccumulator('seen');
  const sums = lv.doubleAccumulator('sums');
  const long = lv.collectionAccumulator<string>('long');
  const read: unknown[] = [];
  const note = (answer: unknown): void => void read.push([answer, seen.value, sums.value, long.value.map((text) => text.length)]);
  const pairs = lv.parallelize(NUMBERS, 5).map(
    adding([seen, sums], (x: number) => {
      seen.add(1);
      sums.add(x / 4);
      return [x % 7, x] as [number, number];
    }),
  );
  const totals = pairs.reduceByKey((a, b) => a + b, 3);
  note((await totals.collect()).length);
  const keys = totals.map(
    adding([seen], ([k, n]: readonly [number, number]) => {
      seen.add(1000);
      return [k, n] as [number, number];
    }),
  );
  note(await keys.count());
  note((await totals.sortByKey().collect()).map(([k]) => k).join(''));
  const narrow = lv.parallelize([1, 2, 3, 4], 4).map(
    adding([long], (x: number) => {
      // Some ride in the commit item, some in an object beside it, some in one of their own.
      long.add('x'.repeat(x ** 2 * 900));
      return x;
    }),
  );
  note(await narrow.count());
  note(await narrow.count());
  return read;
}

const LONG = [900, 3600, 8100, 14_400];
const EXPECTED = [
  [7, 60, 442.5, []],
  [7, 7060, 442.5, []],
  ['0123456', 7060, 442.5, []],
  [4, 7060, 442.5, LONG],
  [4, 7060, 442.5, [...LONG, ...LONG]],
];

test.each(['lambda', 'cluster'] as const)(
  'on simulated %s whatever fails, what tasks have added counts once, and is read after each action as if nothing had failed',
  async (compute) => {
    const wrong: string[] = [];
    const met = new Set<string>();
    let drivers = 0;
    for (let seed = 10; seed < 22; seed++) {
      const config = { maxTaskFailures: 8, maxStageAttempts: 8, leaseMs: 10_000, taskTimeoutMs: 120_000, speculation: true };
      const result = await simulate(counting, { seed: `accumulators ${seed}`, compute, rates: ALL_FAULTS, config, maxMs: 3 * 3_600_000 });
      drivers += result.drivers;
      for (const fault of result.faults) met.add(fault.split(' ')[0] as string);
      const { outcome } = result;
      const answers = outcome.kind === 'answer' ? outcome.answers : [String(outcome.error)];
      for (const answer of answers)
        if (JSON.stringify(answer) !== JSON.stringify(EXPECTED)) wrong.push(`${seed}: ${JSON.stringify(answer)}`);
    }
    expect(wrong).toEqual([]);
    expect(drivers).toBeGreaterThan(12);
    for (const fault of ['crash', 'lostResponse', 'delete', 'corrupt', 'takeOver']) expect(met).toContain(fault);
  },
);
