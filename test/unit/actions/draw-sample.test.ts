import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleSizes, shuffled } from '../../../driver/actions/draw-sample.ts';

const counts = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 8 });
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test('without replacement: as many as asked or as there are, never more from a partition than it has', () => {
  fc.assert(
    fc.property(counts, fc.nat(500), fc.integer(), (partitions, n, seed) => {
      const sizes = sampleSizes(partitions, { withReplacement: false, n, seed });
      expect(sum(sizes)).toBe(Math.min(n, sum(partitions)));
      sizes.forEach((size, i) => {
        expect(size).toBeLessThanOrEqual(partitions[i] as number);
      });
    }),
  );
});

test('with replacement: as many as asked, none from an empty partition', () => {
  fc.assert(
    fc.property(counts, fc.nat(500), fc.integer(), (partitions, n, seed) => {
      fc.pre(sum(partitions) > 0);
      const sizes = sampleSizes(partitions, { withReplacement: true, n, seed });
      expect(sum(sizes)).toBe(n);
      sizes.forEach((size, i) => {
        expect(size > 0 && partitions[i] === 0).toBe(false);
      });
    }),
  );
});

test('partitions get their share', () => {
  for (const withReplacement of [true, false]) {
    const [small, large] = sampleSizes([100_000, 300_000], { withReplacement, n: 40_000, seed: 1 }) as [number, number];
    expect(small + large).toBe(40_000);
    // Five standard deviations of the binomial number with mean 10,000.
    expect(Math.abs(small - 10_000)).toBeLessThan(5 * Math.sqrt(40_000 * 0.25 * 0.75));
  }
});

test('shuffling keeps the values, and every value comes everywhere', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    const values = shuffled(['a', 'b', 'c'], seed);
    expect(values.toSorted()).toEqual(['a', 'b', 'c']);
    seen.add(values.join(''));
  }
  expect(seen.size).toBe(6);
});
