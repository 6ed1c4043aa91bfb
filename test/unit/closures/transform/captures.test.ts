import { describe, expect, test } from 'vitest';
import { capturesOf, transformSnippet } from './transform-snippet.ts';

type Row = readonly [title: string, code: string, expected: string];

const MAIN: readonly Row[] = [
  ['a local and a top-level variable', 'const a = 1; function f(b) { return () => a + b; }', 'f: a; function: a b'],
  ['imports and globals are reached by code', "import { x } from 'm'; const f = () => x + Math.PI;", 'f:'],
  ['own parameters and locals are not captured', 'const f = (x) => { const y = x; return () => x + y; };', 'f:; function: x y'],
  ['what only an inner function uses is captured by both', 'const n = 1; const f = () => () => n;', 'f: n; function: n'],
  ['names are sorted', 'const c = 1, a = 2, b = 3; const f = () => [c, a, b];', 'f: a b c'],
  ['types capture nothing', 'const n = 1; const f = (x: typeof n): x is 1 => x as typeof n;', 'f:'],
  ['a function declaration does not capture itself', 'function f() { return f; }', 'f:'],
  ['its inner functions do', 'function f() { return () => f; }', 'f:; function: f'],
  ['unless its name got another value', 'function f() { return f; } f = g(f);', 'f: f'],
  ['a class does not capture itself', 'class C { m() { return C; } }', 'C:'],
  ['a named function expression does not capture itself', 'const f = function g() { return g; };', 'g:'],
  ['an arrow in a constant captures the constant', 'const f = () => f;', 'f: f'],
  ['mutual recursion', 'const f = () => g, g = () => f;', 'f: g; g: f'],
  ['heritage, computed keys and decorators', 'const b = 1, k = 2, d = 3; @d class C extends b { [k]() {} }', 'C: b d k'],
  ['defaults of parameters', 'const d = 1; const f = (x = d) => x;', 'f: d'],
  ['defaults do not see the body', 'const x = 1; const f = (y = () => x) => { var x = 2; };', 'f: x; y: x'],
  ['this of an enclosing method', 'class C { m() { return () => this; } }', 'C:; function: this'],
  ['through nested arrows', 'class C { m() { return () => () => this.x; } }', 'C:; function: this; function: this'],
  ['a function of its own does not', 'class C { m() { return () => function () { return this; }; } }', 'C:; function:; function:'],
  ['field initialisers own this', 'class C { f = () => this.x; static g = () => this; }', 'C:; f: this; g: this'],
  ['static blocks own this', 'class C { static { g(() => this); } }', 'C:; function: this'],
  ['this in heritage is that of the scope around', 'function f() { return class extends this.B { [this.k]() {} }; }', 'f:; class: this'],
  ['this at the top level is nothing to capture', 'const f = () => this;', 'f:'],
  ['object methods own this', 'const n = 1; const o = { m() { return this.x + n; }, f: () => n };', 'm: n; f: n'],
  [
    'getters, setters and computed methods belong to no site',
    "const n = 1; f({ get g() { return n; }, set g(x) {}, ['k']() { return n; } });",
    '',
  ],
  ['class methods belong to the class', 'const n = 1; class C { m() { return n; } get g() { return n; } }', 'C: n'],
  ['functions called in place are no sites', 'const n = 1; (() => () => n)(); (function () {})(); (async () => {})();', 'function: n'],
  ['even through a cast', '(function () {} as any)();', ''],
  ['functions that are arguments are', 'const n = 1; rdd.map((x) => x + n);', 'function: n'],
  ['blocks and loops', 'for (const x of y) { const z = x; f(() => x + z); }', 'function: x z'],
  ['switch', 'switch (y) { case 1: const z = 1; default: f(() => z); }', 'function: z'],
  ['catch', 'try {} catch (e) { f(() => e); }', 'function: e'],
  ['enums and namespaces', 'enum E { A } namespace N { export const x = 1; } const f = () => E.A + N.x;', 'f: E N'],
  ['variables of a namespace', 'namespace N { const x = 1; export const f = () => x; }', 'f: x'],
  ['using', '{ using u = g(); f(() => u); }', 'function: u'],
  ['destructuring', 'const { a, b: [c] } = o; const f = () => a + c;', 'f: a c'],
  ['arguments to new', 'const a = 1; const f = () => new C(a, ...[a]);', 'f: a'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
  ['templates, tags, spread, optional chains', 'const t = 1, a = 2, s = 3, o = 4; const f = () => t`${a}` + [...s] + o?.x;', 'f: a o s t'],
  ['typeof of a variable', 'const a = 1; const f = () => typeof a;', 'f: a'],
  ['shorthand properties', 'const a = 1; const f = () => ({ a });', 'f: a'],
  ['JSX', 'const A = 1, x = 2; const f = () => <A b={x}><p /></A>;', 'f: A x'],
];

const MODULE: readonly Row[] = [
  ['the top level is reached by code', 'const a = 1; export const f = () => a; g(() => a);', 'f:; function:'],
  ['blocks of the top level are not', '{ const a = 1; g(() => a); }', 'function: a'],
  ['nor are namespaces', 'namespace N { const a = 1; g(() => a); }', 'function: a'],
  ['locals of functions are captured', 'export function f(a) { return () => a; }', 'f:; function: a'],
  ['the inner name of a top-level class is the class', 'export class C { m() { return () => C; } }', 'C:; function:'],
  ['of an inner class it is captured', 'function f() { class C { m() { return () => C; } } }', 'f:; C:; function: C'],
];

describe('captures', () => {
  test('tables are complete', () => {
    expect([MAIN.length, MODULE.length]).toEqual([41, 6]);
  });
  test.each(MAIN)('main: %s', (_title, code, expected) => {
    expect(capturesOf(code, { file: code.includes('<A') ? 'job.tsx' : 'job.ts' })).toBe(expected);
  });
  test.each(MODULE)('module: %s', (_title, code, expected) => {
    expect(capturesOf(code, { role: 'module' })).toBe(expected);
  });
});

describe('sites', () => {
  const names: readonly Row[] = [
    ['declarations', 'function f() {} class C {}', 'f C'],
    ['declarators', 'const f = () => 1, C = class {};', 'f C'],
    ['assignments', 'f = () => 1; g ||= () => 2; o.h = () => 3; i += () => 4;', 'f g null null'],
    ['defaults', '((a = () => 1, { b = () => 2, c: [d = class {}] } = {}) => 1)();', 'a b d'],
    ['properties', "({ a: () => 1, 'b c': () => 2, 3: () => 3, [x]: () => 4, __proto__: () => 5 });", 'a b c 3 null null'],
    ['methods', "({ a() {}, 'b'() {}, 1() {} });", 'a b 1'],
    ['fields', 'class C { f = () => 1; #g = () => 2; static h = () => 3; }', 'C f #g h'],
    ['default exports', 'export default () => 1;', 'default'],
    ['through casts', 'const f = (() => 1) as F; const g = <G>(() => 2);', 'f g'],
    ['own names win', 'const f = function g() {};', 'g'],
    ['arguments have none', 'f(() => 1);', 'null'],
  ];
  test.each(names)('names: %s', (_title, code, expected) => {
    expect(
      transformSnippet(code)
        .meta.sites.map(({ name }) => String(name))
        .join(' '),
    ).toBe(expected);
  });

  test('kind, position, async', () => {
    const { sites } = transformSnippet('\n  async function f() {}\n@d export class C {}\nconst o = { async *m() {} };').meta;
    expect(sites.map(({ kind, line, column, async }) => [kind, line, column, async])).toEqual([
      ['function', 2, 3, true],
      ['class', 3, 1, false],
      ['method', 4, 13, true],
    ]);
  });

  const references: readonly (readonly [title: string, code: string, expected: readonly (string | null)[]])[] = [
    ['declarations and constants', 'export function f() {} class C {} export const g = () => 1, h = function () {};', ['f', 'C', 'g', 'h']],
    ['through a cast', 'const f = (() => 1) as F;', ['f']],
    ['default exports', 'export default function f() {}', ['f']],
    ['anonymous default exports get a name', 'export default function () {}', ['__default']],
    ['default expressions travel by value', 'export default () => 1;', [null]],
    ['reassigned variables travel by value', 'let f = () => 1; f = g; function h() {} h = g;', [null, null]],
    ['variables that are never reassigned do not', 'let f = () => 1; var g = () => 2;', ['f', 'g']],
    ['inner functions travel by value', 'function f() { const g = () => 1; }', ['f', null]],
    ['loop heads and blocks', 'for (const f = () => 1; ; ) {} { const g = () => 2; }', [null, null]],
    ['destructuring', 'const { f } = { f: () => 1 };', [null]],
    ['methods', 'const o = { m() {} };', [null]],
    ['namespaces merge', 'function f() {} namespace f { export const a = 1; }', ['f']],
  ];
  test.each(references)('by reference: %s', (_title, code, expected) => {
    expect(transformSnippet(code, { role: 'module' }).meta.sites.map(({ ref }) => ref)).toEqual(expected);
    expect(transformSnippet(code).meta.sites.map(({ ref }) => ref)).toEqual(expected.map(() => null));
  });
});
