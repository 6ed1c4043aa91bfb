import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalKeys, keyToken } from '../../../engine/records/key-token.ts';
import { arbitraryKey, sameKey } from './arbitrary-key.ts';

class Money {
  amount = 1;
}

describe('keys are equal by value', () => {
  const equal: readonly [string, unknown, unknown][] = [
    ['NaN and NaN', Number.NaN, Number.NaN],
    ['−0 and 0', -0, 0],
    ['−0 and 0 inside an array', [-0], [0]],
    ['dates of the same time', new Date(5), new Date(5)],
    ['invalid dates', new Date(Number.NaN), new Date(Number.NaN)],
    ['arrays', [1, ['a', null]], [1, ['a', null]]],
    ['a hole and undefined', Object.assign([], { length: 1 }), [undefined]],
    ['objects in another order of names', { a: 1, b: [2] }, { b: [2], a: 1 }],
    ['an object with and without a prototype', { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
    ['bigints', 10n ** 30n, 10n ** 30n],
  ];
  test.each(equal)('%s', (_name, a, b) => {
    expect(equalKeys(a, b)).toBe(true);
    expect(new Map([[keyToken(a), 1]]).has(keyToken(b))).toBe(true);
  });

  const different: readonly [string, unknown, unknown][] = [
    ['1 and "1"', 1, '1'],
    ['1 and 1n', 1, 1n],
    ['1 and true', 1, true],
    ['null and undefined', null, undefined],
    ['null and "null"', null, 'null'],
    ['[1] and ["1"]', [1], ['1']],
    ['[1, 2] and ["1,2"]', [1, 2], ['1,2']],
    ['[["a"], "b"] and [["a", "b"]]', [['a'], 'b'], [['a', 'b']]],
    ['[] and {}', [], {}],
    ['{} and { a: undefined }', {}, { a: undefined }],
    ['a date and its number', new Date(5), 5],
    ['a string that looks like the token of an array', '\0[]', []],
    ['a string that looks like an escaped string', '\0s\0', '\0'],
    ['{ ab: 1 } and { a: "b1" }', { ab: 1 }, { a: 'b1' }],
  ];
  test.each(different)('%s differ', (_name, a, b) => {
    expect(equalKeys(a, b)).toBe(false);
    expect(keyToken(a)).not.toBe(keyToken(b));
  });

  test('as the definition says, for any two keys', () => {
    fc.assert(
      fc.property(arbitraryKey, arbitraryKey, (a, b) => {
        expect(equalKeys(a, b)).toBe(sameKey(a, b));
        expect(new Set([keyToken(a), keyToken(b)]).size).toBe(sameKey(a, b) ? 1 : 2);
      }),
      { numRuns: 3000 },
    );
  });

  test('and equal to a copy of themselves', () => {
    fc.assert(
      fc.property(arbitraryKey, (key) => {
        expect(equalKeys(key, structuredClone(key))).toBe(true);
      }),
    );
  });
});

describe('what cannot be a key is refused with its place', () => {
  const remedy =
    'Keys are compared by value, so they must be numbers, strings, bigints, booleans, null, dates, or arrays and plain objects of these. ' +
    'Use such a value as key instead, for example keyBy((x) => x.id).';
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const refused: readonly [unknown, string][] = [
    [() => 1, 'key is a function'],
    [Symbol('a'), 'key is a symbol'],
    [new Money(), 'key is an instance of class Money'],
    [new Map(), 'key is a Map'],
    [new (class L extends Array {})(), 'key is an instance of class L'],
    [new (class D extends Date {})(0), 'key is an instance of class D'],
    [Object(1), 'key is an instance of class Number'],
    [[1, { owner: new Money() }], 'key[1].owner is an instance of class Money'],
    [{ 'a b': [Symbol('s')] }, 'key["a b"][0] is a symbol'],
    [{ [Symbol('s')]: 1 }, 'key is an object with a symbol as property name'],
    [cyclic, `key${'[0]'.repeat(100)} is nested deeper than 100 levels, or cyclic`],
  ];
  test.each(refused)('%o', (key, what) => {
    expect(() => keyToken(key)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_KEY', fault: 'user', message: `Unsupported key: ${what}. ${remedy}` }),
    );
  });
});
