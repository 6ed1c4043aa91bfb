import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGroupedValues } from '../../../engine/records/grouped-values.ts';

const arbitraryValue = fc.oneof(
  { weight: 8, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(-0, Number.NaN, 0.5, 2 ** 40, undefined, null, 'text', 3n) },
);

test('values come out by place, in the order in which they were added', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(700), arbitraryValue), { maxLength: 300 }), (added) => {
      const grouped = createGroupedValues();
      for (const [place, value] of added) grouped.add(place, value);
      const places = Array.from({ length: 800 }, (_, place) => place);
      const expected = places.map((place) => added.filter(([itsPlace]) => itsPlace === place).map(([, value]) => value));
      const taken = places.map((place) => grouped.take(place));
      expect(taken).toStrictEqual(expected);
      // No holes, which `toStrictEqual` takes for undefined in numbers' arrays.
      expect(taken.every((group) => Object.keys(group).length === group.length)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('one place may have more values than all others together', () => {
  const grouped = createGroupedValues();
  for (let i = 0; i < 100_000; i++) grouped.add(i % 10 === 0 ? i % 256 : 3, i);
  const groups = Array.from({ length: 256 }, (_, place) => grouped.take(place));
  expect(groups.map((group) => group.length).reduce((a, b) => a + b)).toBe(100_000);
  expect(groups[3]?.slice(0, 3)).toEqual([1, 2, 3]);
  expect(groups[3]?.at(-1)).toBe(99_999);
  expect(groups[10]?.slice(0, 3)).toEqual([10, 1290, 2570]);
});

test('what is done to a group that was taken touches no other', () => {
  const grouped = createGroupedValues();
  for (const [place, value] of [
    [0, 'a'],
    [1, 'b'],
    [0, 'c'],
  ] as const)
    grouped.add(place, value);
  grouped.take(0).push('d');
  expect(grouped.take(1)).toEqual(['b']);
});
