import { compareKeys } from '../../engine/records/compare-keys.ts';

/** Merges the sorted heads of all partitions; equal keys keep partition order. */
export function mergeOrdered<T>(
  parts: readonly (readonly unknown[])[],
  n: number,
  { key, descending }: { readonly key: ((record: T) => unknown) | undefined; readonly descending: boolean },
): T[] {
  const keyed = parts.flat(1).map((record) => ({ record: record as T, key: key === undefined ? record : key(record as T) }));
  keyed.sort((a, b) => (descending ? compareKeys(b.key, a.key) : compareKeys(a.key, b.key)));
  return keyed.slice(0, n).map(({ record }) => record);
}
