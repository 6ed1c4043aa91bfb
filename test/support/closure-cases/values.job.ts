import { Buffer } from 'node:buffer';
import type { ClosureCase } from './closure-case.ts';

const scalars = 'captured number, string, array, nested object, undefined, null, NaN, -0, symbols';
const objects = 'Map, Set, Date, RegExp, Float64Array, Buffer, BigInt';
const identity = 'cyclic objects, one object captured twice';

export const cases: readonly ClosureCase[] = [
  { row: scalars, name: 'number', args: [6], expected: 42, make: () => { const n = 7; return (x: number) => x * n; } },
  { row: scalars, name: 'string', args: ['b'], expected: 'a-é-b', make: () => { const s = 'a-é-'; return (x: string) => s + x; } },
  { row: scalars, name: 'array', args: [1], expected: [20, 3], make: () => { const a = [10, 20, 30]; return (i: number) => [a[i], a.length]; } },
  {
    row: scalars,
    name: 'nested object',
    expected: { deep: [{ x: 1 }], keys: ['b', 'a'] },
    make: () => {
      const o = { b: { list: [{ x: 1 }] }, a: 2 };
      return () => ({ deep: o.b.list, keys: Object.keys(o) });
    },
  },
  { row: scalars, name: 'undefined', expected: [true, 'undefined'], make: () => { const u = undefined; return () => [u === undefined, typeof u]; } },
  { row: scalars, name: 'null', expected: true, make: () => { const z = null; return () => z === null; } },
  { row: scalars, name: 'NaN', expected: Number.NaN, make: () => { const n = Number.NaN; return () => n; } },
  { row: scalars, name: '-0', expected: -0, make: () => { const z = -0; return () => z; } },
  { row: scalars, name: 'registered symbol', expected: [true, 'case'], make: () => { const s = Symbol.for('case'); return () => [s === Symbol.for('case'), s.description]; } },
  { row: scalars, name: 'well-known symbol', expected: [1, 2], make: () => { const s = Symbol.iterator; return () => [...({ *[s]() { yield 1; yield 2; } } as unknown as Iterable<number>)]; } },

  {
    row: objects,
    name: 'Map',
    args: ['b'],
    expected: [{ n: 2 }, ['a', 'b'], true],
    make: () => {
      const m = new Map([['a', { n: 1 }], ['b', { n: 2 }]]);
      return (k: string) => [m.get(k), [...m.keys()], m instanceof Map];
    },
  },
  { row: objects, name: 'Set', args: ['x'], expected: [true, false, 2], make: () => { const s = new Set(['x', 'y']); return (k: string) => [s.has(k), s.has('z'), s.size]; } },
  { row: objects, name: 'Date', expected: ['2024-02-29T12:00:00.000Z', true], make: () => { const d = new Date('2024-02-29T12:00:00Z'); return () => [d.toISOString(), d instanceof Date]; } },
  { row: objects, name: 'RegExp', args: ['a1b22'], expected: ['1', '22'], make: () => { const r = /\d+/gu; return (x: string) => x.match(r)?.slice(); } },
  { row: objects, name: 'Float64Array', expected: [0.5, -0, 3], make: () => { const f = new Float64Array([0.5, -0, 2.5]); return () => [f[0], f[1], f[0]! + f[2]!]; } },
  { row: objects, name: 'Buffer', expected: ['aMOp', true], make: () => { const b = Buffer.from('hé'); return () => [b.toString('base64'), Buffer.isBuffer(b)]; } },
  { row: objects, name: 'BigInt', args: [2], expected: 36893488147419103232n, make: () => { const n = 2n ** 64n; return (x: number) => n * BigInt(x); } },

  {
    row: identity,
    name: 'cyclic object',
    expected: [true, 'loop'],
    make: () => {
      const o: { name: string; self?: unknown } = { name: 'loop' };
      o.self = o;
      return () => [o.self === o, (o.self as { name: string }).name];
    },
  },
  {
    row: identity,
    name: 'one object captured twice',
    expected: [true, 5],
    make: () => {
      const shared = { n: 1 };
      const [a, b] = [{ shared }, [shared]];
      return () => {
        b[0]!.n = 5;
        return [a.shared === b[0], a.shared.n];
      };
    },
  },
];
