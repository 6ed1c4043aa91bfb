import { keyToken } from './key-token.ts';

const STRING_SEED = 0x811c9dc5;
const STRING_PRIME = 0x01000193;
const INT_SEED = 0x3c6ef372;
const DOUBLE_SEED = 0x5bd1e995;
const BIGINT_SEED = 0x1b873593;
/** One for all NaNs: their bits are up to the machine. */
const NAN_HASH = 0x6c62272e;

const double = new DataView(new ArrayBuffer(8));

/**
 * A stable, well mixed 32-bit hash of a key, unsigned. Equal keys have equal hashes.
 *
 * It decides where a record goes, and committed shuffle output outlives a process: **it must never change** (a test pins values).
 * - null and undefined: 0, so that they go to partition 0 as in Spark
 * - strings: FNV-1a over UTF-16 code units, then MurmurHash3's finalizer; composite keys: the same over their token
 * - numbers that are 32-bit integers: finalizer of the value; other numbers: of both halves of the IEEE 754 bits (NaN: a constant)
 * - bigints: as the string of their decimal digits, with a seed of their own; booleans: two constants
 */
export function hashKey(key: unknown): number {
  switch (typeof key) {
    case 'string':
      return hashString(key) >>> 0;
    case 'number':
      return hashNumber(key) >>> 0;
    case 'boolean':
      return key ? 0x9e3779b9 : 0x7f4a7c15;
    case 'bigint':
      return hashText(key.toString(), BIGINT_SEED) >>> 0;
    case 'undefined':
      return 0;
    default:
      // keyToken gives a string for everything that is left, and throws for what cannot be a key.
      return key === null ? 0 : hashString(keyToken(key) as string) >>> 0;
  }
}

/** The finalizer of MurmurHash3: every bit of the input moves about half of the output's bits. Signed, so that loops keep it without allocating. */
export function mixInt32(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** {@link hashKey} of a string, signed. */
export function hashString(text: string): number {
  return hashText(text, STRING_SEED);
}

/** {@link hashKey} of a number, signed. */
export function hashNumber(value: number): number {
  if ((value | 0) === value) return mixInt32(value ^ INT_SEED);
  if (Number.isNaN(value)) return NAN_HASH;
  double.setFloat64(0, value);
  return mixInt32(mixInt32(double.getInt32(4) ^ DOUBLE_SEED) ^ double.getInt32(0));
}

function hashText(text: string, seed: number): number {
  let h = seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), STRING_PRIME);
  return mixInt32(h);
}
