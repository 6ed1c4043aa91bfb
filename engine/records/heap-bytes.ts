/** Elements of a long array, or entries of a large map or set, that are looked at. */
const SAMPLED = 64;
/** Objects looked at for one estimate. */
const MAX_OBJECTS = 2_000;
const MAX_DEPTH = 64;
/** Further in nothing is extrapolated: an array that holds itself would seem to have no end. */
const MAX_EXTRAPOLATED_DEPTH = 4;
/** Characters looked at to see whether a string needs two bytes for each. */
const PROBED_CHARACTERS = 32;

// Sizes of V8's objects on 64 bits without pointer compression, as Node is built.
const POINTER = 8;
const STRING_HEADER = 16;
const BOXED_NUMBER = 16;
const ARRAY = 32 + 16;
const OBJECT = 24;
const DATE = 104;
const TABLE = 120;
const TABLE_ENTRY = 40;
const TYPED_ARRAY = 200;

interface Look {
  left: number;
}

/**
 * About how many bytes a value takes in V8's heap, Buffers included: by the kinds of its parts, long arrays by a sample.
 *
 * Plain data is what it knows best. A value that is reached twice counts twice, prototypes, functions and what closures hold count nothing.
 */
export function heapBytesOf(value: unknown): number {
  return bytesOf(value, { left: MAX_OBJECTS }, 0);
}

function bytesOf(value: unknown, look: Look, depth: number): number {
  switch (typeof value) {
    case 'string':
      return stringBytes(value);
    case 'number':
      // A small integer stands in the pointer itself.
      return (value | 0) === value ? 0 : BOXED_NUMBER;
    case 'bigint':
      return value >= -0x8000_0000_0000_0000n && value <= 0x7fff_ffff_ffff_ffffn ? 24 : 16 + value.toString(16).length / 2;
    case 'object':
      return value === null ? 0 : objectBytes(value, look, depth);
    default:
      return 0;
  }
}

function stringBytes(text: string): number {
  const { length } = text;
  // One character is shared by all strings of it.
  if (length <= 1) return 0;
  const width = isWide(text) ? 2 : 1;
  return STRING_HEADER + ((length * width + 7) & ~7);
}

function isWide(text: string): boolean {
  const step = Math.max(1, Math.floor(text.length / PROBED_CHARACTERS));
  for (let i = 0; i < text.length; i += step) if (text.charCodeAt(i) > 255) return true;
  return false;
}

function objectBytes(value: object, look: Look, depth: number): number {
  look.left -= 1;
  if (depth > MAX_DEPTH || look.left < 0) return OBJECT;
  if (Array.isArray(value)) return ARRAY + arrayBytes(value, look, depth);
  if (ArrayBuffer.isView(value)) return TYPED_ARRAY + value.byteLength;
  if (value instanceof ArrayBuffer) return TYPED_ARRAY + value.byteLength;
  if (value instanceof Map)
    return TABLE + value.size * TABLE_ENTRY + sampled(value.size, value.entries(), (entry) => pairBytes(entry, look, depth));
  if (value instanceof Set)
    return TABLE + value.size * TABLE_ENTRY + sampled(value.size, value.values(), (each) => bytesOf(each, look, depth + 1));
  if (value instanceof Date) return DATE;
  return plainBytes(value as Record<string, unknown>, look, depth);
}

function plainBytes(value: Record<string, unknown>, look: Look, depth: number): number {
  let bytes = OBJECT;
  // Not `Object.keys`: an array for each object would cost as much as looking at it.
  for (const name in value) bytes += POINTER + bytesOf(value[name], look, depth + 1);
  return bytes;
}

/** All elements where there are few, else every n-th: n is a power of two, so that an array that grows is looked at in the same places. */
function arrayBytes(values: readonly unknown[], look: Look, depth: number): number {
  const { length } = values;
  let step = 1;
  while (length / step > SAMPLED) step *= 2;
  let bytes = 0;
  let seen = 0;
  for (let i = 0; i < length && look.left > 0; i += step) {
    bytes += bytesOf(values[i], look, depth + 1);
    seen += 1;
  }
  return length * POINTER + (step === 1 || depth > MAX_EXTRAPOLATED_DEPTH ? bytes : (bytes / Math.max(1, seen)) * length);
}

function pairBytes([key, value]: readonly [unknown, unknown], look: Look, depth: number): number {
  return bytesOf(key, look, depth + 1) + bytesOf(value, look, depth + 1);
}

/** The first ones stand for all: an iterator cannot skip. */
function sampled<T>(size: number, values: Iterable<T>, bytesOfOne: (value: T) => number): number {
  let bytes = 0;
  let seen = 0;
  for (const value of values) {
    if (seen === SAMPLED) break;
    bytes += bytesOfOne(value);
    seen += 1;
  }
  return seen === 0 ? 0 : (bytes / seen) * size;
}
