import { expect, test } from 'vitest';
import { addUsage, costOf, NO_USAGE } from '../../../driver/cost/prices.ts';

test('dollars of a usage, by hand from the price lists of us-east-1', () => {
  const million = { ...NO_USAGE, invocations: 1e6, gbSeconds: 1e6, puts: 1e6, gets: 1e6, lists: 1e6, itemWrites: 1e6, itemReads: 1e6 };

  // 0.20 + 16.6667 + 5 + 0.40 + 5 + 0.625 + 0.125
  expect(costOf(million)).toBeCloseTo(28.0167, 6);
  expect(costOf(NO_USAGE)).toBe(0);
  expect(costOf(addUsage(million, million))).toBeCloseTo(56.0334, 6);
});
