import type { MetadataItem } from './metadata-store.ts';
import { utf8Length } from './utf8-order.ts';

/** What a strongly consistent read of so many bytes counts: 4 KB each. A read of nothing counts, too. */
export function readUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 4096));
}

/** What a write of so many bytes counts: 1 KB each. In a transaction each counts twice. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

/** An item's size, near enough: as JSON. */
export function itemBytes(item: MetadataItem): number {
  return utf8Length(JSON.stringify(item));
}
