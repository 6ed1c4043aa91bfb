import { addNumber, type Moments, noMoments } from '../../engine/records/moments.ts';
import type { BoundedNumber } from '../api/types.ts';
import { normalQuantile, studentQuantile } from './quantiles.ts';
import { allMoments } from './statistics.ts';

export interface Estimate {
  /** null: this partition is not known. */
  readonly parts: readonly (Moments | null)[];
  readonly confidence: number;
}

/** The sum of all numbers, from those of the partitions that are known (Spark's SumEvaluator). */
export function estimateSum({ parts, confidence }: Estimate): BoundedNumber {
  const { known, share, moments } = summary(parts);
  const { count, sum, mean, m2 } = moments;
  if (share === 1) return exactly(sum);
  if (known === 0 || count === 0) return nothingKnown(0);
  const missing = (count * (1 - share)) / share;
  const estimate = sum + mean * missing;
  if (count === 1) return { ...nothingKnown(estimate), confidence };
  const meanVariance = m2 / (count - 1) / count;
  const countVariance = (count * (1 - share)) / (share * share);
  const variance = mean * mean * countVariance + missing * missing * meanVariance + meanVariance * countVariance;
  return around(estimate, Math.sqrt(variance) * factor(confidence, count), confidence);
}

/** The number of a partition's records as the one number of that partition. */
export function momentsOfCount(part: readonly unknown[] | null): Moments | null {
  if (part === null) return null;
  const moments = noMoments();
  addNumber(moments, part[0] as number);
  return moments;
}

/** The mean of all numbers, from those of the partitions that are known (Spark's MeanEvaluator). */
export function estimateMean({ parts, confidence }: Estimate): BoundedNumber {
  const { known, share, moments } = summary(parts);
  const { count, mean, m2 } = moments;
  if (share === 1) return exactly(mean);
  if (known === 0 || count === 0) return nothingKnown(0);
  if (count === 1) return { ...nothingKnown(mean), confidence };
  return around(mean, Math.sqrt(m2 / (count - 1) / count) * factor(confidence, count), confidence);
}

function summary(parts: readonly (Moments | null)[]): { readonly known: number; readonly share: number; readonly moments: Moments } {
  const known = parts.filter((part) => part !== null);
  return { known: known.length, share: parts.length === 0 ? 1 : known.length / parts.length, moments: allMoments(known) };
}

/** Normal above 100 numbers, Student's t below. */
function factor(confidence: number, count: number): number {
  const probability = 1 - (1 - confidence) / 2;
  return count > 100 ? normalQuantile(probability) : studentQuantile(probability, count - 1);
}

function around(mean: number, distance: number, confidence: number): BoundedNumber {
  return { mean, confidence, low: mean - distance, high: mean + distance };
}

function exactly(value: number): BoundedNumber {
  return { mean: value, confidence: 1, low: value, high: value };
}

function nothingKnown(mean: number): BoundedNumber {
  return { mean, confidence: 0, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
}
