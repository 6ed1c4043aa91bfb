import { createHash } from 'node:crypto';
import * as _ from 'lodash-es';
import { camelCase, capitalize } from 'lodash-es';
import type { ClosureCase } from './closure-case.ts';
import { args } from './lib/cli-args.ts';
import { setThreshold, threshold as libraryThreshold } from './lib/threshold.ts';

const packages = 'lodash namespace and named imports, node:crypto; map(capitalize), map(_.toUpper)';
const builtins = 'map(Number), map(Math.sqrt), map(parseInt), filter(Boolean), map(JSON.stringify)';
const kinds = 'async closures, generators, async generators, for await, dynamic import(), import.meta';

const verbose = args.includes('--verbose');
const awaited = await Promise.resolve(['from', 'top-level await']);
let threshold = 1;
threshold = 5;

async function* slowly(n: number): AsyncGenerator<number> {
  for (let i = 0; i < n; i += 1) yield await Promise.resolve(i);
}

export const cases: readonly ClosureCase[] = [
  { row: packages, name: 'lodash namespace', args: [['a', 'b', 'c', 'd']], expected: [['a', 'b', 'c'], ['d']], make: () => (x: string[]) => _.chunk(x, 3) },
  { row: packages, name: 'lodash named imports', args: ['foo bar'], expected: 'fooBar', make: () => (x: string) => camelCase(x) },
  {
    row: packages,
    name: 'node:crypto inside closures',
    args: ['a'],
    expected: '0cc175b9c0f1b6a831c399e269772661',
    make: () => (x: string) => createHash('md5').update(x).digest('hex'),
  },
  { row: packages, name: 'map(capitalize)', args: ['fRED'], expected: 'Fred', make: () => capitalize },
  { row: packages, name: 'map(_.toUpper)', args: ['shout'], expected: 'SHOUT', make: () => _.toUpper },

  { row: builtins, name: 'map(Number)', args: ['12.5'], expected: 12.5, make: () => Number },
  { row: builtins, name: 'map(Math.sqrt)', args: [81], expected: 9, make: () => Math.sqrt },
  { row: builtins, name: 'map(parseInt)', args: ['42px'], expected: 42, make: () => parseInt },
  { row: builtins, name: 'filter(Boolean)', args: [''], expected: false, make: () => Boolean },
  { row: builtins, name: 'map(JSON.stringify)', args: [{ a: [1] }], expected: '{"a":[1]}', make: () => JSON.stringify },

  { row: kinds, name: 'async closure', args: [1], expected: 3, make: () => { const two = 2; return async (x: number) => (await Promise.resolve(x)) + two; } },
  { row: kinds, name: 'generator', args: [3], expected: [0, 10, 20], make: () => { const ten = 10; return function* (n: number) { for (let i = 0; i < n; i += 1) yield i * ten; }; } },
  { row: kinds, name: 'async generator', args: [2], expected: ['0!', '1!'], make: () => { const end = '!'; return async function* (n: number) { for (let i = 0; i < n; i += 1) yield (await Promise.resolve(i)) + end; }; } },
  {
    row: kinds,
    name: 'for await',
    args: [4],
    expected: 6,
    make: () => async (n: number) => {
      let sum = 0;
      for await (const x of slowly(n)) sum += x;
      return sum;
    },
  },
  { row: kinds, name: 'dynamic import()', expected: [42, 'b'], make: () => async () => [(await import('./lib/limits.ts')).LIMIT, (await import('node:path')).basename('a/b')] },
  { row: kinds, name: 'import.meta', expected: ['string', true], make: () => () => [typeof import.meta.url, import.meta.url.startsWith('file:')] },

  { row: 'top-level await value, reassigned top-level let of the main file', name: 'top-level await value', expected: 'from top-level await', make: () => () => awaited.join(' ') },
  { row: 'top-level await value, reassigned top-level let of the main file', name: 'reassigned top-level let of the main file', args: [7], expected: [true, 5], make: () => (x: number) => [x > threshold, threshold] },

  {
    row: 'fn.name kept; error shows the user’s line',
    name: 'fn.name kept',
    expected: ['half', 'named', 'assigned', 'method', 'Klass'],
    minified: { view: (names: string[]) => [names.length, names[3]], expected: [5, 'method'] },
    make: () => {
      const half = (x: number) => x / 2;
      function named(): void {}
      const holder = { assigned: () => 1, method() {} };
      class Klass {}
      return () => [half.name, named.name, holder.assigned.name, holder.method.name, Klass.name];
    },
  },
  {
    row: 'fn.name kept; error shows the user’s line',
    name: 'an error thrown on the executor shows the user’s file, line and column',
    args: ['bad'],
    expected: 'imports.job.ts:82:17',
    make: () => {
      const reason = 'broken: ';
      return (x: string) => {
        try {
          throw new Error(reason + x);
        } catch (error) {
          return /[\w.]+\.ts:\d+:\d+/.exec((error as Error).stack ?? '')?.[0];
        }
      };
    },
  },
  {
    row: 'a main-file import used only by driver code is not evaluated on the executor',
    name: 'a main-file import used only by driver code is not evaluated on the executor',
    expected: ['undefined', true],
    unshipped: ['boolean', true],
    make: () => () => [typeof (globalThis as { cliArgsWasEvaluated?: boolean }).cliArgsWasEvaluated, verbose],
  },
  {
    row: 'warning: a module’s variable is reassigned at run time',
    name: 'executors see the initial value of a module’s variable, and the call warns',
    args: [3],
    expected: [true, 1],
    unshipped: [false, 5],
    warning:
      'The function passed to rdd.map() uses the variable `threshold` of lib/threshold.ts, which is reassigned at run time: executors see its initial value. Capture the value in a constant and use that.',
    make: () => {
      setThreshold(5);
      return (x: number) => [x > libraryThreshold, libraryThreshold];
    },
  },
];
