import type { LevinError } from '../errors/levin-error.ts';
import { isPlainArray, isPlainDate, isPlainObject, MAX_KEY_DEPTH } from './key-token.ts';
import { unsupportedKey } from './unsupported-key.ts';

/**
 * A total order over keys, the one that `sortByKey` and range partitioning use; 0 exactly when the keys are equal.
 *
 * Kinds stand in this order: null, undefined, booleans (false first), numbers and bigints, strings, dates, arrays, plain objects.
 * - numbers and bigints by value, the number first where both have the same value; NaN after every other, as in Spark
 * - strings by UTF-16 code units, as `<`, `Array.prototype.sort` and Java's `String.compareTo` do (no locale)
 * - dates by time, an invalid date last
 * - arrays element by element, the shorter first; plain objects as arrays of their `[name, value]` entries sorted by name
 */
export function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return compareAny(a, b, 0);
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function compareAny(a: unknown, b: unknown, depth: number): number {
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference < 0 ? -1 : 1;
  switch (rank) {
    case 2:
      return Number(a) - Number(b);
    case 3:
      return compareNumeric(a as number | bigint, b as number | bigint);
    case 4:
      return (a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0;
    case 5:
      return compareNumbers((a as Date).getTime(), (b as Date).getTime());
    case 6:
      return compareArrays(a as readonly unknown[], b as readonly unknown[], depth + 1);
    case 7:
      return compareObjects(a as Record<string, unknown>, b as Record<string, unknown>, depth + 1);
    default:
      return 0;
  }
}

function rankOf(key: unknown): number {
  switch (typeof key) {
    case 'undefined':
      return 1;
    case 'boolean':
      return 2;
    case 'number':
    case 'bigint':
      return 3;
    case 'string':
      return 4;
    case 'object':
      return key === null ? 0 : rankOfObject(key);
    default:
      throw unsupportedKey(key, 'key');
  }
}

function rankOfObject(key: object): number {
  if (isPlainArray(key)) return 6;
  if (isPlainDate(key)) return 5;
  if (isPlainObject(key)) return 7;
  throw unsupportedKey(key, 'key');
}

/** Mixed comparison of JavaScript is exact: it compares mathematical values. */
function compareNumeric(a: number | bigint, b: number | bigint): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (a < b) return -1;
  if (a > b) return 1;
  if (Number.isNaN(a)) return 1;
  if (Number.isNaN(b)) return -1;
  return typeof a === typeof b ? 0 : typeof a === 'number' ? -1 : 1;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[], depth: number): number {
  if (depth > MAX_KEY_DEPTH) throw tooDeep(a);
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const order = compareAny(a[i], b[i], depth);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function compareObjects(a: Record<string, unknown>, b: Record<string, unknown>, depth: number): number {
  if (depth > MAX_KEY_DEPTH) throw tooDeep(a);
  const namesA = Object.keys(a).sort();
  const namesB = Object.keys(b).sort();
  const shared = Math.min(namesA.length, namesB.length);
  for (let i = 0; i < shared; i++) {
    const nameA = namesA[i] as string;
    const nameB = namesB[i] as string;
    if (nameA !== nameB) return nameA < nameB ? -1 : 1;
    const order = compareAny(a[nameA], b[nameB], depth);
    if (order !== 0) return order;
  }
  return Math.sign(namesA.length - namesB.length);
}

function tooDeep(key: unknown): LevinError {
  return unsupportedKey(key, 'key', `nested deeper than ${MAX_KEY_DEPTH} levels, or cyclic`);
}
