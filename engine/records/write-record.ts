import { types } from 'node:util';
import { hashWord, hashWritten, type RecordSink, reserve, skipHash } from './record-sink.ts';
import { createSeenObjects, type SeenObjects } from './seen-objects.ts';
import { defineShape, findShape, hashNames } from './shape-table.ts';
import { ARRAY, MAP, writeBigint, writeDate, writeHeader, writeNumber } from './write-scalar.ts';
import { writeString } from './write-string.ts';

/** Deeper values take the tagged encoding, which does not recurse. The decoder recurses too. */
const MAX_DEPTH = 64;

/** One for all writers: nothing is written while a record is. */
const seen: SeenObjects = createSeenObjects();

/**
 * Writes a record as MessagePack if it comes back from there exactly as it is; otherwise false, and what was written must be taken back.
 *
 * Check and encoding are one pass, because looking at each value twice costs more than writing it (bench/shuffle.ts).
 * Exact are: null, undefined, booleans, numbers (−0 and NaN too), bigints of 64 bits, well-formed strings, plain dates, and
 * plain arrays and objects of these, without holes, symbols as names, accessors, or an object that appears twice.
 * Objects of a shape that the block has defined cost their values only: msgpackr's record extension (d4 72 id, names, values; then id, values).
 */
export function writeRecord(sink: RecordSink, record: unknown): boolean {
  try {
    return writeValue(sink, record, 0);
  } finally {
    seen.clear();
  }
}

/** As {@link writeRecord} for the record `[key, value]`: a pair is its key and its value, whatever else hangs on the array. */
export function writePair(sink: RecordSink, key: unknown, value: unknown): boolean {
  reserve(sink, 1);
  sink.bytes[sink.position++] = 0x92;
  try {
    return writeValue(sink, key, 1) && writeValue(sink, value, 1);
  } finally {
    seen.clear();
  }
}

function writeValue(sink: RecordSink, value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return writeString(sink, value);
    case 'number':
      writeNumber(sink, value);
      return true;
    case 'object':
      if (value === null) break;
      return writeObject(sink, value, depth);
    case 'boolean':
      break;
    case 'undefined':
      reserve(sink, 3);
      sink.bytes[sink.position++] = 0xd4;
      sink.bytes[sink.position++] = 0;
      sink.bytes[sink.position++] = 0;
      return true;
    case 'bigint':
      return writeBigint(sink, value);
    default:
      return false;
  }
  reserve(sink, 1);
  sink.bytes[sink.position++] = value === null ? 0xc0 : value ? 0xc3 : 0xc2;
  return true;
}

function writeObject(sink: RecordSink, value: object, depth: number): boolean {
  if (depth >= MAX_DEPTH || !seen.add(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Array.prototype && prototype !== Object.prototype && prototype !== Date.prototype) return false;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  if (prototype === Object.prototype) return writePlainObject(sink, value as Readonly<Record<string, unknown>>, depth);
  if (prototype === Array.prototype) return Array.isArray(value) && writeArray(sink, value, depth);
  if (!types.isDate(value) || Object.keys(value).length > 0) return false;
  writeDate(sink, value);
  return true;
}

function writeArray(sink: RecordSink, array: readonly unknown[], depth: number): boolean {
  // Own enumerable properties by name, too: holes make it shorter, `match.index` and the like longer than the array.
  const values = Object.values(array);
  const length = array.length;
  if (values.length !== length) return false;
  writeHeader(sink, length, ARRAY);
  for (let i = 0; i < length; i++) {
    const value = array[i];
    if (value === undefined && !Object.hasOwn(array, i)) return false;
    if (!writeValue(sink, value, depth + 1)) return false;
  }
  return true;
}

function writePlainObject(sink: RecordSink, object: Readonly<Record<string, unknown>>, depth: number): boolean {
  const names = Object.keys(object);
  if (names.length === 0) {
    writeHeader(sink, 0, MAP);
    return true;
  }
  let shape = findShape(sink.shapes, names);
  hashWritten(sink);
  if (shape !== null) {
    reserve(sink, 1);
    sink.bytes[sink.position++] = shape.id;
  } else {
    if (!hasExactNames(object, names)) return false;
    shape = defineShape(sink.shapes, names);
    if (shape === null) return writeMap(sink, object, names, depth);
    reserve(sink, 3);
    sink.bytes[sink.position++] = 0xd4;
    sink.bytes[sink.position++] = 0x72;
    sink.bytes[sink.position++] = shape.id;
    writeHeader(sink, names.length, ARRAY);
    for (const name of names) if (!writeName(sink, name)) return false;
  }
  skipHash(sink);
  hashWord(sink, shape.hash);
  for (const name of names) if (!writeValue(sink, object[name], depth + 1)) return false;
  return true;
}

/** An object whose shape found no room. Its hash must be the one it has with a shape: which of the two it gets depends on the records before it. */
function writeMap(sink: RecordSink, object: Readonly<Record<string, unknown>>, names: readonly string[], depth: number): boolean {
  hashWord(sink, hashNames(names));
  writeHeader(sink, names.length, MAP);
  for (const name of names) {
    if (!writeName(sink, name)) return false;
    if (!writeValue(sink, object[name], depth + 1)) return false;
    hashWritten(sink);
  }
  return true;
}

/** A name counts in the hash of its shape only. */
function writeName(sink: RecordSink, name: string): boolean {
  const { hash } = sink;
  const written = writeString(sink, name);
  sink.hash = hash;
  skipHash(sink);
  return written;
}

/**
 * Looked at once per shape and block. An accessor is not data: the tagged encoding refuses it.
 * A `__proto__` property would become `__proto_` in msgpackr.
 */
function hasExactNames(object: object, names: readonly string[]): boolean {
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(object, name);
    if (name === '__proto__' || property === undefined || !('value' in property)) return false;
  }
  return true;
}
