import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys } from '../../../engine/records/compare-keys.ts';
import { createPartitioner } from '../../../shuffle/partitioners.ts';
import { arbitraryKey, sameKey } from '../records/arbitrary-key.ts';

const noState = { bounds: [], seed: 0 };

describe('hash partitioner', () => {
  test('puts null and undefined into partition 0, and negative, fractional and −0 keys into the range', () => {
    const partitionOf = createPartitioner({ kind: 'hash', numPartitions: 5 }, noState);
    expect(partitionOf(null)).toBe(0);
    expect(partitionOf(undefined)).toBe(0);
    // From the pinned values of hash-key.test.ts: 3352757786, 803163320, 1020716019, 1818371886.
    expect([-1, 0.5, 0, -0, Number.NaN].map(partitionOf)).toEqual([1, 0, 4, 4, 1]);
  });

  test('puts equal keys into the same partition, whatever the number of partitions', () => {
    fc.assert(
      fc.property(arbitraryKey, arbitraryKey, fc.integer({ min: 1, max: 1000 }), (a, b, numPartitions) => {
        const partitionOf = createPartitioner({ kind: 'hash', numPartitions }, noState);
        const partition = partitionOf(a);
        expect(Number.isInteger(partition) && partition >= 0 && partition < numPartitions).toBe(true);
        if (sameKey(a, b)) expect(partitionOf(b)).toBe(partition);
      }),
    );
  });
});

describe('range partitioner', () => {
  test('gives a bound to the partition on its left', () => {
    const partitionOf = createPartitioner({ kind: 'range', numPartitions: 3, ascending: true }, { bounds: [10, 20], seed: 0 });
    expect([-Infinity, 9, 10, 11, 20, 21, Number.NaN, 'a', null].map(partitionOf)).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 0]);
  });

  test('mirrors the partitions in descending order', () => {
    const partitionOf = createPartitioner({ kind: 'range', numPartitions: 3, ascending: false }, { bounds: [10, 20], seed: 0 });
    expect([9, 10, 11, 20, 21].map(partitionOf)).toEqual([2, 2, 1, 1, 0]);
  });

  test('leaves the last partitions empty when there are fewer bounds', () => {
    const ascending = createPartitioner({ kind: 'range', numPartitions: 9, ascending: true }, { bounds: [10], seed: 0 });
    const descending = createPartitioner({ kind: 'range', numPartitions: 9, ascending: false }, { bounds: [10], seed: 0 });
    expect([5, 15].map(ascending)).toEqual([0, 1]);
    expect([5, 15].map(descending)).toEqual([1, 0]);
    expect(createPartitioner({ kind: 'range', numPartitions: 1, ascending: true }, noState)(7)).toBe(0);
  });

  test('finds what counting the bounds below the key finds, and keeps keys in order over partitions', () => {
    fc.assert(
      fc.property(fc.array(arbitraryKey, { maxLength: 12 }), arbitraryKey, arbitraryKey, (keys, a, b) => {
        const sorted = keys.map((key) => [key]).sort((x, y) => compareKeys(x[0], y[0]));
        const bounds = sorted.flat(1).filter((key, i) => i === 0 || !sameKey(key, sorted[i - 1]?.[0]));
        const partitionOf = createPartitioner({ kind: 'range', numPartitions: bounds.length + 1, ascending: true }, { bounds, seed: 0 });
        expect(partitionOf(a)).toBe(bounds.filter((bound) => compareKeys(bound, a) < 0).length);
        if (compareKeys(a, b) <= 0) expect(partitionOf(a)).toBeLessThanOrEqual(partitionOf(b));
      }),
    );
  });
});

describe('round robin', () => {
  test.each([
    [0, [0, 1, 2, 0]],
    [2, [2, 0, 1, 2]],
    [7, [1, 2, 0, 1]],
    [-1, [2, 0, 1, 2]],
    [1.9, [1, 2, 0, 1]],
  ])('starts at seed %d modulo the number of partitions', (seed, expected) => {
    const partitionOf = createPartitioner({ kind: 'roundRobin', numPartitions: 3 }, { bounds: [], seed });
    expect([null, null, null, null].map(partitionOf)).toEqual(expected);
  });
});

test('a plan without partitions, or with too many bounds, is refused', () => {
  expect(() => createPartitioner({ kind: 'hash', numPartitions: 0 }, noState)).toThrow(
    'A shuffle was planned with 0 partitions; at least 1 is needed. This is a bug in levin',
  );
  expect(() => createPartitioner({ kind: 'range', numPartitions: 2, ascending: true }, { bounds: [1, 2], seed: 0 })).toThrow(
    'A shuffle was planned with 2 bounds for 2 partitions; there must be fewer bounds than partitions. This is a bug in levin',
  );
});

describe('a partition function', () => {
  const of = (partition: unknown) =>
    createPartitioner({ kind: 'custom', numPartitions: 3, fn: 0 }, { ...noState, partitionOf: () => partition });

  test.each([0, 1, 2])('that gives %d has its way', (partition) => {
    expect(of(partition)('a')).toBe(partition);
  });

  test.each([
    [3, 'the number 3', ' Take it modulo 3, without sign.'],
    [-1, 'the number -1', ' Take it modulo 3, without sign.'],
    [1.5, 'the number 1.5', ''],
    ['1', 'the string "1"', ''],
    [undefined, 'undefined', ''],
  ])('that gives %j is told what it should give', (partition, shown, hint) => {
    expect(() => of(partition)('a')).toThrow(
      expect.objectContaining({
        code: 'BAD_PARTITION',
        message: `The partition function gave ${shown} for the key the string "a"; it must give a whole number from 0 to 2.${hint}`,
      }),
    );
  });
});
