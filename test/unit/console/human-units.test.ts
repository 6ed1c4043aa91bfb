import { expect, test } from 'vitest';
import { countOf, formatBytes, formatCount, formatDuration } from '../../../driver/console/human-units.ts';

test.each([
  [0, '0.0 s'],
  [49, '0.0 s'],
  [1250, '1.3 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [3_599_499, '59 min 59 s'],
  [3_720_000, '1 h 2 min'],
  [90_000_000, '25 h 0 min'],
])('%i ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [2_500_000_000, '2.5 GB'],
  [3e18, '3000.0 PB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('counts have separators, nouns a plural', () => {
  expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([0, 1, 2000].map((n) => countOf(n, 'task'))).toEqual(['0 tasks', '1 task', '2,000 tasks']);
});
