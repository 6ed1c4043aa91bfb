import { hashNumber, hashString } from './hash-key.ts';
import { type KeyToken, keyToken } from './key-token.ts';

/**
 * A mutable hash table by key value, made for the loops that combine records.
 *
 * A key has a place: 0 for the first that was inserted, then one after the other. Values stand under the places, and loops change them there.
 */
export interface KeyTable {
  readonly size: number;
  /** The place of a key, or {@link NO_PLACE}. */
  find(key: unknown): number;
  /** Adds a key that `find` did not know, and gives its place. */
  insert(key: unknown, value: unknown): number;
  /** By place; `clear` empties it. */
  readonly keys: readonly unknown[];
  /** By place; may be assigned. `clear` empties it. */
  readonly values: unknown[];
  clear(): void;
}

export const NO_PLACE = -1;

/** About what a key takes beside itself and its value: its slot, its characters, its places in the table's arrays. */
export const KEY_ENTRY_BYTES = 110;

/** Longer strings are hashed faster by the engine's own tables than character by character. */
const MAX_HASHED_CHARS = 64;
const MIN_CAPACITY_BITS = 6;
const SMALLEST_LETTERS = 1024;
const LAST_LATIN1 = 0xff;
/** Instead of a start: a number, or a string whose characters need more than a byte. */
const NOT_SPELLED = -1;
/** Instead of a start: the key has no slot. */
const IN_MAP = -2;
/**
 * 2^32 / golden ratio: multiplied by it, all bits of a hash act on the highest ones, which name the slot. The keys of a reducer agree in
 * their hashes modulo the number of partitions; by the lowest bits they would crowd in few places.
 */
const SPREAD = 0x9e3779b1;

/**
 * Numbers and short strings, which nearly all keys are, go through open addressing with a hash of our own: a `Map` calls out of compiled
 * code to hash a string that it has not seen. All other keys go by their token into a `Map`.
 *
 * Looking a key up touches no object of the heap: of 100,000 keys each object is another miss of the processor's cache, and three of them
 * (entry, key, characters) took more time than all the rest (docs/performance.md). For the same reason a slot is one number.
 * ```
 *   slots    │ upper bits of hash, place + 1 │ 0 │ …     linear probing, at most three quarters full
 *   starts, hashes   by place; a start is where in letters
 *   letters  │ 3 k e y │ 5 o t h e r │ …                 lengths and characters
 *   keys, values     by place
 * ```
 */
export function createKeyTable(): KeyTable {
  let bits = MIN_CAPACITY_BITS;
  let slots = new Int32Array(1 << bits);
  /** Of a slot, the bits of the place: there are twice as many places as slots. The bits above are the hash's. */
  let placeBits = (2 << bits) - 1;
  const keys: unknown[] = [];
  const values: unknown[] = [];
  let starts = new Int32Array(1 << MIN_CAPACITY_BITS);
  let hashes = new Int32Array(1 << MIN_CAPACITY_BITS);
  let letters = new Uint8Array(SMALLEST_LETTERS);
  let lettersTaken = 0;
  const others = new Map<KeyToken, number>();
  /** The key that `find` did not know last, and its hash: most are inserted next. */
  let missed: string | number = '';
  let missedHash = hashString('');

  function findString(key: string, hash: number): number {
    const { length } = key;
    const mask = slots.length - 1;
    for (let at = Math.imul(hash, SPREAD) >>> (32 - bits); ; at = (at + 1) & mask) {
      const slot = slots[at] as number;
      if (slot === 0) break;
      if (((slot ^ hash) & ~placeBits) !== 0) continue;
      const place = (slot & placeBits) - 1;
      let letter = starts[place] as number;
      if (letter < 0) {
        if (keys[place] === key) return place;
        continue;
      }
      if (letters[letter] !== length) continue;
      let i = 0;
      while (i < length && letters[++letter] === key.charCodeAt(i)) i++;
      if (i === length) return place;
    }
    missed = key;
    missedHash = hash;
    return NO_PLACE;
  }

  function findNumber(key: number, hash: number): number {
    const mask = slots.length - 1;
    for (let at = Math.imul(hash, SPREAD) >>> (32 - bits); ; at = (at + 1) & mask) {
      const slot = slots[at] as number;
      if (slot === 0) break;
      const place = (slot & placeBits) - 1;
      if (((slot ^ hash) & ~placeBits) === 0 && keys[place] === key) return place;
    }
    missed = key;
    missedHash = hash;
    return NO_PLACE;
  }

  function takeSlot(place: number): void {
    const hash = hashes[place] as number;
    const mask = slots.length - 1;
    let at = Math.imul(hash, SPREAD) >>> (32 - bits);
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = (hash & ~placeBits) | (place + 1);
  }

  function growSlots(): void {
    bits++;
    slots = new Int32Array(1 << bits);
    placeBits = (2 << bits) - 1;
    for (let place = 0; place < keys.length - 1; place++) if (starts[place] !== IN_MAP) takeSlot(place);
  }

  /** Writes the characters of a key down, and gives where they start, when they are of a byte each. */
  function spell(key: string | number): number {
    if (typeof key !== 'string') return NOT_SPELLED;
    if (lettersTaken + MAX_HASHED_CHARS >= letters.length) letters = grown(letters, new Uint8Array(2 * letters.length));
    let end = lettersTaken;
    letters[end++] = key.length;
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i);
      if (unit > LAST_LATIN1) return NOT_SPELLED;
      letters[end++] = unit;
    }
    const start = lettersTaken;
    lettersTaken = end;
    return start;
  }

  return {
    get size() {
      return keys.length;
    },
    keys,
    values,
    find(key) {
      if (typeof key === 'string' && key.length <= MAX_HASHED_CHARS) return findString(key, hashString(key));
      if (typeof key === 'number' && !Number.isNaN(key)) return findNumber(key, hashNumber(key));
      return others.get(keyToken(key)) ?? NO_PLACE;
    },
    insert(key, value) {
      const place = keys.push(key) - 1;
      values.push(value);
      if (place === starts.length) {
        starts = grown(starts, new Int32Array(2 * place));
        hashes = grown(hashes, new Int32Array(2 * place));
      }
      // Keys without a slot count too: the bits of a slot must hold any place.
      if (4 * place >= 3 * slots.length) growSlots();
      if ((typeof key === 'string' && key.length <= MAX_HASHED_CHARS) || (typeof key === 'number' && !Number.isNaN(key))) {
        hashes[place] = key === missed ? missedHash : typeof key === 'string' ? hashString(key) : hashNumber(key);
        starts[place] = spell(key);
        takeSlot(place);
      } else {
        starts[place] = IN_MAP;
        others.set(keyToken(key), place);
      }
      return place;
    },
    clear() {
      bits = MIN_CAPACITY_BITS;
      slots = new Int32Array(1 << bits);
      placeBits = (2 << bits) - 1;
      keys.length = 0;
      values.length = 0;
      starts = new Int32Array(1 << MIN_CAPACITY_BITS);
      hashes = new Int32Array(1 << MIN_CAPACITY_BITS);
      letters = new Uint8Array(SMALLEST_LETTERS);
      lettersTaken = 0;
      others.clear();
    },
  };
}

/** Puts a value under a key that is new, or else what `merge` makes of the value there and this one. */
export function mergeInto<V>(table: KeyTable, [key, value]: readonly [key: unknown, value: V], merge: (held: V, value: V) => V): void {
  const place = table.find(key);
  if (place === NO_PLACE) table.insert(key, value);
  else table.values[place] = merge(table.values[place] as V, value);
}

/** All keys with their values, in order of first appearance. */
export function pairsOf<K, V>({ keys, values }: KeyTable): [K, V][] {
  return keys.map((key, place): [K, V] => [key as K, values[place] as V]);
}

function grown<A extends Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(before: A, after: A): A {
  after.set(before);
  return after;
}
