/** The functions that programs name; all are pure and take records of any kind. */
import type { Key, Rec } from '../../../driver/api/types.ts';
import { show, weigh } from './values.ts';

export type MapName = 'same' | 'text' | 'weight' | 'small' | 'pair' | 'pairByNull' | 'nulls' | 'negated' | 'nested' | 'big' | 'missing';
export type FlatMapName = 'twice' | 'half' | 'none' | 'letters' | 'generated' | 'set';
export type FilterName = 'odd' | 'most' | 'all' | 'none' | 'present';
export type KeyName = 'itself' | 'small' | 'textLength' | 'text' | 'nullable' | 'pair' | 'object' | 'zero';
export type MergeName = 'larger' | 'smaller';

export const mapFunctions: Readonly<Record<MapName, (x: unknown) => Rec>> = {
  same: (x) => x as Rec,
  text: (x) => show(x),
  weight: (x) => weigh(x),
  small: (x) => weigh(x) % 5,
  pair: (x) => [weigh(x) % 4, x],
  pairByNull: (x) => [weigh(x) % 3 === 0 ? null : `k${weigh(x) % 3}`, x],
  nulls: (x) => (weigh(x) % 2 === 0 ? null : (x as Rec)),
  negated: (x) => (typeof x === 'number' ? -x : (x as Rec)),
  nested: (x) => ({ of: [x], weight: weigh(x) % 10 }),
  big: (x) => BigInt(weigh(x)) ** 5n,
  missing: () => undefined,
};

export const flatMapFunctions: Readonly<Record<FlatMapName, (x: unknown) => Iterable<Rec>>> = {
  twice: (x) => [x, x] as Rec[],
  half: (x) => (weigh(x) % 2 === 0 ? [x as Rec] : []),
  none: () => [],
  letters: (x) => show(x).slice(0, 3),
  *generated(x: unknown) {
    for (let i = 0; i < weigh(x) % 4; i++) yield [i, x];
  },
  set: (x) => new Set([weigh(x) % 3, 1]),
};

export const filterFunctions: Readonly<Record<FilterName, (x: unknown) => unknown>> = {
  odd: (x) => weigh(x) % 2 === 1,
  most: (x) => weigh(x) % 5 !== 0,
  all: () => 1,
  none: () => '',
  present: (x) => x !== null && x !== undefined,
};

/** Keys of records: also sort keys. Several records share one. */
export const keyFunctions: Readonly<Record<KeyName, (x: unknown) => Key>> = {
  itself: (x) => x as Key,
  small: (x) => weigh(x) % 4,
  textLength: (x) => show(x).length,
  text: (x) => show(x),
  nullable: (x) => (weigh(x) % 3 === 0 ? null : weigh(x) % 3),
  pair: (x) => [weigh(x) % 2, `k${weigh(x) % 3}`],
  object: (x) => ({ w: weigh(x) % 3 }),
  zero: (x) => (weigh(x) % 2 === 0 ? -0 : 0),
};

/** Associative and commutative. */
export const mergeFunctions: Readonly<Record<MergeName, (a: unknown, b: unknown) => unknown>> = {
  larger: (a, b) => (show(a) < show(b) ? b : a),
  smaller: (a, b) => (show(a) < show(b) ? a : b),
};

export const add = (a: number, b: number): number => a + b;
/** Associative only: shows the order. */
export const concat = (a: string, b: string): string => a + b;
