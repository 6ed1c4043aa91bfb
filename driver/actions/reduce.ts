import { mergeParts } from './merge-parts.ts';
import { emptyRdd } from './take.ts';

/** Merges the results of all partitions in their order; a partition without records has none. */
export function mergeReduced<T>(parts: readonly (readonly unknown[])[], f: (a: T, b: T) => T): T {
  const results = parts.flat(1) as T[];
  if (results.length === 0) throw emptyRdd('reduce');
  return mergeParts('reduce', f, results);
}
