import type { ClosureCase } from './closure-case.ts';
import { made } from './lib/circular-a.ts';
import plusThousand, { compose, multiplyBy } from './lib/higher-order.ts';

const nested = 'captured helper arrow, closures capturing closures, curried closures';
const recursion = 'mutual recursion, self recursion, named function expressions';
const loops = 'loop variables';
const scopes = 'destructured params and captures, defaults, shadowing, labels, switch, try';
const self = 'captured this';

class Job {
  factor = 3;
  scaled = (x: number): number => x * this.factor;
  byMethod(): (x: number) => number {
    return (x) => x + this.factor;
  }
}

class DerivedJob extends Job {
  override factor = 5;
}

export const cases: readonly ClosureCase[] = [
  { row: nested, name: 'captured helper arrow', args: [10], expected: 6, make: () => { const half = (x: number) => x / 2; return (x: number) => half(x) + 1; } },
  {
    row: nested,
    name: 'closures capturing closures',
    args: [1],
    expected: 111,
    make: () => {
      const ten = 10;
      const a = (x: number) => x + ten;
      const b = (x: number) => a(x) + 100;
      return (x: number) => b(x);
    },
  },
  { row: nested, name: 'curried closures', args: [3], expected: '1-2-3', make: () => ((a: number) => (b: number) => (c: number) => `${a}-${b}-${c}`)(1)(2) },

  {
    row: recursion,
    name: 'mutual recursion of function declarations',
    args: [101],
    expected: [false, true],
    make: () => {
      function even(n: number): boolean {
        return n === 0 || odd(n - 1);
      }
      function odd(n: number): boolean {
        return n !== 0 && even(n - 1);
      }
      return (n: number) => [even(n), odd(n)];
    },
  },
  {
    row: recursion,
    name: 'mutual recursion of const arrows',
    args: [100],
    expected: true,
    make: () => {
      const even = (n: number): boolean => n === 0 || odd(n - 1);
      const odd = (n: number): boolean => n !== 0 && even(n - 1);
      return even;
    },
  },
  { row: recursion, name: 'self recursion', args: [5], expected: 120, make: () => { const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1)); return factorial; } },
  { row: recursion, name: 'named function expression', args: [10], expected: 55, make: () => function fib(n: number): number { return n < 2 ? n : fib(n - 1) + fib(n - 2); } },
  { row: 'function declared after its use', name: 'function declared after its use', args: [2], expected: 20, make: () => { const f = (x: number) => late(x); return f; function late(x: number): number { return x * 10; } } },

  { row: loops, name: 'for let', args: [10], expected: [10, 11, 12], make: () => { const fns = []; for (let i = 0; i < 3; i++) fns.push((x: number) => x + i); return fns; } },
  { row: loops, name: 'for of', args: ['-'], expected: ['a-', 'b-'], make: () => { const fns = []; for (const s of ['a', 'b']) fns.push((x: string) => s + x); return fns; } },
  { row: loops, name: 'for in', expected: ['k1', 'k2'], make: () => { const fns = []; for (const k in { k1: 1, k2: 2 }) fns.push(() => k); return fns; } },
  {
    row: loops,
    name: 'var loop',
    expected: [0, 1, 2],
    unshipped: [3, 3, 3],
    make: (snapshot) => {
      const fns = [];
      // biome-ignore lint/complexity: the var is the case
      for (var i = 0; i < 3; i++) fns.push(snapshot(() => i));
      return fns;
    },
  },
  {
    row: 'variable reassigned after map',
    name: 'variable reassigned after map',
    args: [1],
    expected: 2,
    unshipped: 101,
    make: (snapshot) => {
      let n = 1;
      const f = snapshot((x: number) => x + n);
      n = 100;
      return f;
    },
  },

  { row: 'closure returned by a higher-order function in another user module; compose(f, g)', name: 'closure returned by a higher-order function', args: [7], expected: 21, make: () => multiplyBy(3) },
  { row: 'closure returned by a higher-order function in another user module; compose(f, g)', name: 'compose(f, g)', args: [7], expected: 'v14', make: () => compose(multiplyBy(2), (x) => `v${x}`) },

  { row: scopes, name: 'destructured params', args: [{ a: 1, rest: [2, 3] }], expected: [1, 2, [3], 9], make: () => { const nine = 9; return ({ a, rest: [first, ...others], d = nine }: { a: number; rest: number[]; d?: number }) => [a, first, others, d]; } },
  { row: scopes, name: 'destructured captures', expected: [1, [2, 3]], make: () => { const { a, list: [, ...b] } = { a: 1, list: [0, 2, 3] }; return () => [a, b]; } },
  { row: scopes, name: 'defaults that use captures', expected: 15, make: () => { const base = 5; return (x = base, y = x + base) => x + y; } },
  { row: scopes, name: 'shadowing in params', args: [1], expected: [1, 7], make: () => { const v = 7; const outer = () => v; return (v: number) => [v, outer()]; } },
  { row: scopes, name: 'shadowing in blocks', expected: [2, 7], make: () => { const v = 7; return () => { const seen = []; { const v = 2; seen.push(v); } seen.push(v); return seen; }; } },
  { row: scopes, name: 'shadowing in catch', expected: ['thrown', 7], make: () => { const e = 7; return () => { let caught: unknown; try { throw 'thrown'; } catch (e) { caught = e; } return [caught, e]; }; } },
  { row: scopes, name: 'labels', args: [[[1, 2], [3, -1], [5]]], expected: 6, make: () => { const stop = -1; return (rows: number[][]) => { let sum = 0; outer: for (const row of rows) for (const x of row) { if (x === stop) break outer; sum += x; } return sum; }; } },
  { row: scopes, name: 'switch', args: ['b'], expected: 'two', make: () => { const two = 'two'; return (x: string) => { switch (x) { case 'a': return 'one'; case 'b': { const r = two; return r; } default: return 'none'; } }; } },
  { row: scopes, name: 'try', args: ['{'], expected: ['fallback', 'done'], make: () => { const fallback = 'fallback'; return (x: string) => { const seen: unknown[] = []; try { JSON.parse(x); } catch { seen.push(fallback); } finally { seen.push('done'); } return seen; }; } },

  {
    row: 'object with methods that use this and captures; spread objects',
    name: 'object with methods that use this and captures',
    args: ['x'],
    expected: ['x-!', 'x?'],
    make: () => {
      const dash = '-';
      const o = {
        end: '!',
        norm(s: string) {
          return s + dash + this.end;
        },
        ask: (s: string) => `${s}?`,
      };
      return (s: string) => [o.norm(s), o.ask(s)];
    },
  },
  {
    row: 'object with methods that use this and captures; spread objects',
    name: 'spread objects',
    args: [2],
    expected: [20, 1, 9],
    make: () => {
      const ten = 10;
      const base = { a: 1, b: 2, times: (x: number) => x * ten };
      const o = { ...base, b: 9 };
      return (x: number) => [o.times(x), o.a, o.b];
    },
  },

  { row: self, name: 'arrow in a method', args: [1], expected: 4, make: () => new Job().byMethod() },
  { row: self, name: 'arrow in a field', args: [2], expected: 6, make: () => new Job().scaled },
  { row: self, name: 'arrow from a base class', args: [2], expected: 10, make: () => new DerivedJob().scaled },
  {
    row: self,
    name: 'this and closure in a cycle',
    args: [2],
    expected: [10, true],
    make: () => {
      const job = new DerivedJob();
      const f = (x: number) => [job.scaled(x), job.scaled === job.scaled];
      return Object.assign(job, { f }).f;
    },
  },

  {
    row: 'local mutable state inside the closure; driver-only mutation next to a shipped closure',
    name: 'local mutable state inside the closure',
    args: [[1, 2, 3]],
    expected: [6, 3],
    make: () => (items: number[]) => {
      let sum = 0;
      let count = 0;
      items.forEach((x) => {
        sum += x;
        count++;
      });
      return [sum, count];
    },
  },
  {
    row: 'local mutable state inside the closure; driver-only mutation next to a shipped closure',
    name: 'driver-only mutation next to a shipped closure',
    args: [1],
    expected: 3,
    make: (snapshot) => {
      let seen = 0;
      const note = () => {
        seen += 1;
      };
      note();
      const n = 2;
      const f = snapshot((x: number) => x + n);
      note();
      return seen === 2 ? f : () => 'lost';
    },
  },
  { row: 'functions with own properties', name: 'functions with own properties', args: [4], expected: [2, 'half', { by: 2 }], make: () => { const half = Object.assign((x: number) => x / 2, { label: 'half', meta: { by: 2 } }); return (x: number) => [half(x), half.label, half.meta]; } },

  { row: 'anonymous default export; circular imports', name: 'export default function () {} (anonymous)', args: [1], expected: 1001, make: () => plusThousand },
  { row: 'anonymous default export; circular imports', name: 'circular imports using a hoisted function before its module ran', args: [1], expected: 11, make: () => made },

  {
    row: 'same closure text twice with different captures; user variables that look like helper names',
    name: 'same closure text twice with different captures',
    args: [1],
    expected: [11, 21],
    make: () => {
      const with10 = ((n: number) => (x: number) => x + n)(10);
      const with20 = ((n: number) => (x: number) => x + n)(20);
      return [with10, with20];
    },
  },
  {
    row: 'same closure text twice with different captures; user variables that look like helper names',
    name: 'user variables that look like helper names',
    args: [1],
    expected: 1 + 2 + 3 + 4 + 5,
    make: () => {
      const [__lv, __S, __E$, __sites] = [2, 3, 4, 5];
      return (x: number) => x + __lv + __S + __E$ + __sites;
    },
  },
];
