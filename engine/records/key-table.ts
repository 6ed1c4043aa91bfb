import { type KeyToken, keyToken } from './key-token.ts';

export interface KeyTableEntry {
  readonly key: unknown;
  value: unknown;
}

/** A mutable hash table by key value, in order of first appearance; made for the loop that combines records. */
export interface KeyTable {
  readonly size: number;
  /** The entry of a key, or undefined: its `value` may be assigned. */
  find(key: unknown): KeyTableEntry | undefined;
  /** Adds a key that `find` did not know. */
  insert(key: unknown, value: unknown): void;
  entries(): Iterable<KeyTableEntry>;
  clear(): void;
}

export function createKeyTable(): KeyTable {
  const entries = new Map<KeyToken, KeyTableEntry>();
  return {
    get size() {
      return entries.size;
    },
    find: (key) => entries.get(keyToken(key)),
    insert: (key, value) => void entries.set(keyToken(key), { key, value }),
    entries: () => entries.values(),
    clear: () => entries.clear(),
  };
}
