import { KeyMap } from '../../engine/records/key-map.ts';
import { createKeyTable, mergeInto, pairsOf } from '../../engine/records/key-table.ts';
import type { BoundedNumber } from '../api/types.ts';
import type { ActionRequest, Application } from '../application/application.ts';
import { allPartitions } from './all-partitions.ts';
import { poissonQuantile } from './quantiles.ts';

export interface CountsEstimate {
  /** Pairs [key, count] by partition; null: the partition is not known. */
  readonly parts: readonly (readonly unknown[] | null)[];
  readonly confidence: number;
}

/** Counts by key from the partitions that are counted after some time. The journal keeps the pairs, not the map. */
export async function approximateCounts<K>(
  request: ActionRequest,
  app: Application,
  { timeoutMs, confidence }: { readonly timeoutMs: number; readonly confidence: number },
): Promise<KeyMap<K, BoundedNumber>> {
  const parameters = [timeoutMs, confidence];
  const pairs = await app.runAction({ ...request, parameters }, async (stage) =>
    estimateCounts<K>({ parts: await stage.runFor(allPartitions(stage), timeoutMs), confidence }),
  );
  return KeyMap.from(pairs);
}

/** What a key has in the partitions that are not known is a Poisson number with the mean of those that are (Spark's GroupedCountEvaluator). */
export function estimateCounts<K>({ parts, confidence }: CountsEstimate): [K, BoundedNumber][] {
  const known = parts.filter((part) => part !== null);
  const table = createKeyTable();
  for (const pair of known.flat(1) as [K, number][]) mergeInto(table, pair, (a, b) => a + b);
  const missing = (parts.length - known.length) / known.length;
  return pairsOf<K, number>(table).map(([key, count]) => [key, missing === 0 ? exactly(count) : bounded(count, missing, confidence)]);
}

function bounded(seen: number, missing: number, confidence: number): BoundedNumber {
  const mean = seen * missing;
  const low = poissonQuantile((1 - confidence) / 2, mean);
  const high = poissonQuantile((1 + confidence) / 2, mean);
  return { mean: seen + mean, confidence, low: seen + low, high: seen + high };
}

function exactly(value: number): BoundedNumber {
  return { mean: value, confidence: 1, low: value, high: value };
}
