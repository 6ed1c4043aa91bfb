import { expect, test } from 'vitest';
import { parseSize } from '../../../driver/cli/parse-size.ts';

test.each([
  ['1TB', 1_000_000_000_000],
  ['1tb', 1_000_000_000_000],
  ['1.5 GiB', 1_610_612_736],
  ['250000', 250_000],
  ['4KiB', 4096],
  ['0.5MB', 500_000],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', 'TB', '-1GB', '1XB', '1T', '0', '1e9', '9999999PB'])('%j is no size', (text) => {
  expect(parseSize(text)).toBeNull();
});
