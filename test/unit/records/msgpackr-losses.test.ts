import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { registerClass } from '../../../engine/closures/runtime/registrations.ts';
import { decodeBlock, encodeBlock } from '../../../engine/records/block.ts';
import { builtInRecord } from './arbitrary-record.ts';
import { exactlyEqual } from './exact-equality.ts';

class Point {
  x = 1;
}

class Labelled {
  label = 'a';
  toJSON(): string {
    return this.label;
  }
}

registerClass('test.Point', Point);
registerClass('test.Labelled', Labelled);

const plain = new Packr();
const viaMsgpackr = (value: unknown): unknown => plain.unpack(plain.pack(value));
const viaBlock = (value: unknown): unknown => decodeBlock(encodeBlock([value]))[0];

const shared = { a: 1 };
const cyclic: Record<string, unknown> = { a: 1 };
Object.assign(cyclic, { self: cyclic });
const nested = (depth: number): unknown => {
  let value: unknown = 'core';
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};
const hole = (): unknown[] => Object.assign([], { length: 2, 1: 'b' });

/** What msgpackr 2.1.3 makes of the value, without a word. */
const changed: readonly [string, unknown, unknown][] = [
  ['negative zero', -0, 0],
  ['negative zero inside', { a: [-0] }, { a: [0] }],
  ['a hole', hole(), [undefined, 'b']],
  ['a lone surrogate', 'a\ud800', 'a\ufffd\ufffd\ufffd'],
  ['a __proto__ property', JSON.parse('{"__proto__":1}'), { __proto_: 1 }],
  ['a symbol as name', { [Symbol.for('a')]: 1 }, {}],
  ['a match: an array with properties', 'abc'.match(/b/), ['b']],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['a class instance', new Point(), { x: 1 }],
  ['a class with toJSON', new Labelled(), 'a'],
  ['a URL', new URL('http://a/'), 'http://a/'],
  ['a Set', new Set([1]), [1]],
  ['a Set in a Map', new Map([[1, new Set([1])]]), new Map([[1, [1]]])],
  ['a RegExp', /a/g, ['a', 'g']],
  ['an Error', new TypeError('x'), ['TypeError', 'x', undefined]],
  ['a Uint8Array', Uint8Array.of(1, 2), Buffer.from([1, 2])],
  ['an ArrayBuffer', Uint8Array.of(1, 2).buffer, Buffer.from([1, 2])],
  ['a boxed number', Object(1), {}],
  ['one object twice', [shared, shared], [{ a: 1 }, { a: 1 }]],
];

/** What msgpackr throws at, or takes for something else in a way that differs from run to run. */
const refused: readonly [string, unknown][] = [
  ['a bigint of more than 64 bits', 2n ** 70n],
  ['a registered symbol', Symbol.for('a')],
  ['a cycle', cyclic],
  ['depth 20,000', nested(20_000)],
  ['an Int32Array, which comes back with bytes of somebody else', Int32Array.of(1, 2)],
  ['a DataView', new DataView(new ArrayBuffer(2))],
];

/** What neither can carry: msgpackr loses it, a block refuses it. */
const impossible: readonly [string, unknown, string][] = [
  [
    'a function',
    ['k', { f: Object.defineProperty(() => 1, 'name', { value: '' }) }],
    'Cannot encode record[1].f: a function was created on an executor; functions cannot be data records. Return plain data instead.',
  ],
  ['a Promise', [1, { db: { pool: Promise.resolve() } }], 'Cannot encode record[1].db.pool: a Promise (await it on the driver first).'],
  ['a WeakMap', { cache: new WeakMap() }, 'Cannot encode record.cache: a WeakMap, whose entries cannot be listed. Use a Map.'],
  [
    'a unique symbol',
    [Symbol('a')],
    'Cannot encode record[0]: the unique symbol Symbol(a); executors could not make the same one. Use Symbol.for("a").',
  ],
  [
    'an accessor',
    [
      {
        get v() {
          return 1;
        },
      },
    ],
    'Cannot encode record[0]: an object with the accessor property .v; executors would see a frozen value. Copy it into a plain property.',
  ],
];

describe('values that msgpackr changes silently come back from a block as they were', () => {
  test.each(changed)('%s', (_name, value, loss) => {
    expect(exactlyEqual(viaMsgpackr(value), loss)).toBe(true);
    expect(exactlyEqual(value, loss)).toBe(false);
    expect(exactlyEqual(viaBlock(value), value)).toBe(true);
  });

  test('depth 20,000 to the last level', () => {
    let value = viaBlock(nested(20_000));
    let depth = 0;
    for (; Array.isArray(value); value = value[0]) depth++;
    expect([depth, value]).toEqual([20_000, 'core']);
  });

  test.each(refused.filter(([name]) => name !== 'depth 20,000'))('%s', (_name, value) => {
    expect(exactlyEqual(viaBlock(value), value)).toBe(true);
  });

  test.each(refused)('(msgpackr has no such thing as %s)', (_name, value) => {
    const attempt = (): boolean => exactlyEqual(viaMsgpackr(value), value);
    let exact = false;
    try {
      exact = attempt();
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
    expect(exact).toBe(false);
  });
});

test.each(impossible)('a block refuses %s with the path to it', (_name, value, message) => {
  expect(() => viaBlock(value)).toThrow(expect.objectContaining({ code: 'RECORD_NOT_ENCODABLE', fault: 'user', message }));
});

test('there is no built-in data that msgpackr keeps and a block does not', () => {
  let losses = 0;
  fc.assert(
    fc.property(builtInRecord, (value) => {
      expect(exactlyEqual(viaBlock(value), value)).toBe(true);
      try {
        if (!exactlyEqual(viaMsgpackr(value), value)) losses++;
      } catch {
        losses++;
      }
    }),
    { numRuns: 2000 },
  );
  // The generator reaches what the tables above list.
  expect(losses).toBeGreaterThan(100);
});
