import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkUtf8, createUtf8Check } from '../../../engine/runtime/sources/utf8-check.ts';

/** Where a decoder of the platform stops: the first byte of what is no character. */
function oracle(bytes: Uint8Array): number | null {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    decoder.decode(bytes);
    return null;
  } catch {
    // The longest valid prefix ends there.
    for (let end = bytes.length - 1; end > 0; end--) {
      try {
        decoder.decode(bytes.subarray(0, end));
        return end;
      } catch {
        // Shorter, then.
      }
    }
    return 0;
  }
}

function offsetOf(work: () => void): number | null {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { details: { offset: number } }).details.offset;
  }
}

const bytes = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 3 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 2 }),
      fc
        .constantFrom([0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe0, 0x80, 0x80], [0xc0, 0x80], [0xf0, 0x9f, 0x98], [0xe2])
        .map((b) => Buffer.from(b)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe('bytes that are not UTF-8', () => {
  test('are found where the platform finds them, however the file is cut', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(12), { maxLength: 4 }), (all, cuts) => {
        const expected = oracle(all);
        expect(offsetOf(() => checkUtf8('/a.txt', all, 0))).toBe(expected);
        const ends = [...cuts.map((cut) => Math.min(cut, all.length)), all.length].sort((a, b) => a - b);
        const fed = offsetOf(() => {
          const check = createUtf8Check('/a.txt');
          for (const [i, end] of ends.entries()) check.feed(all.subarray(ends[i - 1] ?? 0, end));
          check.end();
        });
        expect(fed).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('are named with file and offset', () => {
    expect(() => checkUtf8('/a.txt', Buffer.from([0x61, 0xff]), 10)).toThrow(
      "/a.txt is not UTF-8: byte 11 is 0xff, where no character can go on or begin. Convert the file, or read it with invalidUtf8: 'replace', which gives U+FFFD for such bytes.",
    );
    expect(() => checkUtf8('/a.txt.gz', Buffer.from([0xc3]), 0)).toThrow(
      '/a.txt.gz is not UTF-8: byte 0 of its decompressed content is 0xc3,',
    );
  });
});
