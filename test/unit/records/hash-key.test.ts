import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashKey } from '../../../engine/records/hash-key.ts';
import { arbitraryKey, sameKey } from './arbitrary-key.ts';

/** FNV-1a and MurmurHash3's finalizer in exact arithmetic. */
function oracle(units: readonly number[], seed: bigint): number {
  const word = 2n ** 32n;
  let h = seed;
  for (const unit of units) h = ((h ^ BigInt(unit)) * 0x01000193n) % word;
  h ^= h >> 16n;
  h = (h * 0x85ebca6bn) % word;
  h ^= h >> 13n;
  h = (h * 0xc2b2ae35n) % word;
  return Number(h ^ (h >> 16n));
}

describe('hashKey', () => {
  test('never changes: committed shuffle output depends on it', () => {
    expect([
      hashKey(null),
      hashKey(undefined),
      hashKey(''),
      hashKey('a'),
      hashKey('foobar'),
      hashKey(0),
      hashKey(1),
      hashKey(-1),
      hashKey(2 ** 31),
      hashKey(0.5),
      hashKey(Number.NaN),
      hashKey(true),
      hashKey(false),
      hashKey(1n),
      hashKey(-1n),
      hashKey(new Date(0)),
      hashKey([1, 'a']),
      hashKey({ b: 2, a: null }),
    ]).toEqual([
      0, 0, 2872998923, 444641715, 202221276, 1020716019, 314344336, 3352757786, 1122396883, 803163320, 1818371886, 2654435769, 2135587861,
      241245426, 4122487231, 673522939, 1782775812, 441566295,
    ]);
  });

  test('of a string is FNV-1a and the finalizer over its code units', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
        expect(hashKey(text)).toBe(oracle(units, 0x811c9dc5n));
      }),
    );
  });

  test('is the same for equal keys, and 32 bits unsigned', () => {
    fc.assert(
      fc.property(arbitraryKey, arbitraryKey, (a, b) => {
        if (sameKey(a, b)) expect(hashKey(a)).toBe(hashKey(b));
        expect(hashKey(a) >>> 0).toBe(hashKey(a));
      }),
      { numRuns: 3000 },
    );
  });

  const sequences: readonly [string, (i: number) => unknown][] = [
    ['small integers', (i) => i],
    ['negative integers', (i) => -i],
    ['multiples of 64', (i) => i * 64],
    ['fractions', (i) => i / 10],
    ['large integers', (i) => 2 ** 40 + i],
    ['sequential strings', (i) => `user-${i}`],
    ['bigints', (i) => BigInt(i)],
    ['dates by the day', (i) => new Date(i * 86_400_000)],
    ['pairs', (i) => [i % 100, Math.floor(i / 100)]],
    ['objects', (i) => ({ id: i })],
  ];
  for (const partitions of [2, 7, 64, 200]) {
    test.each(sequences)(`spreads %s over ${partitions} partitions`, (_name, make) => {
      const counts = Array.from({ length: partitions }, () => 0);
      const keys = 20_000;
      for (let i = 0; i < keys; i++) (counts[hashKey(make(i)) % partitions] as number)++;
      const expected = keys / partitions;
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // Mean of chi-square is partitions − 1, its standard deviation √(2 (partitions − 1)): six of them never happen by chance.
      const bounds: Record<number, number> = { 2: 10, 7: 27, 64: 131, 200: 319 };
      expect(chiSquare).toBeLessThan(bounds[partitions] as number);
    });
  }
});
