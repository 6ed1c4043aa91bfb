import type { MetadataValue } from '../metadata-store.ts';

/** Whether two JSON values are equal; the order of fields does not matter, for some stores do not keep it. */
export function sameItem(a: MetadataValue | undefined, b: MetadataValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries<MetadataValue>(a as Record<string, MetadataValue>);
  const right = b as Record<string, MetadataValue>;
  return (
    left.length === Object.keys(b).length && left.every(([field, value]) => Object.hasOwn(right, field) && sameItem(value, right[field]))
  );
}
