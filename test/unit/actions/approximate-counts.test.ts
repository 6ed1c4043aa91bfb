import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateCounts } from '../../../driver/actions/approximate-counts.ts';
import { poissonQuantile } from '../../../driver/actions/quantiles.ts';

// From printed tables.
test.each([
  [0.5, 10, 10],
  [0.025, 10, 4],
  [0.975, 10, 17],
  [0.025, 1, 0],
  [0.975, 1, 3],
  [0.025, 100, 81],
  [0.975, 100, 120],
  [0, 5, 0],
  [1, 5, Number.POSITIVE_INFINITY],
  [0.975, 0, 0],
])('the Poisson quantile of %f with mean %f is %f', (probability, mean, quantile) => {
  expect(poissonQuantile(probability, mean)).toBe(quantile);
});

test('the Poisson quantile is the first number whose probabilities add up', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      fc.double({ min: 0.01, max: 300, noNaN: true }),
      (probability, mean) => {
        const quantile = poissonQuantile(probability, mean);
        let term = Math.exp(-mean);
        let sum = 0;
        for (let k = 0; k <= quantile; k++) {
          if (k === quantile) expect(sum).toBeLessThan(probability + 1e-9);
          sum += term;
          term *= mean / (k + 1);
        }
        expect(sum).toBeGreaterThan(probability - 1e-9);
      },
    ),
  );
});

test('both ways to the Poisson quantile agree where one ends', () => {
  for (const probability of [0.001, 0.025, 0.5, 0.975, 0.999]) {
    const [below, above] = [poissonQuantile(probability, 999_999.5), poissonQuantile(probability, 1_000_000.5)];
    expect(above - below).toBeGreaterThanOrEqual(0);
    expect(above - below).toBeLessThanOrEqual(2);
  }
});

describe('counts by key', () => {
  const a = [
    ['x', 2],
    [null, 1],
  ];

  test('are exact when every partition is known', () => {
    expect(estimateCounts({ parts: [a, [], [['x', 3]]], confidence: 0.95 })).toEqual([
      ['x', { mean: 5, confidence: 1, low: 5, high: 5 }],
      [null, { mean: 1, confidence: 1, low: 1, high: 1 }],
    ]);
  });

  test('of partitions that are not known are as those that are', () => {
    // 2 and 1 more expected: between 0 and 5 of mean 2, between 0 and 3 of mean 1.
    expect(estimateCounts({ parts: [a, null], confidence: 0.95 })).toEqual([
      ['x', { mean: 4, confidence: 0.95, low: 2, high: 7 }],
      [null, { mean: 2, confidence: 0.95, low: 1, high: 4 }],
    ]);
  });

  test('are none when nothing is known, or there is nothing', () => {
    expect(estimateCounts({ parts: [null, null], confidence: 0.95 })).toEqual([]);
    expect(estimateCounts({ parts: [], confidence: 0.95 })).toEqual([]);
  });

  test('have no upper bound that is certain', () => {
    expect(estimateCounts({ parts: [[['x', 2]], null], confidence: 1 })).toEqual([
      ['x', { mean: 4, confidence: 1, low: 2, high: Number.POSITIVE_INFINITY }],
    ]);
  });
});
