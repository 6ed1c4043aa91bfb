import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestName } from '../../../driver/config/nearest-name.ts';

test.each([
  ['--quite', '--quiet'],
  ['mster', 'master'],
  ['MASTER', 'master'],
  ['x', null],
  ['somethingElse', null],
  ['', null],
])('%s → %s', (name, expected) => {
  expect(nearestName(name, ['master', '--quiet', 'defaultParallelism'])).toBe(expected);
});

test('of two that are equally near the first one', () => {
  expect(nearestName('cat', ['bat', 'hat'])).toBe('bat');
  expect(nearestName('cat', [])).toBe(null);
});

test('a name with one letter too many is found', () => {
  const name = fc.string({ minLength: 2, maxLength: 12, unit: fc.constantFrom(...'abcdefgh'.split('')) });
  fc.assert(
    fc.property(name, fc.nat(), fc.constantFrom('x', 'y'), (name, at, letter) => {
      const i = at % (name.length + 1);
      expect(nearestName(name.slice(0, i) + letter + name.slice(i), [name])).toBe(name);
    }),
  );
});
