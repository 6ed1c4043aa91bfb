import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyMap } from '../../../engine/records/key-map.ts';
import { decodeValue, encodeValue } from '../../../engine/records/value.ts';
import { arbitraryKey, sameKey } from './arbitrary-key.ts';

describe('KeyMap', () => {
  test('finds by value and keeps the order of first appearance', () => {
    const map = KeyMap.from<readonly [number, string], number>([
      [[2, 'b'], 1],
      [[1, 'a'], 2],
      [[2, 'b'], 3],
    ]);
    expect(map.size).toBe(2);
    expect(map.get([2, 'b'])).toBe(3);
    expect(map.has([1, 'a'])).toBe(true);
    expect(map.has([1, 'b'])).toBe(false);
    expect(map.get([9, 'z'])).toBeUndefined();
    expect([...map]).toEqual([
      [[2, 'b'], 3],
      [[1, 'a'], 2],
    ]);
    expect([...map.keys()]).toEqual([
      [2, 'b'],
      [1, 'a'],
    ]);
    expect([...map.values()]).toEqual([3, 2]);
    expect([...map.entries()]).toEqual([...map]);
    const seen: unknown[] = [];
    map.forEach((value, key, self) => {
      seen.push([key, value, self === map]);
    });
    expect(seen).toEqual([
      [[2, 'b'], 3, true],
      [[1, 'a'], 2, true],
    ]);
  });

  test('is a ReadonlyMap that prints like a Map', () => {
    const map: ReadonlyMap<string, number> = KeyMap.from([['a', 1]]);
    expect(Object.prototype.toString.call(map)).toBe('[object KeyMap]');
    expect(inspect(map)).toBe("KeyMap(1) { 'a' => 1 }");
  });

  test('travels as data: a result that the next closure captures', () => {
    const map = KeyMap.from([
      [[1, new Date(5)], 'a'],
      ['b', KeyMap.from([[1n, null]])],
    ] as readonly [unknown, unknown][]);
    const copy = decodeValue(encodeValue(map)) as KeyMap<unknown, unknown>;
    expect(copy).toBeInstanceOf(KeyMap);
    expect(copy.get([1, new Date(5)])).toBe('a');
    expect((copy.get('b') as KeyMap<unknown, unknown>).has(1n)).toBe(true);
  });

  test('agrees with a list of pairs searched by value', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(arbitraryKey, fc.nat())), arbitraryKey, (pairs, probe) => {
        const list: [unknown, number][] = [];
        for (const [key, value] of pairs) {
          const known = list.find((pair) => sameKey(pair[0], key));
          if (known === undefined) list.push([key, value]);
          else known[1] = value;
        }
        const map = KeyMap.from(pairs);
        expect([...map]).toEqual(list);
        expect(map.get(probe)).toBe(list.find((pair) => sameKey(pair[0], probe))?.[1]);
      }),
    );
  });
});
