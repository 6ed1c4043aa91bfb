import { type Moments, mergeMoments, noMoments } from '../../engine/records/moments.ts';
import type { Statistics } from '../api/types.ts';

/** Moments of all partitions, in partition order. */
export function allMoments(parts: readonly Moments[]): Moments {
  return parts.reduce(mergeMoments, noMoments());
}

/** What Spark's StatCounter says. */
export function statisticsOf({ count, sum, mean, m2, min, max }: Moments): Statistics {
  const variance = count === 0 ? Number.NaN : m2 / count;
  const sampleVariance = count <= 1 ? Number.NaN : m2 / (count - 1);
  return { count, sum, mean, variance, stdev: Math.sqrt(variance), sampleVariance, sampleStdev: Math.sqrt(sampleVariance), min, max };
}
