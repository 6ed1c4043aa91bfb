import { types } from 'node:util';
import { unsupportedKey } from './unsupported-key.ts';

/** A primitive that stands for a key in a `Map` or `Set`: equal tokens (SameValueZero) mean equal keys. */
export type KeyToken = string | number | bigint | boolean | null | undefined;

/** Deeper keys are refused: they are cyclic, or a mistake. */
export const MAX_KEY_DEPTH = 100;

/**
 * The token of a key.
 *
 * Keys are equal when they have the same type and value: NaN equals NaN, −0 equals 0; `1`, `'1'`, `1n` and `true` differ, and so do null and undefined.
 * Dates are equal by time, arrays by elements (a hole counts as undefined), plain objects by their own enumerable properties in any order.
 * Anything else throws `UNSUPPORTED_KEY` with the path to the value.
 *
 * Tokens of composite keys are strings that start with U+0000; a string key that starts with it gets an `s` in between, so that no two kinds meet.
 * The format is part of the shuffle's contract (`hashKey` hashes it) and never changes.
 */
export function keyToken(key: unknown): KeyToken {
  switch (typeof key) {
    case 'string':
      return key.charCodeAt(0) === 0 ? `\0s${key}` : key;
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return key;
    case 'object':
      return key === null ? null : `\0${compositeToken(key, 'key', 0)}`;
    default:
      throw unsupportedKey(key, 'key');
  }
}

/** Whether two keys are the same key; see {@link keyToken}. */
export function equalKeys(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const tokenA = keyToken(a);
  const tokenB = keyToken(b);
  return tokenA === tokenB || (Number.isNaN(tokenA) && Number.isNaN(tokenB));
}

// Exact prototypes: an instance of a class must never be taken for the fields that its built-in base has.

export function isPlainArray(value: object): value is readonly unknown[] {
  return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
}

export function isPlainDate(value: object): value is Date {
  return types.isDate(value) && Object.getPrototypeOf(value) === Date.prototype;
}

export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function compositeToken(value: object, path: string, depth: number): string {
  if (depth >= MAX_KEY_DEPTH) throw unsupportedKey(value, path, `nested deeper than ${MAX_KEY_DEPTH} levels, or cyclic`);
  if (isPlainArray(value)) {
    let token = '[';
    for (let i = 0; i < value.length; i++) token += partToken(value[i], path, i, depth);
    return `${token}]`;
  }
  if (isPlainDate(value)) return `d${value.getTime()};`;
  if (!isPlainObject(value)) throw unsupportedKey(value, path);
  if (Object.getOwnPropertySymbols(value).length > 0) throw unsupportedKey(value, path, 'an object with a symbol as property name');
  let token = '{';
  for (const name of Object.keys(value).sort()) token += `${name.length}:${name}${partToken(value[name], path, name, depth)}`;
  return `${token}}`;
}

/** Self-delimiting: lengths stand before strings, a `;` behind numbers. */
function partToken(value: unknown, path: string, at: string | number, depth: number): string {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      return `n${value};`;
    case 'bigint':
      return `i${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'object':
      return value === null ? 'z' : compositeToken(value, childPath(path, at), depth + 1);
    default:
      throw unsupportedKey(value, childPath(path, at));
  }
}

function childPath(path: string, at: string | number): string {
  if (typeof at === 'number') return `${path}[${at}]`;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(at) ? `${path}.${at}` : `${path}[${JSON.stringify(at)}]`;
}
