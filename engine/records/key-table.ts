import { hashNumber, hashString } from './hash-key.ts';
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

/** About what an entry takes beside its key and value: the object, its places in the table's arrays. */
export const KEY_ENTRY_BYTES = 110;

/** Longer strings are hashed faster by the engine's own tables than character by character. */
const MAX_HASHED_CHARS = 64;
const MIN_CAPACITY_BITS = 6;
/**
 * 2^32 / golden ratio: multiplied by it, all bits of a hash act on the highest ones, which name the slot. The keys of a reducer agree in
 * their hashes modulo the number of partitions; by the lowest bits they would crowd in few places.
 */
const SPREAD = 0x9e3779b1;

/**
 * Numbers and short strings, which nearly all keys are, go through open addressing with a hash of our own: a `Map` calls out of compiled
 * code to hash a string that it has not seen, and takes twice as long (docs/performance.md). All other keys go by their token into a `Map`.
 * ```
 *   slots    │ hash, number of entry + 1 │ 0, 0 │ hash, number of entry + 1 │ …     linear probing, at most half full
 *   entries  │ { key, value } │ …                                               in order of first appearance, of both kinds
 * ```
 */
export function createKeyTable(): KeyTable {
  let bits = MIN_CAPACITY_BITS;
  let slots = new Int32Array(2 << bits);
  /** Of positions in `slots`. */
  let mask = slots.length - 1;
  let slotsTaken = 0;
  let entries: KeyTableEntry[] = [];
  const others = new Map<KeyToken, KeyTableEntry>();
  /** The key that `find` did not know last, and its hash: most are inserted next. */
  let missed: string | number = '';
  let missedHash = hashString('');

  function lookUp(key: string | number, hash: number): KeyTableEntry | undefined {
    for (let at = (Math.imul(hash, SPREAD) >>> (32 - bits)) << 1; ; at = (at + 2) & mask) {
      const number = slots[at + 1] as number;
      if (number === 0) break;
      if (slots[at] !== hash) continue;
      const entry = entries[number - 1] as KeyTableEntry;
      if (entry.key === key) return entry;
    }
    missed = key;
    missedHash = hash;
    return undefined;
  }

  function place(hash: number, number: number): void {
    let at = (Math.imul(hash, SPREAD) >>> (32 - bits)) << 1;
    while (slots[at + 1] !== 0) at = (at + 2) & mask;
    slots[at] = hash;
    slots[at + 1] = number;
  }

  function grow(): void {
    const before = slots;
    bits++;
    slots = new Int32Array(2 << bits);
    mask = slots.length - 1;
    for (let at = 0; at < before.length; at += 2) {
      if (before[at + 1] !== 0) place(before[at] as number, before[at + 1] as number);
    }
  }

  return {
    get size() {
      return entries.length;
    },
    find(key) {
      if (typeof key === 'string' && key.length <= MAX_HASHED_CHARS) return lookUp(key, hashString(key));
      if (typeof key === 'number' && !Number.isNaN(key)) return lookUp(key, hashNumber(key));
      return others.get(keyToken(key));
    },
    insert(key, value) {
      const entry: KeyTableEntry = { key, value };
      const count = entries.push(entry);
      if ((typeof key === 'string' && key.length <= MAX_HASHED_CHARS) || (typeof key === 'number' && !Number.isNaN(key))) {
        if (4 * ++slotsTaken > slots.length) grow();
        place(key === missed ? missedHash : typeof key === 'string' ? hashString(key) : hashNumber(key), count);
      } else {
        others.set(keyToken(key), entry);
      }
    },
    entries: () => entries,
    clear() {
      bits = MIN_CAPACITY_BITS;
      slots = new Int32Array(2 << bits);
      mask = slots.length - 1;
      slotsTaken = 0;
      entries = [];
      others.clear();
    },
  };
}
