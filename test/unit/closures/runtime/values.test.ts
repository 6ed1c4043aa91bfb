import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue, encodeValue } from '../../../../engine/closures/runtime/value-codec.ts';

function copy<T>(value: T): T {
  return decodeValue(encodeValue(value)) as T;
}

function matchResult(): unknown {
  return 'xab'.match(/a(?<second>b)/u);
}

const dictionary = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`key ${i}`, i]));

const EXACT: readonly (readonly [name: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['booleans', [true, false]],
  ['small integers', [0, 1, 63, 64, 127, 128, -1, -64]],
  ['integers at the borders of 32 bits', [2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 32, -(2 ** 31) - 1]],
  ['large integers', [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 53 + 2, 1e300]],
  ['fractions', [0.1, -2.5, Number.MIN_VALUE, Number.MAX_VALUE]],
  ['NaN and the infinities', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ['minus zero', -0],
  ['an empty string', ''],
  ['ASCII strings around 63 bytes', ['a'.repeat(62), 'a'.repeat(63), 'a'.repeat(64), 'a'.repeat(200)]],
  ['strings beyond ASCII', ['é', 'é'.repeat(40), '日本語', '🐙'.repeat(30)]],
  ['lone surrogates', ['\ud800', 'a\udc00b', '\ud83d'.repeat(100)]],
  ['bigints', [0n, -1n, 255n, 256n, 2n ** 64n, -(2n ** 200n)]],
  ['registered symbols', Symbol.for('levin.test')],
  ['well-known symbols', Symbol.iterator],
  ['a plain object', { a: 1, b: 'x', c: null }],
  ['keys in an order of their own', { z: 1, a: 2, 10: 3, 2: 4 }],
  ['an object with a __proto__ key', JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 })],
  ['an object with symbol keys', { a: 1, [Symbol.for('levin.test')]: 2, [Symbol.iterator]: 3 }],
  ['an object with many keys', dictionary],
  ['a wide object without prototype', Object.assign(Object.create(null), dictionary)],
  ['undefined and a missing key differ', [{ a: undefined }, {}]],
  ['arrays', [[], [1], [[[]]]]],
  ['a long array', Array.from({ length: 5000 }, (_, i) => i)],
  // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
  ['holes', [1, , undefined, ,]],
  ['a very long array with few elements', Object.assign([], { 5: 'a', 4000000000: 'b' })],
  ['the result of a match', matchResult()],
  [
    'a long array with further properties',
    Object.assign(
      Array.from({ length: 100 }, (_, i) => i),
      { label: 'x' },
    ),
  ],
  [
    'a Map in order',
    new Map<unknown, unknown>([
      ['b', 1],
      ['a', 2],
      [{ k: 1 }, new Map()],
      [Number.NaN, -0],
    ]),
  ],
  ['a Set in order', new Set<unknown>(['b', 'a', 1, { k: 1 }, undefined])],
  ['dates', [new Date(0), new Date(-1), new Date(8.64e15), new Date(Number.NaN)]],
  ['regular expressions', [/a\/b[/]/giu, /(?:)/]],
  ['boxed primitives', [new Number(-0), new String('x'), new Boolean(false), Object(1n), Object(Symbol.for('levin.test'))]],
  ['Buffer', Buffer.from('héllo')],
  ['typed arrays', [new Int8Array([-1]), new Uint8Array([255]), new Uint8ClampedArray([9]), new Int16Array([-2]), new Uint16Array([2])]],
  ['wide typed arrays', [new Int32Array([-3]), new Uint32Array([3]), new Float32Array([0.5]), new Float64Array([-0, 0.1])]],
  ['bigint arrays', [new BigInt64Array([-1n]), new BigUint64Array([2n ** 64n - 1n])]],
  ['a DataView', new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)],
  ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
  ['an error', new Error('plain')],
  ['built-in errors', [new TypeError('t'), new RangeError('r'), new SyntaxError('s'), new EvalError('e'), new URIError('u')]],
  ['an AggregateError', new AggregateError([new Error('one')], 'many')],
  ['an error with cause and own fields', Object.assign(new Error('outer', { cause: { code: 1 } }), { code: 'E_X', at: [1, 2] })],
];

describe('a copy equals the original', () => {
  test.each(EXACT)('%s', (_, value) => {
    const copied = copy(value);
    expect(isDeepStrictEqual(copied, value)).toBe(true);
    expect(Object.is(copied, value) || typeof value === 'object').toBe(true);
  });

  test('every kind of value is in the table', () => {
    expect(EXACT).toHaveLength(45);
  });

  test('for any tree of values', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
    });
    fc.assert(
      fc.property(anything, (value) => isDeepStrictEqual(copy(value), value)),
      { numRuns: 1000 },
    );
  });

  test('for any string', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => copy(text) === text));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0xd700, max: 0xe000 }), { maxLength: 90 }), (codes) => {
        const text = String.fromCharCode(...codes);
        return copy(text) === text;
      }),
    );
  });

  test('key order of objects and holes of arrays are kept', () => {
    expect(Object.keys(copy({ z: 1, a: 2, m: 3 }))).toEqual(['z', 'a', 'm']);
    const copied = copy(Object.assign([], { 1: 'x' }));
    expect([0 in copied, 1 in copied, copied.length]).toEqual([false, true, 2]);
  });

  test('an error keeps message, stack, name and cause without making them enumerable', () => {
    const original = new TypeError('wrong', { cause: 'because' });
    original.stack = 'TypeError: wrong\n    at job.ts:3:4';
    const copied = copy(original);
    expect(copied).toBeInstanceOf(TypeError);
    expect([copied.message, copied.stack, copied.cause]).toEqual(['wrong', 'TypeError: wrong\n    at job.ts:3:4', 'because']);
    expect(Object.keys(copied)).toEqual([]);
  });

  test('lastIndex of a regular expression is kept', () => {
    const sticky = /a/y;
    sticky.lastIndex = 3;
    expect(copy(sticky).lastIndex).toBe(3);
  });

  test('URL and URLSearchParams travel', () => {
    expect(copy(new URL('https://example.org/a?b=1')).href).toBe('https://example.org/a?b=1');
    expect(copy(new URLSearchParams('a=1&a=2')).getAll('a')).toEqual(['1', '2']);
  });

  test('built-in objects stay the ones of this realm', () => {
    expect(copy({ math: Math, json: JSON }).math).toBe(Math);
  });
});

describe('identity within one value', () => {
  test('an object that is reached twice is one object', () => {
    const shared = { n: 1 };
    const copied = copy({ a: shared, b: [shared], c: new Map([[shared, shared]]) });
    expect(copied.b[0]).toBe(copied.a);
    expect(copied.c.get(copied.a)).toBe(copied.a);
  });

  test('cycles close', () => {
    const node: { self?: unknown; set?: Set<unknown>; map?: Map<unknown, unknown>; list: unknown[] } = { list: [] };
    node.self = node;
    node.set = new Set([node]);
    node.map = new Map<unknown, unknown>([[node, node.set]]);
    node.list.push(node.list);
    const copied = copy(node);
    expect(copied.self).toBe(copied);
    expect(copied.set?.has(copied)).toBe(true);
    expect(copied.map?.get(copied)).toBe(copied.set);
    expect(copied.list[0]).toBe(copied.list);
  });

  test('two views of one buffer share it; a Buffer takes only its own bytes', () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const copied = copy({ bytes, words: new Uint16Array(bytes.buffer, 2, 1) });
    copied.bytes[2] = 9;
    expect(copied.words[0]).toBe(4 * 256 + 9);
    expect(encodeValue(Buffer.from('abc')).length).toBeLessThan(20);
  });
});

describe('depth', () => {
  const DEPTH = 100_000;

  test('objects, arrays, maps and sets nested 100,000 deep', () => {
    for (const wrap of [(v: unknown) => ({ v }), (v: unknown) => [v], (v: unknown) => new Map([['v', v]]), (v: unknown) => new Set([v])]) {
      let deep: unknown = 'bottom';
      for (let i = 0; i < DEPTH; i += 1) deep = wrap(deep);
      let at = copy(deep);
      let depth = 0;
      while (typeof at === 'object' && at !== null) {
        at = at instanceof Map || at instanceof Set ? at.values().next().value : Object.values(at)[0];
        depth += 1;
      }
      expect([at, depth]).toEqual(['bottom', DEPTH]);
    }
  });
});
