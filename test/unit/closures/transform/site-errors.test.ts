import { describe, expect, test } from 'vitest';
import { transformSnippet } from './transform-snippet.ts';

/** First error of each site, null where nothing stands against shipping. */
function errorsOf(code: string, role: 'main' | 'module' = 'main') {
  return transformSnippet(code, { role }).meta.sites.map(({ error }) => error);
}

describe('sites that can never be shipped', () => {
  test('an assigned capture, with message, position and frame', () => {
    const code = 'let count = 0;\nrdd.map((x) => {\n  count++;\n  return x;\n});';
    expect(errorsOf(code)).toEqual([
      {
        code: 'ASSIGNS_CAPTURE',
        message:
          'function (job.ts:2:9) assigns the captured variable `count`. The assignment would change a copy on the executor and be lost. Add to an accumulator (lv.longAccumulator()), or return the value from an action, for example with reduce().',
        line: 3,
        column: 3,
        frame: '  2 | rdd.map((x) => {\n> 3 |   count++;\n    |   ^^^^^\n  4 |   return x;',
      },
    ]);
  });

  const messages: readonly (readonly [title: string, code: string, errorCode: string, message: string, at: string])[] = [
    [
      'arguments',
      'function f() {\n  return rdd.map(() => arguments.length);\n}',
      'ARGUMENTS',
      'function (job.ts:2:18) uses `arguments` of the enclosing function. Use rest parameters instead: (...args) => args.length.',
      '2:24',
    ],
    [
      'super',
      'class C extends B {\n  m() {\n    return rdd.map(() => super.m());\n  }\n}',
      'SUPER',
      'function (job.ts:3:20) uses `super` of the enclosing method; such a function cannot be rebuilt. Call a method through `this` instead.',
      '3:26',
    ],
    [
      'new.target',
      'function f() {\n  return rdd.map(() => new.target);\n}',
      'NEW_TARGET',
      'function (job.ts:2:18) uses `new.target` of the enclosing function. Copy it into a local constant first.',
      '2:24',
    ],
    [
      'direct eval',
      "const half = (x) =>\n  eval('x / 2');",
      'DIRECT_EVAL',
      'function half (job.ts:1:14) calls eval() directly: the variables its code would use cannot be seen. Use (0, eval)(…), or write the code as a function.',
      '2:3',
    ],
    [
      'a private name',
      'class Secret {\n  #k = 1;\n  m() {\n    return rdd.map((x) => x + this.#k);\n  }\n}',
      'PRIVATE_NAME',
      'function (job.ts:4:20) uses private #k outside of its class body; such a function cannot be rebuilt. Copy the value into a local constant first.',
      '4:36',
    ],
    [
      'something that exists only on the driver',
      "import { expect } from 'vitest';\nrdd.foreach((x) => expect(x).toBe(1));",
      'DRIVER_ONLY',
      "function (job.ts:2:13) uses `expect` from 'vitest', which exists only on the driver. Return the value from an action and use it there.",
      '2:20',
    ],
    [
      'await in the head of a class',
      'async function f() {\n  return class A extends (await g()) {};\n}',
      'AWAIT_IN_CLASS',
      'class A (job.ts:2:10) uses `await` of the enclosing function in its class head. Put the value into a local constant first.',
      '2:27',
    ],
  ];
  test.each(messages)('%s', (_title, code, errorCode, message, at) => {
    const error = errorsOf(code).findLast((found) => found !== null);
    expect(error).toMatchObject({ code: errorCode, message });
    expect(`${error?.line}:${error?.column}`).toBe(at);
  });

  const codes: readonly (readonly [title: string, code: string, expected: readonly (string | null)[]])[] = [
    ['in a nested callback: both', 'let n = 0; f(() => g(() => n++));', ['ASSIGNS_CAPTURE', 'ASSIGNS_CAPTURE']],
    ['a local of the shipped function: only the inner one', 'f(() => { let n = 0; g(() => n++); return n; });', [null, 'ASSIGNS_CAPTURE']],
    ['through a pattern', 'let a; f(() => { [a] = x; });', ['ASSIGNS_CAPTURE']],
    ['in a loop head', 'let a; f(() => { for (a of x); });', ['ASSIGNS_CAPTURE']],
    ['in a method of a class', 'let n = 0; class C { m() { n = 1; } }', ['ASSIGNS_CAPTURE']],
    ['a parameter of its own', 'f((x) => { x = 1; });', [null]],
    ['a member of a capture', 'const o = {}; f(() => { o.x = 1; });', [null]],
    ['assigned by the driver only', 'let n = 0; n = 1; f(() => n);', [null]],
    ['own arguments', 'f(function () { return arguments; });', [null]],
    ['arguments through nested arrows', 'function f() { g(() => () => arguments); }', [null, 'ARGUMENTS', 'ARGUMENTS']],
    ['super in the class itself', 'class C extends B { m() { return super.m(); } }', [null]],
    ['super in a method of an object', 'const o = { m() { return super.m(); } };', ['SUPER']],
    ['super in a field', 'class C extends B { f = () => super.m(); }', [null, 'SUPER']],
    ['own new.target', 'f(function () { return new.target; });', [null]],
    ['indirect eval', "f(() => (0, eval)('1'));", [null]],
    ['eval further in', "f(() => () => eval('1'));", ['DIRECT_EVAL', 'DIRECT_EVAL']],
    ['private names in their class', 'class C { #k = 1; has(o) { return #k in o; } }', [null]],
    ['a private check in an arrow', 'class C { #k = 1; m() { return (o) => #k in o; } }', [null, 'PRIVATE_NAME']],
    [
      'private names of an inner class',
      'class A { #k; m() { return () => class { #k = 1; m() { return this.#k; } }; } }',
      [null, null, null],
    ],
    ['types from a driver-only module', "import { type Context, RDD } from 'levin'; f((x: Context): RDD => x);", [null]],
    ['what levin has for tasks', "import { TaskContext } from 'levin'; f(() => TaskContext.get());", [null]],
    ['a namespace of one', "import * as v from 'vitest'; f(() => v.expect(1));", ['DRIVER_ONLY']],
    ['a default import of one', "import test from 'node:test'; f(() => g(() => test));", ['DRIVER_ONLY', 'DRIVER_ONLY']],
    ['others', "import { x } from 'levinson'; f(() => x);", [null]],
    ['yield in the head of a class', 'function* f() { g(class { [yield 1]() {} }); }', [null, 'AWAIT_IN_CLASS']],
    ['await in a shipped function', 'f(async () => { await g(); });', [null]],
  ];
  test.each(codes)('%s', (_title, code, expected) => {
    expect(errorsOf(code).map((error) => error?.code ?? null)).toEqual(expected);
  });

  test('by reference only what is missing on executors counts', () => {
    const code = "import { expect } from 'vitest'; let n = 0; export function f() { n++; eval('1'); } export function g() { expect(1); }";
    expect(errorsOf(code, 'module').map((error) => error?.code ?? null)).toEqual([null, 'DRIVER_ONLY']);
  });

  test('no factory is emitted for them', () => {
    const code = 'class C { #k = 1; m() { return () => this.#k; } }';
    expect(transformSnippet(code, { mode: 'executor' }).code.match(/__def\(/g)).toHaveLength(1);
  });
});

describe('traits', () => {
  const traits: readonly (readonly [code: string, uses: string, env?: string])[] = [
    ['f(() => Math.random());', 'Math.random'],
    ['f(() => Math.floor(1));', ''],
    ['f(() => { const { random } = Math; });', 'Math.random'],
    ['f(() => { const { floor } = Math; });', ''],
    ['f(() => g(Math));', 'Math.random'],
    ['f(() => Date.now());', 'Date'],
    ['f(() => new Date());', 'Date'],
    ['f(() => Date());', 'Date'],
    ['f((x) => new Date(x));', ''],
    ['f((x) => Date.UTC(x) + Date.parse(x));', ''],
    ['f((x) => x instanceof Date);', ''],
    ['f(() => performance.now());', 'performance'],
    ['f(() => crypto.randomUUID());', 'crypto.randomUUID'],
    ['f((a) => crypto.getRandomValues(a));', 'crypto.getRandomValues'],
    ["f(() => crypto.createHash('sha256'));", ''],
    ["import { randomUUID, createHash } from 'node:crypto'; f(() => createHash('x')); f(() => randomUUID());", '; crypto.randomUUID'],
    ["import * as c from 'crypto'; f(() => c.randomBytes(1));", 'crypto.randomBytes'],
    ["import c from 'node:crypto'; f(() => c.randomInt(1));", 'crypto.randomInt'],
    ["f(() => fetch('x'));", 'fetch'],
    ['f(() => globalThis.fetch());', 'fetch'],
    ['f(() => process.pid);', 'process'],
    ['f(() => process.env.HOME);', 'process', 'HOME'],
    ["f(() => process.env['A'] + process.env.B);", 'process', 'A B'],
    ['f((x) => process.env[x]);', 'process', '*'],
    ['f(() => { const { A, B: b } = process.env; });', 'process', 'A B'],
    ['f(() => { const { A, ...rest } = process.env; });', 'process', '* A'],
    ["import { env } from 'node:process'; f(() => env.A);", 'process', 'A'],
    ["import process from 'node:process'; f(() => process.env.A);", 'process', 'A'],
    ["import { readFileSync } from 'node:fs'; f(() => readFileSync('x'));", 'fs'],
    ["import fs from 'fs/promises'; f(() => fs.readFile('x'));", 'fs'],
    [
      "import * as n from 'node:net'; import h from 'node:http'; import { exec } from 'node:child_process'; f(() => [n, h, exec]);",
      'child_process http net',
    ],
    ["f(() => import('node:fs'));", 'fs'],
    ['f(() => g(() => Math.random()));', 'Math.random; Math.random'],
    ['let Math; f(() => Math.random());', ''],
    ['class C { at = Date.now(); }', 'Date'],
  ];
  test.each(traits.map(([code, uses, env = '']) => [code, uses, env] as const))('%s', (code, uses, env) => {
    const { sites } = transformSnippet(code).meta;
    expect(sites.map((site) => site.uses.join(' ')).join('; ')).toBe(uses);
    expect(
      sites
        .map((site) => site.env.join(' '))
        .join('; ')
        .replace(/^; $/, ''),
    ).toBe(env);
  });

  test('a module: what a function reaches by code counts too, also through other functions', () => {
    const code =
      'let limit = 1; export function setLimit(n) { limit = n; } const now = () => Date.now(); export const f = (x) => x < limit && now(); export const g = (x) => x;';
    const { sites, exports } = transformSnippet(code, { role: 'module' }).meta;
    const shown = Object.fromEntries(sites.map(({ name, uses, mutable }) => [name, [uses, mutable]]));
    expect(shown).toEqual({ setLimit: [[], ['limit']], now: [['Date'], []], f: [['Date'], ['limit']], g: [[], []] });
    const { limit, g } = exports;
    expect([limit?.[2], g?.[2]]).toEqual([{ uses: [], env: [], mutable: ['limit'] }, undefined]);
  });

  test('unknown globals are named with their place and site; known, ambient and tested ones are not', () => {
    const code =
      'declare const known: number;\nouter();\nconst f = (x) => known + Math.PI + typeof maybe + (() => nope(x))();\nf(function () { return arguments; });';
    expect(transformSnippet(code).meta.unknownGlobals).toEqual([{ name: 'nope', line: 3, column: 58, siteIndex: 0 }]);
  });
});
