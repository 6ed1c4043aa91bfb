import { LevinError } from '../../engine/errors/levin-error.ts';
import { compareKeys } from '../../engine/records/compare-keys.ts';
import type { Moments } from '../../engine/records/moments.ts';

/** Bounds of buckets of equal width from the smallest to the largest number; one bucket when they are the same. */
export function evenBounds({ count, min, max }: Moments, buckets: number): readonly number[] {
  if (count === 0)
    throw failed(
      'EMPTY_RDD',
      'the RDD has no numbers (NaN does not count), so there are no bounds to take from it. Give the bounds as an array.',
    );
  if (!Number.isFinite(min) || !Number.isFinite(max)) {
    throw failed(
      'INVALID_ARGUMENT',
      `the numbers lie between ${min} and ${max}: buckets of equal width need finite ones. Give the bounds as an array.`,
    );
  }
  if (min === max) return [min, max];
  const width = (max - min) / buckets;
  if (!Number.isFinite(width)) {
    throw failed(
      'INVALID_ARGUMENT',
      `the numbers lie between ${min} and ${max}: their distance is too large for buckets of equal width. Give the bounds as an array.`,
    );
  }
  return [...Array.from({ length: buckets }, (_, i) => min + i * width), max];
}

/** Refuses bounds that are too few, not sorted, double, or cannot be compared. */
export function checkBounds(bounds: readonly unknown[]): void {
  if (bounds.length < 2)
    throw failed('INVALID_ARGUMENT', `buckets has ${bounds.length === 1 ? 'one bound' : 'no bounds'}; it must have at least two.`);
  bounds.forEach((bound, i) => {
    if (bound === null || bound === undefined || Number.isNaN(bound))
      throw failed('INVALID_ARGUMENT', `buckets[${i}] is ${String(bound)}; bounds cannot be null, undefined or NaN.`);
    if (i === 0) return;
    const order = compareKeys(bounds[i - 1], bound);
    if (order === 0)
      throw failed('INVALID_ARGUMENT', `buckets[${i}] equals the bound before it; every bound must be larger than the one before.`);
    if (order > 0) throw failed('INVALID_ARGUMENT', `buckets[${i}] is smaller than the bound before it; sort the bounds.`);
  });
}

/** Counts of all partitions, bucket by bucket. */
export function addCounts(parts: readonly (readonly number[])[], buckets: number): number[] {
  const sums = new Array<number>(buckets).fill(0);
  for (const part of parts) {
    part.forEach((count, i) => {
      sums[i] = (sums[i] as number) + count;
    });
  }
  return sums;
}

function failed(code: string, message: string): LevinError {
  return new LevinError({ code, fault: 'user', message: `histogram: ${message}` });
}
