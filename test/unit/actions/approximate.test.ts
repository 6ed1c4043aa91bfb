import { describe, expect, test } from 'vitest';
import { estimateMean, estimateSum } from '../../../driver/actions/approximate.ts';
import { normalQuantile, studentQuantile } from '../../../driver/actions/quantiles.ts';
import { addNumber, type Moments, noMoments } from '../../../engine/records/moments.ts';

function momentsOf(...values: readonly number[]): Moments {
  const moments = noMoments();
  for (const value of values) addNumber(moments, value);
  return moments;
}

// From printed tables of both distributions.
test.each([
  [0.5, 0],
  [0.9, 1.281552],
  [0.975, 1.959964],
  [0.995, 2.575829],
  [0.9999, 3.719016],
  [0.025, -1.959964],
])('the normal quantile of %f is %f', (probability, quantile) => {
  expect(normalQuantile(probability)).toBeCloseTo(quantile, 5);
});

test.each([
  [0.975, 1, 12.7062],
  [0.975, 2, 4.3027],
  [0.975, 3, 3.1824],
  [0.95, 4, 2.1318],
  [0.975, 10, 2.2281],
  [0.995, 30, 2.75],
  [0.975, 99, 1.9842],
])("Student's quantile of %f with %i degrees is %f", (probability, degrees, quantile) => {
  expect(studentQuantile(probability, degrees)).toBeCloseTo(quantile, 4);
});

describe('estimates', () => {
  test('are exact when every partition is known', () => {
    const parts = [momentsOf(1, 2), momentsOf(), momentsOf(3)];
    expect(estimateSum({ parts, confidence: 0.95 })).toEqual({ mean: 6, confidence: 1, low: 6, high: 6 });
    expect(estimateMean({ parts, confidence: 0.95 })).toEqual({ mean: 2, confidence: 1, low: 2, high: 2 });
  });

  test('say nothing when nothing is known', () => {
    const nothing = { mean: 0, confidence: 0, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
    expect(estimateSum({ parts: [null, null], confidence: 0.95 })).toEqual(nothing);
    expect(estimateMean({ parts: [momentsOf(), null], confidence: 0.95 })).toEqual(nothing);
  });

  test('scale what is known by the share of partitions', () => {
    const parts = [momentsOf(2, 4, 6), null, null];
    const sum = estimateSum({ parts, confidence: 0.95 });
    // 12 seen in one of three partitions; 4 ± 4.3027 · sqrt(4 / 3) for the mean of three numbers.
    expect(sum.mean).toBeCloseTo(36, 9);
    expect(sum.low).toBeLessThan(12);
    const mean = estimateMean({ parts, confidence: 0.95 });
    expect(mean.mean).toBe(4);
    expect(mean.high - mean.mean).toBeCloseTo(4.3027 * Math.sqrt(4 / 3), 3);
    expect(mean.mean - mean.low).toBeCloseTo(4.3027 * Math.sqrt(4 / 3), 3);
  });

  test('one number gives no bounds', () => {
    const parts = [momentsOf(5), null];
    expect(estimateSum({ parts, confidence: 0.9 })).toEqual({
      mean: 10,
      confidence: 0.9,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
  });
});
