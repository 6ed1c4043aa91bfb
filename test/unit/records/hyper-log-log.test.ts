import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Hash64, hashKey64 } from '../../../engine/records/hash-key-64.ts';
import { createHyperLogLog, precisionFor } from '../../../engine/records/hyper-log-log.ts';

function estimateOf(precision: number, keys: Iterable<unknown>): number {
  const sketch = createHyperLogLog(precision);
  for (const key of keys) sketch.add(key);
  return sketch.estimate();
}

test('the precision follows the relative standard error as in Spark', () => {
  expect([0.5, 0.3, 0.05, 0.01, 0.001, 0.000018].map(precisionFor)).toEqual([4, 4, 9, 14, 21, 32]);
});

describe('estimates lie within four standard errors', () => {
  test.each([
    [9, 100],
    [9, 1_000],
    [9, 100_000],
    [14, 1_000],
    [14, 50_000],
    [14, 300_000],
  ])('precision %i, %i numbers', (precision, count) => {
    const estimate = estimateOf(
      precision,
      Array.from({ length: count }, (_, i) => i),
    );
    expect(Math.abs(estimate / count - 1)).toBeLessThan((4 * 1.04) / Math.sqrt(2 ** precision));
  });

  test('strings that differ in one character, and arrays', () => {
    const strings = Array.from({ length: 20_000 }, (_, i) => `user-${i}`);
    expect(Math.abs(estimateOf(14, strings) / 20_000 - 1)).toBeLessThan(0.0325);
    const arrays = Array.from({ length: 20_000 }, (_, i) => [i % 100, Math.floor(i / 100)]);
    expect(Math.abs(estimateOf(14, arrays) / 20_000 - 1)).toBeLessThan(0.0325);
  });
});

test('few keys are counted exactly, none as 0', () => {
  expect(estimateOf(9, [])).toBe(0);
  expect(Math.round(estimateOf(9, ['a', 'b', 'a', null, undefined, 1, '1', 1n, true]))).toBe(8);
  expect(Math.round(estimateOf(32, [1, 2, 3]))).toBe(3);
});

test('merged sketches say what one sketch over everything says, in any order, sparse or dense', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.oneof(fc.integer(), fc.string()), { maxLength: 60 }), { maxLength: 5 }),
      fc.integer({ min: 4, max: 12 }),
      (parts, precision) => {
        const sketches = parts.map((part) => {
          const sketch = createHyperLogLog(precision);
          for (const key of part) sketch.add(key);
          return sketch.toRecord();
        });
        const merged = createHyperLogLog(precision);
        for (const record of sketches.toReversed()) merged.merge(record);
        expect(merged.estimate()).toBe(estimateOf(precision, parts.flat()));
      },
    ),
    { numRuns: 200 },
  );
});

test('equal keys have equal hashes, and the types of keys are told apart', () => {
  const hash = (key: unknown): string => {
    const out: Hash64 = { high: 0, low: 0 };
    hashKey64(key, out);
    return `${out.high},${out.low}`;
  };
  expect(hash(-0)).toBe(hash(0));
  expect(hash({ a: 1, b: [2] })).toBe(hash({ b: [2], a: 1 }));
  expect(new Set([1, '1', 1n, true, null, undefined, 'null', '', [1], Number.NaN].map(hash)).size).toBe(10);
});
