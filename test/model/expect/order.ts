/** Equality and order of keys as levin documents them, written down once more and in another way than levin has them. */
import { plainZeros, show } from '../program/values.ts';

/** The same for equal keys. */
export function keyText(key: unknown): string {
  return show(plainZeros(key));
}

/** null, undefined, booleans, numbers with bigints, strings, dates, arrays, objects. */
export function order(a: unknown, b: unknown): number {
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (kindA !== kindB) return kindA - kindB;
  switch (kindA) {
    case 3:
      return orderNumbers(a as number | bigint, b as number | bigint);
    case 6:
      return orderLists(a as unknown[], b as unknown[]);
    case 7:
      return orderLists(entriesOf(a), entriesOf(b));
    default:
      return plainOrder(a, b);
  }
}

function kindOf(key: unknown): number {
  if (key === null) return 0;
  if (Array.isArray(key)) return 6;
  if (key instanceof Date) return 5;
  return { undefined: 1, boolean: 2, number: 3, bigint: 3, string: 4, object: 7, symbol: 8, function: 8 }[typeof key];
}

function plainOrder(a: unknown, b: unknown): number {
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

/** NaN is the last; of equal values the number comes before the bigint. */
function orderNumbers(a: number | bigint, b: number | bigint): number {
  const [nanA, nanB] = [Number.isNaN(a), Number.isNaN(b)];
  if (nanA || nanB) return Number(nanA) - Number(nanB);
  return plainOrder(a, b) || plainOrder(typeof b, typeof a);
}

function orderLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [i, part] of a.entries()) {
    if (i === b.length) return 1;
    const found = order(part, b[i]);
    if (found !== 0) return found;
  }
  return a.length - b.length;
}

function entriesOf(object: unknown): readonly unknown[] {
  return Object.entries(object as object).toSorted(([a], [b]) => plainOrder(a, b));
}
