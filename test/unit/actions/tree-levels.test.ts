import fc from 'fast-check';
import { expect, test } from 'vitest';
import { treeLevels } from '../../../driver/actions/tree-levels.ts';

// Followed by hand from Spark's rule.
test.each([
  { partitions: 0, depth: 2, levels: [] },
  { partitions: 1, depth: 2, levels: [] },
  { partitions: 4, depth: 2, levels: [] },
  { partitions: 8, depth: 2, levels: [2] },
  { partitions: 100, depth: 1, levels: [] },
  { partitions: 100, depth: 2, levels: [10] },
  { partitions: 1000, depth: 3, levels: [100, 10] },
  { partitions: 16, depth: 10, levels: [8, 4] },
])('$partitions partitions at depth $depth', ({ partitions, depth, levels }) => {
  expect(treeLevels(partitions, depth)).toEqual(levels);
});

test('levels shrink and are at most depth − 1', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 1, max: 40 }), (partitions, depth) => {
      const levels = treeLevels(partitions, depth);
      expect(levels.length).toBeLessThanOrEqual(depth);
      expect([partitions, ...levels].every((n, i, all) => i === 0 || (n >= 1 && n < (all[i - 1] as number)))).toBe(true);
    }),
  );
});
