import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSystemRandom } from '../../../engine/adapters/local/system-random.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { nextWord, seededNumbers, type XoshiroState } from '../../../engine/ports/seeded-numbers.ts';
import { compareUtf8, utf8Length } from '../../../engine/ports/utf8-order.ts';

const unicode = fc.string({ unit: 'binary', maxLength: 8 });

describe('UTF-8 order', () => {
  test('is the order of the encoded bytes', () => {
    fc.assert(
      fc.property(unicode, unicode, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2000 },
    );
  });

  test('puts U+1F600 behind U+FF5E, which UTF-16 has the other way round', () => {
    expect(compareUtf8('\u{1f600}', '\uff5e')).toBeGreaterThan(0);
    expect(['\u{1f600}', '\uff5e'].sort()).toEqual(['\u{1f600}', '\uff5e']);
  });

  test('the length in bytes is that of the encoded text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
    expect(utf8Length('a\u00e9\u20ac\u{1f600}')).toBe(10);
  });
});

describe('seeded numbers', () => {
  test('the generator is xoshiro128**: first outputs of its published implementation for the state 1, 2, 3, 4', () => {
    const state: XoshiroState = [1, 2, 3, 4];
    expect(Array.from({ length: 10 }, () => nextWord(state))).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('are for ever those of the seed', () => {
    const numbers = seededNumbers('levin');
    expect([numbers(), numbers(), numbers()]).toEqual([0.8061339141987118, 0.953307787968722, 0.28809664465163554]);
  });

  test('are the same from every source of randomness, and differ from seed to seed', () => {
    const first = (next: () => number): number[] => Array.from({ length: 5 }, next);
    const expected = first(seededNumbers('seed'));
    expect(first(createSystemRandom().seeded('seed'))).toEqual(expected);
    expect(first(createSeededRandom('other').seeded('seed'))).toEqual(expected);
    expect(first(seededNumbers('seed2'))).not.toEqual(expected);
  });

  test('lie in [0, 1), spread evenly', () => {
    const numbers = seededNumbers('spread');
    let outside = 0;
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const number = numbers();
      outside += number >= 0 && number < 1 ? 0 : 1;
      const tenth = Math.floor(number * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(outside).toBe(0);
    // 5 standard deviations of a binomial with n = 100,000 and p = 0.1.
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(475);
  });
});

describe.each([
  ['system', createSystemRandom],
  ['seeded', () => createSeededRandom('s')],
])('%s randomness', (_, create) => {
  test('gives identifiers of 32 hex digits, each another', () => {
    const random = create();
    const ids = Array.from({ length: 1000 }, () => random.uuid());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).toBe(1000);
  });

  test('gives numbers in [0, 1)', () => {
    const random = create();
    for (let i = 0; i < 1000; i++) {
      const number = random.next();
      expect(number >= 0 && number < 1).toBe(true);
    }
  });
});

test('seeded randomness repeats its identifiers', () => {
  expect(createSeededRandom('a').uuid()).toBe(createSeededRandom('a').uuid());
  expect(createSeededRandom('a').uuid()).not.toBe(createSeededRandom('b').uuid());
});
