import type { ObjectStore } from '../../../engine/ports/object-store.ts';

export interface ObservedStore extends ObjectStore {
  /** `get key start end`, `put key` … in order. */
  readonly calls: string[];
  /** Ranged reads that were asked for and not answered yet. */
  readonly open: () => number;
}

export interface ObserveOptions {
  /** Changes what a ranged read gives; `read` counts the reads of the key from 1. */
  readonly onRead?: (bytes: Uint8Array, key: string, read: number) => Uint8Array | Promise<Uint8Array>;
}

/** A store that notes its calls and lets a test stand between the reader and the bytes. */
export function observeStore(objects: ObjectStore, { onRead = (bytes) => bytes }: ObserveOptions = {}): ObservedStore {
  const calls: string[] = [];
  const reads = new Map<string, number>();
  let open = 0;
  return {
    ...objects,
    calls,
    open: () => open,
    put(key, body, options) {
      calls.push(`put ${key}`);
      return objects.put(key, body, options);
    },
    head(key, options) {
      calls.push(`head ${key}`);
      return objects.head(key, options);
    },
    async getRange(key, start, end, options) {
      calls.push(`get ${key} ${start} ${end}`);
      const read = (reads.get(key) ?? 0) + 1;
      reads.set(key, read);
      open++;
      try {
        return await onRead(await objects.getRange(key, start, end, options), key, read);
      } finally {
        open--;
      }
    },
  };
}
