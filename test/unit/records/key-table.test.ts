import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashKey } from '../../../engine/records/hash-key.ts';
import { createKeyTable, type KeyTable, mergeInto, NO_PLACE, pairsOf } from '../../../engine/records/key-table.ts';
import { arbitraryKey, sameKey } from './arbitrary-key.ts';

const longKey = fc.constantFrom('x'.repeat(64), 'x'.repeat(65), `${'x'.repeat(65)}y`, `\0s${'x'.repeat(70)}`, `\0${'x'.repeat(70)}`);

/** The value of a key; undefined where the table has none. */
const held = (table: KeyTable, key: unknown): unknown => table.values[table.find(key)];

describe('a key table', () => {
  test('counts keys of all kinds as a list that is searched by equality does, in order of first appearance', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 4, arbitrary: arbitraryKey }, { weight: 1, arbitrary: longKey }), { maxLength: 60 }),
        (keys) => {
          const expected: [unknown, number][] = [];
          const table = createKeyTable();
          for (const key of keys) {
            const known = expected.find(([other]) => sameKey(other, key));
            if (known === undefined) expected.push([key, 1]);
            else known[1]++;
            mergeInto(table, [key, 1], (a, b) => a + b);
          }
          expect(table.size).toBe(expected.length);
          expect(pairsOf(table)).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['k32728', 'k261234'],
    ['k32729', 'k261235'],
    ['xqq7pwuy', 'xqqe5fay'],
    [115835, 'k22311'],
  ])('keeps %s and %s apart, which have one hash', (a, b) => {
    expect(hashKey(a)).toBe(hashKey(b));
    const table = createKeyTable();
    table.insert(a, 'of a');
    expect(table.find(b)).toBe(NO_PLACE);
    table.insert(b, 'of b');
    expect([held(table, a), held(table, b)]).toEqual(['of a', 'of b']);
  });

  test('finds every key again after it has grown, whether or not it was looked for before', () => {
    const table = createKeyTable();
    const keys = Array.from({ length: 20_000 }, (_, i) => (i % 3 === 0 ? i / 4 : `key ${i}`));
    for (const [i, key] of keys.entries()) {
      if (i % 2 === 0) table.find(key);
      if (i % 5 === 0) table.find('another');
      table.insert(key, i);
    }
    expect(keys.every((key, i) => held(table, key) === i)).toBe(true);
    expect(table.find('key -1')).toBe(NO_PLACE);
    expect(table.find(-0.25)).toBe(NO_PLACE);
  });

  test('takes zero and minus zero, and all NaNs, for one key each', () => {
    const table = createKeyTable();
    table.insert(-0, 'zero');
    table.insert(Number.NaN, 'not a number');
    expect([held(table, 0), held(table, -Number.NaN), held(table, '0'), held(table, 'NaN')]).toEqual([
      'zero',
      'not a number',
      undefined,
      undefined,
    ]);
  });

  test.each([
    ['a', 'b'],
    ['key', 'ke'],
    ['', '\0'],
    ['\u00ff', '\u01ff'],
    ['\u0101', '\u0001'],
    ['k\u0394', 'k\u0395'],
    ['k\ud800', 'k\ud801'],
    ['x'.repeat(64), 'x'.repeat(63)],
    ['1', 1],
    ['', Number.NaN],
  ])('keeps %j and %j apart between other keys, whatever their characters take', (a, b) => {
    const table = createKeyTable();
    for (let i = 0; i < 1000; i++) table.insert(`before ${'*'.repeat(i % 50)} ${i}`, null);
    table.insert(a, 'of a');
    expect(table.find(b)).toBe(NO_PLACE);
    table.insert(b, 'of b');
    for (let i = 0; i < 1000; i++) table.insert(`after ${'*'.repeat(i % 50)} ${i}`, null);
    expect([table.find(a), table.find(b), held(table, a), held(table, b)]).toEqual([1000, 1001, 'of a', 'of b']);
    expect([table.keys[1000], table.keys[1001]]).toEqual([a, b]);
  });

  test('is empty after clear, and takes keys again', () => {
    const table = createKeyTable();
    for (const key of ['a', 1, null, Number.NaN]) table.insert(key, key);
    table.clear();
    expect([table.size, ...['a', 1, null, Number.NaN].map((key) => held(table, key))]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    table.insert('b', 2);
    expect(pairsOf(table)).toEqual([['b', 2]]);
  });
});
