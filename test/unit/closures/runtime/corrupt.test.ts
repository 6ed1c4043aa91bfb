import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { __def, __lazy, __lv, __sites } from '../../../../engine/closures/runtime/entry.ts';
import { rebuildClosure } from '../../../../engine/closures/runtime/rebuild-closure.ts';
import { shipClosure } from '../../../../engine/closures/runtime/ship-closure.ts';
import { decodeValue, encodeValue } from '../../../../engine/closures/runtime/value-codec.ts';
import { LevinError } from '../../../../engine/errors/levin-error.ts';
import { noImports, noSlices, site } from './hand-annotated.ts';

const shared = { n: 1 };
const VALUE = {
  list: [1, -5, 0.5, 'text', 'é'.repeat(50), '\ud800', 12n, true, null, undefined, Symbol.for('levin.test'), Symbol.iterator],
  map: new Map<unknown, unknown>([['a', shared]]),
  set: new Set([shared]),
  sparse: Object.assign([], { 7: 1 }),
  match: 'ab'.match(/b/),
  wide: Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`k${i}`, i])),
  date: new Date(5),
  pattern: /a/g,
  boxed: Object('x'),
  bytes: Buffer.from('abc'),
  floats: new Float64Array([1, 2]),
  url: new URL('https://example.org'),
  error: new RangeError('no', { cause: shared }),
};

const sites = __sites(
  'corrupt.ts',
  'file:///corrupt.ts',
  [site('corrupt.ts#f', { captures: ['g', 'v'] }), site('corrupt.ts#g', { captures: ['f'] })],
  noImports,
  noSlices,
  'main',
);
__lazy('corrupt.ts', {});
__def('corrupt.ts#f', (g, v) => () => [g, v]);
__def(
  'corrupt.ts#g',
  (f) => () => f,
  () => {
    let f: unknown;
    return [
      () => f,
      ([value]) => {
        f = value;
      },
    ];
  },
);

function closurePayload(): Uint8Array {
  const f: () => unknown = __lv(
    () => [g, VALUE],
    sites[0],
    () => [g, VALUE],
  );
  const g: () => unknown = __lv(
    () => f,
    sites[1],
    () => [f],
  );
  return shipClosure(f, { operation: 'rdd.map', callSite: null }).bytes;
}

const CODES = new Set(['CORRUPT_DATA', 'PAYLOAD_MISMATCH', 'UNKNOWN_CODE', 'MODULES_NOT_LOADED', 'CLOSURE_REBUILD_FAILED']);

/** Code of the error; null when the bytes happened to be readable. */
function codeOf(decode: () => unknown): string | null {
  try {
    decode();
    return null;
  } catch (error) {
    if (error instanceof LevinError) return error.code;
    throw error;
  }
}

describe.each([
  ['a value', (): Uint8Array => encodeValue(VALUE), (bytes: Uint8Array): unknown => decodeValue(bytes)],
  ['a closure', closurePayload, rebuildClosure],
] as const)('%s that was damaged', (_, encode, decode) => {
  const bytes = encode();

  test('cut short anywhere is corrupt data', () => {
    for (let end = 0; end < bytes.length; end += 1) expect(codeOf(() => decode(bytes.subarray(0, end)))).toBe('CORRUPT_DATA');
  });

  test('with bytes behind it is corrupt data', () => {
    expect(codeOf(() => decode(Buffer.concat([bytes, Buffer.from([1])])))).toBe('CORRUPT_DATA');
  });

  test('with one byte changed is read or refused, never worse', () => {
    for (let at = 0; at < bytes.length; at += 1) {
      for (const value of [0, 1, 11, 17, 19, 31, 33, 34, 64, 127, 128, 255]) {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = value;
        const code = codeOf(() => decode(damaged));
        expect(code === null || CODES.has(code)).toBe(true);
      }
    }
  });

  test('or random bytes are read or refused, never worse', () => {
    const header = bytes.subarray(0, 4);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        const code = codeOf(() => decode(Buffer.concat([header, tail])));
        return code === null || CODES.has(code);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the messages', () => {
  test('of truncated data', () => {
    expect(() => decodeValue(encodeValue('abcdef').subarray(0, 6))).toThrow(
      'Encoded data is corrupt: 6 bytes are due at offset 4, 2 are left. It was truncated or changed after it was written; read it again or let its producer run again.',
    );
  });

  test('of a payload that another major version of Node wrote', () => {
    const bytes = closurePayload();
    bytes[2] = 22;
    expect(() => rebuildClosure(bytes)).toThrow(
      'A payload was written with Node 22, but this executor runs Node 24. Driver and executors must run the same levin and the same major version of Node.',
    );
  });

  test('of another format', () => {
    const bytes = encodeValue(1);
    bytes[1] = 9;
    expect(() => decodeValue(bytes)).toThrow(
      'A payload was written with format 9, but this executor runs format 1. Driver and executors must run the same levin and the same major version of Node.',
    );
  });

  test('a count that the input cannot hold is refused before memory is taken for it', () => {
    const bytes = Uint8Array.from([...encodeValue([]).subarray(0, 3), 19, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    expect(() => decodeValue(bytes)).toThrow('Encoded data is corrupt: 4294967295 entries are due at offset 9, 0 bytes are left.');
  });
});
