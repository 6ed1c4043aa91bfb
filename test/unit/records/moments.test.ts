import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addNumber, type Moments, mergeMoments, noMoments } from '../../../engine/records/moments.ts';

function momentsOf(values: readonly number[]): Moments {
  const moments = noMoments();
  for (const value of values) addNumber(moments, value);
  return moments;
}

test('moments of parts are those of the whole', () => {
  const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 40 });
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const merged = mergeMoments(momentsOf(a), momentsOf(b));
      const all = [...a, ...b];
      // The two-pass formulas, which lose nothing.
      const mean = all.length === 0 ? 0 : all.reduce((sum, x) => sum + x, 0) / all.length;
      const m2 = all.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      expect([merged.count, merged.min, merged.max]).toEqual([all.length, Math.min(...all), Math.max(...all)]);
      expect(Math.abs(merged.mean - mean)).toBeLessThanOrEqual(1e-6);
      expect(Math.abs(merged.m2 - m2)).toBeLessThanOrEqual(1e-9 * m2 + 1e-3);
    }),
  );
});

test('a large offset does not swallow the variance', () => {
  const { count, m2 } = momentsOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]);
  expect(m2 / count).toBeCloseTo(22.5, 6);
});

test('NaN is not lost', () => {
  const { sum, mean, min, max } = mergeMoments(momentsOf([1, Number.NaN]), momentsOf([2]));
  expect([sum, mean, min, max]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
});
