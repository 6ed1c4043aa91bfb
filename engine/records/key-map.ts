import { type InspectOptions, inspect } from 'node:util';
import { registerClass, registerSerializer } from '../closures/runtime/registrations.ts';
import { type KeyToken, keyToken } from './key-token.ts';

interface Entry<K, V> {
  readonly key: K;
  value: V;
}

/**
 * A read-only map whose keys compare by value: `map.get([2024, 'de'])` finds what an equal array was counted under.
 *
 * Result of `collectAsMap`, `countByKey` and `countByValue`. Iterates in order of first appearance; the first of equal keys is the one it shows.
 * Keys: numbers (NaN equals NaN, −0 equals 0), strings, bigints, booleans, null, undefined, dates, arrays and plain objects of those;
 * asking for any other key throws `UNSUPPORTED_KEY`.
 *
 * @example
 * const byDay = await flights.map((f) => [[f.origin, f.day], f.delay]).collectAsMap();
 * byDay.get(['SFO', 3]);
 */
export class KeyMap<K, V> implements ReadonlyMap<K, V> {
  readonly #entries: ReadonlyMap<KeyToken, Entry<K, V>>;

  /** A later pair replaces the value of an earlier one with an equal key. */
  constructor(pairs: Iterable<readonly [K, V]> = []) {
    const entries = new Map<KeyToken, Entry<K, V>>();
    for (const [key, value] of pairs) {
      const token = keyToken(key);
      const entry = entries.get(token);
      if (entry === undefined) entries.set(token, { key, value });
      else entry.value = value;
    }
    this.#entries = entries;
  }

  /** The same as `new KeyMap(pairs)`. */
  static from<K, V>(pairs: Iterable<readonly [K, V]>): KeyMap<K, V> {
    return new KeyMap(pairs);
  }

  /** How many different keys there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value under a key that equals `key`, or undefined. */
  get(key: K): V | undefined {
    return this.#entries.get(keyToken(key))?.value;
  }

  /** Whether a key equals `key`. */
  has(key: K): boolean {
    return this.#entries.has(keyToken(key));
  }

  /** Calls `callback(value, key, map)` for each pair in order. */
  forEach(callback: (value: V, key: K, map: ReadonlyMap<K, V>) => void, thisArg?: unknown): void {
    for (const { key, value } of this.#entries.values()) callback.call(thisArg, value, key, this);
  }

  /** The keys in order. */
  keys(): MapIterator<K> {
    return this.#entries.values().map((entry) => entry.key);
  }

  /** The values in order of their keys. */
  values(): MapIterator<V> {
    return this.#entries.values().map((entry) => entry.value);
  }

  /** The pairs in order. */
  entries(): MapIterator<[K, V]> {
    return this.#entries.values().map((entry): [K, V] => [entry.key, entry.value]);
  }

  /** The pairs in order. */
  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  /** Shown by `Object.prototype.toString`. */
  get [Symbol.toStringTag](): string {
    return 'KeyMap';
  }

  static {
    // console.log shows it as a Map with the same pairs. Not a method: declarations cannot name this symbol.
    Object.defineProperty(KeyMap.prototype, inspect.custom, {
      value(this: KeyMap<unknown, unknown>, _depth: number, options: InspectOptions): string {
        return `KeyMap${inspect(new Map(this), options).slice('Map'.length)}`;
      },
    });
  }
}

// A result that the next closure captures is the usual way to look something up, so it travels. Loaded with the record codec on both sides.
registerClass('levin.KeyMap', KeyMap);
registerSerializer(KeyMap, {
  serialize: (map: KeyMap<unknown, unknown>): [unknown, unknown][] => [...map],
  deserialize: (pairs) => KeyMap.from(pairs),
});
