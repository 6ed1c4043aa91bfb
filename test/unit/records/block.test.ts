import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { decodeBlock, decodeBlockLoading, encodeBlock } from '../../../engine/records/block.ts';
import { createBlockWriter } from '../../../engine/records/block-writer.ts';
import { checksumHex } from '../../../engine/records/record-checksum.ts';
import type { TaggedCodec } from '../../../engine/records/tagged-codec.ts';
import { decodeValue, encodeValue } from '../../../engine/records/value.ts';
import { builtInRecord, plainRecord } from './arbitrary-record.ts';
import { exactlyEqual } from './exact-equality.ts';
import { noCodec, v8Codec } from './v8-codec.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function checksumOf(records: readonly unknown[]): string {
  const writer = createBlockWriter(v8Codec);
  for (const record of records) writer.push(record);
  return checksumHex(writer.checksum);
}

describe('records come back from a block exactly as they were', () => {
  test('plain data', () => {
    fc.assert(
      fc.property(fc.array(plainRecord, { maxLength: 8 }), (records) => {
        expect(exactlyEqual(decodeBlock(encodeBlock(records, v8Codec), v8Codec), records)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('data of every built-in type', () => {
    fc.assert(
      fc.property(fc.array(builtInRecord, { maxLength: 8 }), (records) => {
        expect(exactlyEqual(decodeBlock(encodeBlock(records, v8Codec), v8Codec), records)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('pairs, pushed as key and value, as the same bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(builtInRecord, builtInRecord), { maxLength: 8 }), (pairs) => {
        const writer = createBlockWriter(v8Codec);
        for (const [key, value] of pairs) writer.pushPair(key, value);
        const { byteLength } = writer;
        const block = writer.finish();
        expect(hex(block)).toBe(hex(encodeBlock(pairs, v8Codec)));
        expect(byteLength).toBe(block.byteLength);
      }),
      { numRuns: 500 },
    );
  });

  test('many objects of many shapes', () => {
    const records = Array.from({ length: 3000 }, (_, i) => ({ [`a${i % 100}`]: i, [`b${i % 7}`]: { x: i, y: [i] }, same: 'é' }));
    expect(exactlyEqual(decodeBlock(encodeBlock(records, noCodec), noCodec), records)).toBe(true);
  });

  test('large arrays, objects and strings', () => {
    const records = [
      Array.from({ length: 70_000 }, (_, i) => i),
      Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`name ${i}`, i])),
      'é'.repeat(70_000),
      'x'.repeat(40_000),
      Array.from({ length: 3000 }, (_, i) => [i, { i }]),
    ];
    expect(exactlyEqual(decodeBlock(encodeBlock(records, noCodec), noCodec), records)).toBe(true);
  });

  test('one value', () => {
    fc.assert(
      fc.property(builtInRecord, (value) => {
        expect(exactlyEqual(decodeValue(encodeValue(value, v8Codec), v8Codec), value)).toBe(true);
      }),
    );
  });

  test('as they were when they were pushed', () => {
    const record = { n: 1, list: [1] };
    const writer = createBlockWriter(noCodec);
    writer.push(record);
    record.n = 2;
    record.list.push(2);
    writer.push(record);
    expect(decodeBlock(writer.finish())).toEqual([
      { n: 1, list: [1] },
      { n: 2, list: [1, 2] },
    ]);
  });
});

describe('which records need the tagged encoding', () => {
  const cyclic: Record<string, unknown> = {};
  Object.assign(cyclic, { self: cyclic });
  const twice = { a: 1 };
  const deep = (depth: number): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < depth; i++) value = [value];
    return value;
  };
  const tagged: readonly [string, unknown][] = [
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate in a long string', `${'x'.repeat(100)}\udc00`],
    ['a lone surrogate in a name', { '\ud800': 1 }],
    ['a byte order mark at the start', '\ufeffabc'],
    ['a __proto__ property', JSON.parse('{"__proto__": 1}')],
    ['a hole', Object.assign([], { length: 1 })],
    ['a match, which is an array with properties', 'abc'.match(/b/)],
    ['a hole and a property', Object.assign([1], { length: 2, x: 1 })],
    ['a symbol as name', { [Symbol.for('a')]: 1 }],
    ['a symbol as name of an array', Object.assign([1], { [Symbol.for('a')]: 1 })],
    [
      'an accessor',
      {
        get a() {
          return 1;
        },
      },
    ],
    ['a setter', { set a(_value: number) {} }],
    [
      'an accessor among more properties than a shape has',
      Object.defineProperty(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, i])), 'x', {
        get: () => 1,
        enumerable: true,
      }),
    ],
    ['no prototype', Object.create(null)],
    ['a class instance', new (class A {})()],
    ['a subclass of Array', new (class A extends Array {})()],
    ['a subclass of Date', new (class A extends Date {})(0)],
    ['a date with a property', Object.assign(new Date(0), { a: 1 })],
    ['what only looks like a date', Object.create(Date.prototype)],
    ['what only looks like an array', Object.create(Array.prototype)],
    ['a Map', new Map()],
    ['a Uint8Array', new Uint8Array(1)],
    ['a Buffer', Buffer.from('a')],
    ['a bigint of more than 64 bits', 2n ** 64n],
    ['a negative bigint of more than 64 bits', -(2n ** 63n) - 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a cycle', cyclic],
    ['an object that appears twice', [twice, twice]],
    ['an object that appears twice among many', [...Array.from({ length: 50 }, () => ({})), twice, twice]],
    ['a date that appears twice', ((date) => [date, date])(new Date(0))],
    ['depth 65', deep(65)],
  ];
  test.each(tagged)('%s', (_name, record) => {
    const writer = createBlockWriter({ encode: () => Uint8Array.of(7), decode: (bytes) => `tagged ${bytes.join()}` });
    writer.push(record);
    writer.push([{ in: record }]);
    writer.pushPair(1, record);
    writer.push('plain');
    expect(decodeBlock(writer.finish(), { encode: () => new Uint8Array(), decode: (bytes) => `tagged ${bytes.join()}` })).toEqual([
      'tagged 7',
      'tagged 7',
      'tagged 7',
      'plain',
    ]);
  });

  const fast: readonly [string, unknown][] = [
    ['negative zero', -0],
    ['NaN', Number.NaN],
    ['a property that is undefined', { a: undefined }],
    ['an undefined element', [undefined]],
    ['bigints of 64 bits', [2n ** 64n - 1n, -(2n ** 63n)]],
    ['an invalid date', new Date(Number.NaN)],
    ['the first and the last date', [new Date(-8.64e15), new Date(8.64e15), new Date(-1)]],
    ['a frozen object', Object.freeze({ a: 1 })],
    ['depth 64', deep(64)],
    ['equal strings and empty containers', ['a', 'a', [], [], {}, {}]],
  ];
  test.each(fast)('not: %s', (_name, record) => {
    expect(exactlyEqual(decodeBlock(encodeBlock([record], noCodec), noCodec), [record])).toBe(true);
  });

  test('a record that cannot be encoded leaves the block as it was', () => {
    const writer = createBlockWriter(noCodec);
    writer.push({ a: 1 });
    expect(() => writer.push({ b: 2, c: new Map() })).toThrow('needs the tagged encoding');
    expect(() =>
      writer.push({
        b: 2,
        get c(): number {
          throw new Error('thrown by a getter');
        },
      }),
    ).toThrow('needs the tagged encoding');
    writer.push({ b: 3, c: 4 });
    expect(decodeBlock(writer.finish(), noCodec)).toEqual([{ a: 1 }, { b: 3, c: 4 }]);
  });
});

describe('records with classes of modules that are not loaded yet', () => {
  const needsModule = (isLoaded: () => boolean): TaggedCodec => ({
    encode: () => Uint8Array.of(1, 2),
    decode(bytes) {
      if (!isLoaded()) throw new LevinError({ code: 'MODULES_NOT_LOADED', fault: 'internal', message: 'not loaded' });
      return `decoded ${bytes.join()}`;
    },
  });

  test('are decoded after their payloads were prepared', async () => {
    let prepared: readonly Uint8Array[] | null = null;
    const codec = needsModule(() => prepared !== null);
    const prepare = async (payloads: readonly Uint8Array[]): Promise<void> => {
      prepared = payloads;
    };
    const block = encodeBlock([1, new Map(), 'a', new Set()], codec);
    expect(await decodeBlockLoading(block, { prepare, codec })).toEqual([1, 'decoded 1,2', 'a', 'decoded 1,2']);
    expect(prepared).toEqual([Uint8Array.of(1, 2), Uint8Array.of(1, 2)]);
  });

  test('fail when that did not help, and other failures are not tried again', async () => {
    let prepares = 0;
    const prepare = async (): Promise<void> => {
      prepares++;
    };
    const codec = needsModule(() => false);
    await expect(decodeBlockLoading(encodeBlock([new Map()], codec), { prepare, codec })).rejects.toMatchObject({
      code: 'MODULES_NOT_LOADED',
    });
    expect(prepares).toBe(1);
    await expect(decodeBlockLoading(encodeBlock([new Map()], v8Codec), { prepare, codec: noCodec })).rejects.toThrow('is tagged');
    expect(prepares).toBe(1);
  });
});

describe('the format of a block', () => {
  test('is header, checksum and one MessagePack array', () => {
    // Checksum from Python's zlib.crc32.
    expect(hex(encodeBlock([['a', 1], { x: -0 }, { x: 300 }, null], noCodec))).toBe(
      '4c01000000000004' + '0000001d' + '8019459d' + 'dd00000004' + '92a16101' + 'd4724091a178cb8000000000000000' + '40cd012c' + 'c0',
    );
    expect(hex(encodeBlock([], noCodec))).toBe('4c01000000000000' + '00000005' + '8e7147d2' + 'dd00000000');
  });

  test('has an ArrayBuffer of its own, which can be transferred', () => {
    const block = encodeBlock([1]);
    expect(block.buffer.byteLength).toBe(block.byteLength);
  });

  test('a writer starts afresh after finish, shapes included', () => {
    const writer = createBlockWriter(noCodec);
    writer.push({ a: 1 });
    const first = writer.finish();
    expect(writer.recordCount).toBe(0);
    writer.push({ a: 1 });
    expect(hex(writer.finish())).toBe(hex(first));
  });
});

describe('the checksum of records', () => {
  test('does not depend on their order or on the blocks they are in', () => {
    fc.assert(
      fc.property(fc.array(builtInRecord, { maxLength: 80 }), fc.infiniteStream(fc.nat()), fc.nat(80), (records, random, cut) => {
        const shuffled = records.map((record) => ({ record, at: random.next().value as number })).sort((a, b) => a.at - b.at);
        const writer = createBlockWriter(v8Codec);
        for (const [i, { record }] of shuffled.entries()) {
          if (i === cut) writer.finish();
          writer.push(record);
        }
        expect(checksumHex(writer.checksum)).toBe(checksumOf(records));
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on their order when there are more shapes than a block can define', () => {
    const records = Array.from({ length: 300 }, (_, i) => ({ [`a${i % 150}`]: i, b: { [`c${i % 99}`]: 'x'.repeat(i) } }));
    expect(checksumOf(records)).toBe(checksumOf([...records].reverse()));
  });

  test('differs where the records differ', () => {
    const sets: readonly (readonly unknown[])[] = [
      [],
      [1],
      [1, 1],
      [2],
      ['1'],
      [[1]],
      [{ a: 1 }],
      [{ b: 1 }],
      [{ a: 1, b: 2 }],
      [{ b: 2, a: 1 }],
      [{ ab: 1 }],
      [{}],
      [new Map()],
      ['x'.repeat(100)],
      ['x'.repeat(101)],
    ];
    expect(new Set(sets.map(checksumOf)).size).toBe(sets.length);
  });
});
