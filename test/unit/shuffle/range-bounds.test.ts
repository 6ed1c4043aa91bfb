import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys } from '../../../engine/records/compare-keys.ts';
import { createPartitioner } from '../../../shuffle/partitioners.ts';
import { computeBounds } from '../../../shuffle/range-bounds.ts';
import { arbitraryKey } from '../records/arbitrary-key.ts';

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('computeBounds', () => {
  const cases: readonly [string, Parameters<typeof computeBounds>[0], number, unknown[]][] = [
    ['no partitions at all', [], 4, []],
    [
      'only empty partitions',
      [
        [0, []],
        [0, []],
      ],
      4,
      [],
    ],
    ['one output partition', [[10, numbers(0, 10)]], 1, []],
    ['a whole partition in any order', [[10, [7, 1, 10, 4, 2, 9, 3, 5, 8, 6]]], 3, [4, 7]],
    ['fewer keys than partitions', [[2, ['a', 'b']]], 10, ['a']],
    ['a single key', [[1000, ['a']]], 10, []],
    ['one key over and over', [[6, [5, 5, 5, 5, 5, 5]]], 3, [5]],
    ['a frequent key in the middle: never twice the same bound', [[10, [1, 5, 5, 5, 5, 5, 5, 5, 8, 9]]], 4, [5, 8, 9]],
    // Keys of the first partition stand for 50 each, those of the second for 1: half of all keys are at most 1.
    [
      'partitions sampled unevenly',
      [
        [100, [1, 2]],
        [4, [3, 4, 5, 6]],
      ],
      2,
      [2],
    ],
    [
      'weights decide, not the number of samples',
      [
        [4, [1, 2, 3, 4]],
        [96, [10, 20, 30]],
      ],
      3,
      [10, 20],
    ],
    ['keys of several kinds', [[4, ['b', 2, null, 'a']]], 4, [null, 2, 'a']],
  ];
  test.each(cases)('%s', (_name, samples, numPartitions, expected) => {
    expect(computeBounds(samples, numPartitions)).toEqual(expected);
  });

  test('gives ascending bounds that are sampled keys, fewer than partitions', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.array(arbitraryKey, { maxLength: 20 }))),
        fc.integer({ min: 1, max: 12 }),
        (samples, n) => {
          const bounds = computeBounds(samples, n);
          expect(bounds.length).toBeLessThan(n);
          const keys = samples.flatMap(([, sampled]) => sampled.map((key) => [key]));
          for (const [i, bound] of bounds.entries()) {
            expect(keys.some(([key]) => key === bound || Object.is(key, bound))).toBe(true);
            if (i > 0) expect(compareKeys(bounds[i - 1], bound)).toBe(-1);
          }
        },
      ),
    );
  });

  test('gives even partitions', () => {
    const keys = numbers(0, 9973).map((i) => (i * 7919) % 9973);
    const bounds = computeBounds(
      [
        [9973, keys.slice(0, 4000)],
        [0, []],
        [9973, keys.slice(4000)],
      ],
      40,
    );
    const partitionOf = createPartitioner({ kind: 'range', numPartitions: 40, ascending: true }, { bounds, seed: 0 });
    const counts = numbers(0, 40).map(() => 0);
    for (const key of keys) (counts[partitionOf(key)] as number)++;
    // The two samples stand for 2.5 and 1.7 keys each, spread alike: each partition is near 249.
    expect(Math.min(...counts)).toBeGreaterThan(200);
    expect(Math.max(...counts)).toBeLessThan(300);
  });
});
