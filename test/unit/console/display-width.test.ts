import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth, padEnd, truncate } from '../../../driver/console/display-width.ts';

test.each([
  ['', 0],
  ['job.ts:12', 9],
  ['é', 1],
  ['e\u0301', 1],
  ['単語', 4],
  ['ｆｕｌｌ', 8],
  ['한국어', 6],
  ['😀', 2],
  ['👩‍🚀', 2],
  ['❤️', 2],
  ['…·', 2],
  ['\u200b', 0],
])('%j takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('what fits stays whole', () => {
  expect(truncate('単語', 4)).toBe('単語');
  expect(truncate('単語', 3)).toBe('単…');
  expect(truncate('単語', 2)).toBe('…');
  expect(truncate('abc', 0)).toBe('');
  expect(padEnd('単', 4)).toBe('単  ');
  expect(padEnd('abcdef', 4)).toBe('abcdef');
});

test('a truncated text is never too wide, and its beginning is that of the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 20 }), (text, width) => {
      const short = truncate(text, width);
      expect(displayWidth(short)).toBeLessThanOrEqual(width);
      expect(text.startsWith(short.replace(/…$/, ''))).toBe(true);
      expect(short).toBe(displayWidth(text) <= width ? text : short);
    }),
  );
});
