import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys } from '../../../engine/records/compare-keys.ts';
import { sortByKey } from '../../../engine/records/sort-by-key.ts';
import { arbitraryKey } from './arbitrary-key.ts';

type Pair = readonly [key: unknown, place: number];

/** Insertion into a sorted list, behind what is not greater. */
function oracle(pairs: readonly Pair[], ascending: boolean): Pair[] {
  const sorted: Pair[] = [];
  for (const pair of pairs) {
    const before = (other: Pair) => (ascending ? compareKeys(other[0], pair[0]) : compareKeys(pair[0], other[0])) <= 0;
    sorted.splice(sorted.findLastIndex(before) + 1, 0, pair);
  }
  return sorted;
}

const units = (...list: readonly string[]) => fc.string({ unit: fc.constantFrom(...list), maxLength: 9 });
const keys: readonly (readonly [name: string, key: fc.Arbitrary<unknown>])[] = [
  ['strings of few characters', units('a', 'b', '\0', 'ÿ')],
  ['strings with a shared beginning', units('a', 'b', '\0').map((end) => `customer-${end}`)],
  ['strings beyond latin1', units('a', 'ÿ', 'Ā', '\ud800', '\uffff', '😀', '\0')],
  ['any strings', fc.string({ unit: 'binary', maxLength: 12 })],
  ['numbers', fc.oneof(fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1, 2 ** 53), fc.double(), fc.integer({ min: -9, max: 9 }))],
  ['numbers and strings', fc.oneof(fc.integer({ min: -9, max: 9 }), units('1', '2'))],
  ['keys of all kinds', arbitraryKey],
];

describe('sorting pairs by key', () => {
  test.each(keys)('%s: as a stable insertion sort does, up and down', (_, key) => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 200, size: 'max' }), fc.boolean(), (list, ascending) => {
        const pairs = list.map((one, place): Pair => [one, place]);
        const places = (sorted: readonly Pair[]) => sorted.map((pair) => pair[1]);
        expect(places(sortByKey(pairs, ascending))).toEqual(places(oracle(pairs, ascending)));
      }),
      { numRuns: 300 },
    );
  });

  test('keys that are sorted already, backwards, or all the same', () => {
    const numbered = Array.from({ length: 1000 }, (_, i): Pair => [`key ${String(i).padStart(4, '0')}`, i]);
    const same = numbered.map(([, i]): Pair => ['key', i]);
    expect(sortByKey(numbered, true)).toEqual(numbered);
    expect(sortByKey(numbered.toReversed(), true)).toEqual(numbered);
    expect(sortByKey(numbered, false)).toEqual(numbered.toReversed());
    expect(sortByKey(same, false)).toEqual(same);
  });

  test('leaves the array that it is given as it is', () => {
    const pairs = Array.from({ length: 100 }, (_, i): Pair => [100 - i, i]);
    const before = [...pairs];
    sortByKey(pairs, true);
    expect(pairs).toEqual(before);
  });
});
