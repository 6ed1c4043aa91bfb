import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashKey } from '../../../engine/records/hash-key.ts';
import { createKeyTable } from '../../../engine/records/key-table.ts';
import { arbitraryKey, sameKey } from './arbitrary-key.ts';

const longKey = fc.constantFrom('x'.repeat(64), 'x'.repeat(65), `${'x'.repeat(65)}y`, `\0s${'x'.repeat(70)}`, `\0${'x'.repeat(70)}`);

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
            const entry = table.find(key);
            if (entry === undefined) table.insert(key, 1);
            else entry.value = (entry.value as number) + 1;
          }
          expect(table.size).toBe(expected.length);
          expect(Array.from(table.entries(), ({ key, value }) => [key, value])).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['k32728', 'k261234'],
    ['k32729', 'k261235'],
    [115835, 'k22311'],
  ])('keeps %s and %s apart, which have one hash', (a, b) => {
    expect(hashKey(a)).toBe(hashKey(b));
    const table = createKeyTable();
    table.insert(a, 'of a');
    expect(table.find(b)).toBeUndefined();
    table.insert(b, 'of b');
    expect([table.find(a)?.value, table.find(b)?.value]).toEqual(['of a', 'of b']);
  });

  test('finds every key again after it has grown, whether or not it was looked for before', () => {
    const table = createKeyTable();
    const keys = Array.from({ length: 20_000 }, (_, i) => (i % 3 === 0 ? i / 4 : `key ${i}`));
    for (const [i, key] of keys.entries()) {
      if (i % 2 === 0) table.find(key);
      if (i % 5 === 0) table.find('another');
      table.insert(key, i);
    }
    expect(keys.every((key, i) => table.find(key)?.value === i)).toBe(true);
    expect(table.find('key -1')).toBeUndefined();
    expect(table.find(-0.25)).toBeUndefined();
  });

  test('takes zero and minus zero, and all NaNs, for one key each', () => {
    const table = createKeyTable();
    table.insert(-0, 'zero');
    table.insert(Number.NaN, 'not a number');
    expect([table.find(0)?.value, table.find(-Number.NaN)?.value, table.find('0'), table.find('NaN')]).toEqual([
      'zero',
      'not a number',
      undefined,
      undefined,
    ]);
  });

  test('is empty after clear, and takes keys again', () => {
    const table = createKeyTable();
    for (const key of ['a', 1, null, Number.NaN]) table.insert(key, key);
    table.clear();
    expect([table.size, ...['a', 1, null, Number.NaN].map((key) => table.find(key))]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    table.insert('b', 2);
    expect([table.find('b')?.value, [...table.entries()].length]).toEqual([2, 1]);
  });
});
