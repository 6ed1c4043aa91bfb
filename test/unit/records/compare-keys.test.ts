import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys } from '../../../engine/records/compare-keys.ts';
import { arbitraryKey, sameKey } from './arbitrary-key.ts';

describe('compareKeys', () => {
  test('puts kinds and values in the documented order', () => {
    const ordered = [
      null,
      undefined,
      false,
      true,
      -Infinity,
      -(10n ** 30n),
      -1,
      0,
      0n,
      0.5,
      1,
      1n,
      2 ** 53,
      2n ** 53n,
      2n ** 53n + 1n,
      Infinity,
      Number.NaN,
      '',
      'A',
      'a',
      'aa',
      'b',
      '\u{10000}',
      '\uffff',
      new Date(-1),
      new Date(0),
      new Date(Number.NaN),
      [],
      [0],
      [0, 'a'],
      [1],
      [[]],
      {},
      { a: 1 },
      { b: 0, a: 1 },
      { a: 2 },
      { b: 0 },
    ];
    const shuffled = [...ordered].reverse();
    // Array.prototype.sort never hands undefined to the comparator.
    expect(shuffled.map((key) => [key]).sort((a, b) => compareKeys(a[0], b[0]))).toEqual(ordered.map((key) => [key]));
  });

  test('is 0 exactly for equal keys', () => {
    fc.assert(
      fc.property(arbitraryKey, arbitraryKey, (a, b) => {
        expect(compareKeys(a, b) === 0).toBe(sameKey(a, b));
      }),
      { numRuns: 3000 },
    );
  });

  test('is antisymmetric and transitive', () => {
    fc.assert(
      fc.property(arbitraryKey, arbitraryKey, arbitraryKey, (a, b, c) => {
        expect(Math.sign(compareKeys(a, b)) + Math.sign(compareKeys(b, a))).toBe(0);
        if (compareKeys(a, b) <= 0 && compareKeys(b, c) <= 0) expect(compareKeys(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 5000 },
    );
  });

  test('refuses what cannot be a key', () => {
    expect(() => compareKeys(1, new Map())).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_KEY' }));
    expect(() => compareKeys([Symbol('a')], [1])).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_KEY' }));
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const twin: unknown[] = [];
    twin.push(twin);
    expect(() => compareKeys(cyclic, twin)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_KEY' }));
  });
});
