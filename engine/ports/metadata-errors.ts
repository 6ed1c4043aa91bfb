import { LevinError } from '../errors/levin-error.ts';
import type { MetadataKey } from './metadata-store.ts';

/** Failures that every `MetadataStore` reports alike. They mean a mistake of levin's, for users write no items. */
export function invalidMetadataKey(key: MetadataKey, why: string): LevinError {
  return new LevinError({
    code: 'INVALID_KEY',
    fault: 'internal',
    message: `The metadata key ${metadataKeyText(key)} is not valid: ${why}. Partition keys have 1 to 2,048 bytes of UTF-8, sort keys 1 to 1,024, both without NUL.`,
    details: { key },
  });
}

export function invalidItem(key: MetadataKey, path: string, why: string): LevinError {
  return new LevinError({
    code: 'INVALID_ITEM',
    fault: 'internal',
    message: `The metadata item ${metadataKeyText(key)} cannot be stored: ${path} ${why}. Items are JSON objects: finite numbers, strings, booleans, null, arrays and plain objects, at most 32 levels deep.`,
    details: { key, path },
  });
}

export function itemTooLarge(key: MetadataKey, bytes: number): LevinError {
  return new LevinError({
    code: 'ITEM_TOO_LARGE',
    fault: 'internal',
    message: `The metadata item ${metadataKeyText(key)} has ${bytes} bytes of JSON, and at most 409,600 are allowed. Put large data into the object store and its key into the item.`,
    details: { key, bytes },
  });
}

export function invalidTransaction(why: string): LevinError {
  return new LevinError({
    code: 'INVALID_TRANSACTION',
    fault: 'internal',
    message: `The transaction cannot be written: ${why}. A transaction names at most 100 keys, each once.`,
  });
}

/** `"app#1" / "lease"` */
export function metadataKeyText(key: MetadataKey): string {
  return `${JSON.stringify(key.partition)} / ${JSON.stringify(key.sort)}`;
}
