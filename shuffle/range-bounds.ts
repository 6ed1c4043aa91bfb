import { compareKeys } from '../engine/records/compare-keys.ts';

/** Sample of one input partition: how many keys it has, and some of them, drawn uniformly. */
export type KeySample = readonly [count: number, keys: readonly unknown[]];

interface Candidate {
  readonly key: unknown;
  /** How many keys of its partition this one stands for. */
  readonly weight: number;
}

/**
 * Sorted upper bounds of the first partitions of a range partitioning, so that each partition gets about the same number of keys: Spark's rule.
 *
 * Each sampled key weighs what it stands for; a bound is set where the weights reach the next multiple of total / partitions, but never twice
 * the same key: equal keys stay in one partition, and fewer than `numPartitions` − 1 bounds may come out. No keys: no bounds.
 */
export function computeBounds(samples: readonly KeySample[], numPartitions: number): unknown[] {
  const candidates = candidatesOf(samples).sort((a, b) => compareKeys(a.key, b.key));
  const partitions = Math.min(numPartitions, candidates.length);
  const step = candidates.reduce((sum, candidate) => sum + candidate.weight, 0) / partitions;
  const bounds: unknown[] = [];
  let reached = 0;
  let target = step;
  for (const { key, weight } of candidates) {
    if (bounds.length >= partitions - 1) break;
    reached += weight;
    if (reached < target || (bounds.length > 0 && compareKeys(key, bounds.at(-1)) <= 0)) continue;
    bounds.push(key);
    target += step;
  }
  return bounds;
}

function candidatesOf(samples: readonly KeySample[]): Candidate[] {
  return samples.flatMap(([count, keys]) => keys.map((key) => ({ key, weight: count / keys.length })));
}
