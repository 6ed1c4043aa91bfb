import process from 'node:process';
import { inspect, types } from 'node:util';
import { builtinPath } from '../builtins.ts';
import { SERIALIZE, SITE, THUNK } from '../symbols.ts';
import { MAX_SHAPE_KEYS, TAG } from '../wire/tags.ts';
import type { Encoder } from './encoder.ts';
import { labels, propertyLabel } from './frame.ts';
import { NotEncodable } from './not-encodable.ts';

export function writePlainObject(e: Encoder, value: object): void {
  const keys = Object.keys(value);
  const symbols = Object.getOwnPropertySymbols(value);
  if ((keys.length === 0 || symbols.length > 0) && writeSpecialObject(e, value)) return;
  if (value === process.env) throw processEnv();
  const all = symbols.length === 0 ? keys : [...keys, ...travellingSymbols(value, symbols)];
  writeProperties(e, { value, keys: all, tag: Object.getPrototypeOf(value) === null ? TAG.NULL_OBJECT : TAG.OBJECT });
}

/** Own enumerable keys that travel, symbols last. */
export function ownKeys(value: object): PropertyKey[] {
  return [...Object.keys(value), ...travellingSymbols(value, Object.getOwnPropertySymbols(value))];
}

function writeProperties(e: Encoder, o: { readonly value: object; readonly keys: readonly PropertyKey[]; readonly tag: number }): void {
  const { value, keys, tag } = o;
  refuseAccessors(value, keys);
  const source = value as Record<PropertyKey, unknown>;
  const isDictionary = keys.length > MAX_SHAPE_KEYS && typeof keys.at(-1) !== 'symbol';
  e.out.u8(isDictionary ? TAG.DICTIONARY : tag);
  if (isDictionary) {
    e.out.u8(tag === TAG.NULL_OBJECT ? 1 : 0);
    e.out.varint(keys.length);
  } else e.shapes.write(keys);
  e.frames.push({ kind: isDictionary ? 'dictionary' : 'object', source, keys, length: keys.length, next: 0, label: labels.property });
}

export function refuseAccessors(value: object, keys: readonly PropertyKey[]): void {
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor !== undefined && 'value' in descriptor) continue;
    throw new NotEncodable(
      'ACCESSOR',
      `an object with the accessor property ${propertyLabel(key)}; executors would see a frozen value. Copy it into a plain property`,
    );
  }
}

export function writeArray(e: Encoder, value: readonly unknown[]): void {
  if (!Array.isArray(value)) throw new NotEncodable('CUSTOM_PROTOTYPE', 'an object that has the prototype of Array but is no array');
  const holes = countHoles(value);
  if (holes > 0) {
    writeSparseArray(e, value);
    return;
  }
  if (hasFurtherProperties(value)) {
    writeArrayWithProperties(e, value);
    return;
  }
  e.out.u8(TAG.ARRAY);
  e.out.varint(value.length);
  e.frames.push({ kind: 'array', source: value, keys: null, length: value.length, next: 0, label: labels.element });
}

/** Enough holes to know that most of a long array is not there. */
const SPARSE_HOLES = 1024;

function countHoles(value: readonly unknown[]): number {
  let holes = 0;
  for (let i = 0; i < value.length; i += 1) {
    if (value[i] !== undefined || i in value) continue;
    holes += 1;
    if (holes > SPARSE_HOLES && holes * 2 > i) return holes;
  }
  return holes;
}

/**
 * Results of `match` carry `index` and `input`. Listing the keys of a long array costs more than writing it,
 * so there its printed form without elements tells.
 */
function hasFurtherProperties(value: readonly unknown[]): boolean {
  if (value.length > 16) return !/^\[ \.\.\. \d+ more items? \]$/.test(inspect(value, SHALLOW));
  const keys = Object.keys(value);
  return keys.length !== value.length || Object.getOwnPropertySymbols(value).length > 0;
}

const SHALLOW = { maxArrayLength: 0, depth: 0, customInspect: false, breakLength: Number.POSITIVE_INFINITY } as const;

function writeSparseArray(e: Encoder, value: readonly unknown[]): void {
  const keys = Object.keys(value);
  const further = keys.find((key) => String(Number(key) >>> 0) !== key);
  if (further !== undefined || Object.getOwnPropertySymbols(value).length > 0) {
    throw new NotEncodable(
      'ARRAY_PROPERTIES',
      `an array with holes that has further properties (${further === undefined ? 'a symbol' : propertyLabel(further)}). Copy it into a plain object`,
    );
  }
  e.out.u8(TAG.SPARSE_ARRAY);
  e.out.varint(value.length);
  e.out.varint(keys.length);
  e.frames.push({ kind: 'sparse', source: value, keys, length: keys.length, next: 0, label: labels.sparseElement });
}

function writeArrayWithProperties(e: Encoder, value: readonly unknown[]): void {
  const keys = ownKeys(value).slice(value.length);
  refuseAccessors(value, keys);
  e.out.u8(TAG.ARRAY_WITH_PROPERTIES);
  e.out.varint(value.length);
  e.shapes.write(keys);
  const all = [...value.keys(), ...keys];
  const source = value as unknown as Record<PropertyKey, unknown>;
  e.frames.push({ kind: 'object', source, keys: all, length: all.length, next: 0, label: labels.property });
}

/** Objects that look empty or carry symbols: built-ins such as Math, `arguments`, or a protocol without a class. */
function writeSpecialObject(e: Encoder, value: object): boolean {
  const path = builtinPath(value);
  if (path !== undefined) {
    e.out.u8(TAG.BUILTIN);
    e.out.varint(e.code.name(path));
    return true;
  }
  if (types.isArgumentsObject(value)) throw new NotEncodable('ARGUMENTS', 'an `arguments` object. Use rest parameters');
  const serialize: unknown = Reflect.get(value, SERIALIZE);
  if (typeof serialize === 'function') {
    Reflect.apply(serialize, value, []);
    throw new NotEncodable(
      'NO_DESERIALIZE',
      "an object literal with [Symbol.for('levin.serialize')], which executors could not make again. Give it to a class that also has static [Symbol.for('levin.deserialize')](data)",
    );
  }
  return false;
}

function travellingSymbols(value: object, symbols: readonly symbol[]): symbol[] {
  return symbols.filter((symbol) => symbol !== SITE && symbol !== THUNK && Object.prototype.propertyIsEnumerable.call(value, symbol));
}

export function processEnv(): NotEncodable {
  return new NotEncodable(
    'ENVIRONMENT',
    '`process.env`, the whole environment of the driver, secrets included. Copy the values that are needed into variables before the call',
  );
}
