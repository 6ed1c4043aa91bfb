import { parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { emitted, type SnippetOptions, transformSnippet } from './transform-snippet.ts';

type Row = readonly [title: string, code: string, expected: string];

const optionsFor = (code: string): SnippetOptions => (code.includes('<a') ? { file: 'job.tsx' } : {});

/** `L(f,0,()=>[…])` stands for `__lv(f,__S?.[0],()=>[…])`, `M` for `__lvm`. */
function brief(text: string): string {
  return text
    .replaceAll('__lvm(', 'M(')
    .replaceAll('__lv(', 'L(')
    .replaceAll(/__S\?\.\[(\d+)\]/g, '$1')
    .trim();
}

const DRIVER: readonly Row[] = [
  ['an argument is wrapped', 'rdd.map((x) => x + n);', 'rdd.map(L((x) => x + n,0,()=>[]));'],
  ['captures come sorted from a thunk', 'let b, a; f(() => b + a);', 'let b, a; f(L(() => b + a,0,()=>[a,b]));'],
  [
    'this comes first',
    'class C { m(a) { f(() => this.x + a); } }',
    'class C { m(a) { f(L(() => this.x + a,1,()=>[this,a])); } };L(C,0,()=>[]);',
  ],
  ['a constant is annotated after its statement', 'const f = (x) => x;\ng();', 'const f = (x) => x;;L(f,0,()=>[]);\ng();'],
  ['without a semicolon', 'const f = (x) => x\ng()', 'const f = (x) => x;L(f,0,()=>[]);\ng()'],
  ['exported', 'export const f = (x) => x;', 'export const f = (x) => x;;L(f,0,()=>[]);'],
  ['parenthesised', 'const f = ((x) => x)\n', 'const f = ((x) => x);L(f,0,()=>[]);'],
  ['cast', 'const f = ((x) => x) as F', 'const f = ((x) => x) as F;L(f,0,()=>[]);'],
  [
    'only the last declarator: earlier ones may be used before the statement ends',
    'const f = (x) => x, y = g(f), h = () => 1;',
    'const f = L((x) => x,0,()=>[],"f"), y = g(f), h = () => 1;;L(h,1,()=>[]);',
  ],
  ['in the head of a loop', 'for (const f = () => 1; ; ) ;', 'for (const f = L(() => 1,0,()=>[],"f"); ; ) ;'],
  ['not in a list of statements', 'if (x) var f = () => 1; else g();', 'if (x) var f = L(() => 1,0,()=>[],"f"); else g();'],
  ['in a case', 'switch (x) { case 1: const f = () => 1; }', 'switch (x) { case 1: const f = () => 1;;L(f,0,()=>[]); }'],
  [
    'nested arrows close inside out',
    'const f = (x) => (y) => (z) => x\n',
    'const f = (x) => L((y) => L((z) => x,2,()=>[x]),1,()=>[x]);L(f,0,()=>[]);',
  ],
  [
    'hoisted functions at the start of the block',
    'function g() { a(); function f() {} }',
    'L(g,0,()=>[]);function g() { L(f,1,()=>[]);a(); function f() {} }',
  ],
  [
    'after directives',
    "function g() { 'use strict'\n 'other'; function f() {} }",
    "L(g,0,()=>[]);function g() { 'use strict'\n 'other'; L(f,1,()=>[]);function f() {} }",
  ],
  [
    'in order before a statement that is wrapped',
    '{ (() => f).x; function f() {} }',
    '{ L(f,1,()=>[]);((L(() => f,0,()=>[f]))).x; function f() {} }',
  ],
  [
    'of a switch at the start of each case',
    'switch (x) { case 1: a(); case 2: case 3: function f() {} }',
    'switch (x) { case 1: L(f,0,()=>[]);a(); case 2: case 3: L(f,0,()=>[]);function f() {} }',
  ],
  [
    'exported functions',
    'export function f() {}\nexport default function g() {}',
    'L(f,0,()=>[]);L(g,1,()=>[]);export function f() {}\nexport default function g() {}',
  ],
  ['overloads', 'function f(a: 1): void;\nfunction f(a: any) {}', 'L(f,0,()=>[]);function f(a: 1): void;\nfunction f(a: any) {}'],
  ['classes after their statement', 'export class C {}class D {}', 'export class C {};L(C,0,()=>[]);class D {};L(D,1,()=>[]);'],
  ['decorated before export', '@d export class C {}\ng();', '@d export class C {};L(C,0,()=>[]);\ng();'],
  ['class expressions', 'f(class extends B {});', 'f(L(class extends B {},0,()=>[]));'],
  ['methods', 'f({ m() {}, n: 1, async *o() {} });', 'f(M({ m() {}, n: 1, async *o() {} },[["m",0,()=>[]],["o",1,()=>[]]]));'],
  [
    'methods that a later property may replace are left alone',
    'f({ m() {}, ...r, n() {} });',
    'f(M({ m() {}, ...r, n() {} },[["n",1,()=>[]]]));',
  ],
  ['by a computed key', 'f({ m() {}, [k]: 1 });', 'f({ m() {}, [k]: 1 });'],
  ['by the same key', 'f({ m() {}, m: 1 });', 'f({ m() {}, m: 1 });'],
  ['names: properties', 'f({ a: () => 1 });', 'f({ a: L(() => 1,0,()=>[],"a") });'],
  ['names: assignments', 'f = () => 1;', 'f = L(() => 1,0,()=>[],"f");'],
  ['names: defaults', 'f(({ a = () => 1 }) => a);', 'f(L(({ a = L(() => 1,1,()=>[],"a") }) => a,0,()=>[]));'],
  [
    'names: fields',
    'f(class { g = () => this; #h = () => 1 });',
    'f(L(class { g = L(() => this,1,()=>[this],"g"); #h = L(() => 1,2,()=>[],"#h") },0,()=>[]));',
  ],
  ['names: own names stay', 'f = function g() {};', 'f = L(function g() {},0,()=>[]);'],
  ['names: a static name stays', 'f = class { static name = 1 };', 'f = L(class { static name = 1 },0,()=>[]);'],
  ['calls in place are left alone', '(() => 1)(); (function () {})();', '(() => 1)(); (function () {})();'],
  [
    'new needs parentheses',
    'new class {}(); new class { static B = class {} }.B();',
    'new (L(class {},0,()=>[]))(); new (L(class { static B = L(class {},2,()=>[],"B") },1,()=>[])).B();',
  ],
  ['a base class', 'class C extends class {} {}', 'class C extends L(class {},1,()=>[]) {};L(C,0,()=>[]);'],
  ['default exports: expressions', 'export default () => 1', 'export default L(() => 1,0,()=>[],"default")'],
  ['default exports: classes', 'export default class C {}', 'export default class C {};L(C,0,()=>[]);'],
  [
    'anonymous default function',
    'export default async function /* ( */ * () {}',
    'L(__default,0,()=>[]);export default async function /* ( */ * __default () {};Object.defineProperty(__default,"name",{value:"default",configurable:true});',
  ],
  [
    'anonymous default class',
    'export default class {}',
    'export default class __default {};L(__default,0,()=>[]);;Object.defineProperty(__default,"name",{value:"default",configurable:true});',
  ],
  [
    'anonymous default class with decorators',
    '@d() export default class extends A { static name = 1 }',
    '@d() export default class __default extends A { static name = 1 };L(__default,0,()=>[]);',
  ],
  ['parenthesised default', 'export default (class {})', 'export default (L(class {},0,()=>[],"default"))'],
  [
    'namespaces',
    'namespace N { export const f = () => 1; export function g() {} }',
    'namespace N { L(g,1,()=>[]);export const f = () => 1;;L(f,0,()=>[]); export function g() {} }',
  ],
  ['static blocks', 'class C { static { function f() {} } }', 'class C { static { L(f,1,()=>[]);function f() {} } };L(C,0,()=>[]);'],
  ['hashbang stays first', '#!/usr/bin/env node\r\nf(() => 1)', '#!/usr/bin/env node\r\nf(L(() => 1,0,()=>[]))'],
  ['directives stay first', "'use client'\nf(() => 1)", "'use client'\nf(L(() => 1,0,()=>[]))"],
  ['JSX', 'const f = () => <a b={() => 1}>x</a>;', 'const f = () => <a b={L(() => 1,1,()=>[])}>x</a>;;L(f,0,()=>[]);'],
];

describe('driver output', () => {
  test('the table is complete', () => {
    expect(DRIVER).toHaveLength(46);
  });
  test.each(DRIVER)('%s', (_title, code, expected) => {
    expect(brief(emitted(code, optionsFor(code)))).toBe(expected);
  });

  test('the head: one line, runtime import, tables, imports whose value is used', () => {
    const code = "import a, { b, type C, D } from 'm';\nimport * as n from 'n';\nimport { expect } from 'vitest';\nlet x: D = a(b, n);";
    const { code: output } = transformSnippet(code, { role: 'module', file: 'src/a b.ts' });
    expect(output.split('\n')).toHaveLength(4);
    expect(output.split('\n')[0]).toBe(
      `import {__lv,__lvm,__sites} from "levin/runtime";var __S=__sites("src/a b.ts","file:///project/src/a%20b.ts",[],()=>[["m","default",a],["m","b",b],["n","*",n]],${JSON.stringify(
        transformSnippet(code, { role: 'module' }).meta.exports,
      )},"module");import a, { b, type C, D } from 'm';`,
    );
  });

  test('names never collide with those of the user', () => {
    const { code } = transformSnippet('let __lv, __S, __sites$ = 1; export default () => __lv + __S;');
    expect(code).toContain('import {__lv as __lv$,__lvm,__sites as __sites$$}');
    expect(code).toContain('var __S$=__sites$$(');
  });

  test('a file without statements, a file of comments, a file of directives', () => {
    for (const code of ['', '// nothing', "'use strict'", '#!/usr/bin/env node', 'type A = 1; // only types']) {
      const output = transformSnippet(code).code;
      expect(output).toContain('__sites("job.ts"');
      expect(parses(output)).toBe(true);
    }
  });

  test('a byte order mark stays first', () => {
    expect(transformSnippet('\uFEFFf(() => 1)').code.startsWith('\uFEFFimport {')).toBe(true);
  });
});

describe('executor output of a main file', () => {
  const main = (code: string): string[] =>
    emitted(code, { mode: 'executor' })
      .split('\n')
      .filter((line) => line.startsWith('__def'));

  test('captures are parameters', () => {
    expect(main('const n = 1, m = 2; f(() => n + m);')).toEqual(['__def(#0,function(m,n){return(() => n + m);});']);
  });

  const rows: readonly Row[] = [
    ['names', 'const half = (x: number) => x / 2;', '__def(#0,function(){return({"half":(x: number) => x / 2})["half"];});'],
    [
      'a name that would set a prototype',
      'const __proto__ = (x) => x;',
      '__def(#0,function(){return({["__proto__"]:(x) => x})["__proto__"];});',
    ],
    ['own names', 'f(function g() {});', '__def(#0,function(){return(function g() {});});'],
    ['declarations', 'function f() {}', '__def(#0,function(){function f() {} return f;});'],
    ['exported declarations', 'export default async function f() {}', '__def(#0,function(){async function f() {} return f;});'],
    [
      'anonymous default functions',
      'export default function () {}',
      '__def(#0,function(){return({"default":function () {}})["default"];});',
    ],
    ['methods', 'f({ async m() {} });', '__def(#0,function(){return({async m() {}})["m"];});'],
    ['classes', 'class C { #k = 1 }', '__def(#0,function(){class C { #k = 1 } return C;});'],
    ['decorated classes', '@d export class C {}', '__def(#0,function(){@d class C {} return C;});'],
    ['class expressions', 'const C = class {};', '__def(#0,function(){return({"C":class {}})["C"];});'],
    [
      'two phases for what may be bound later',
      'const f = () => f;',
      '__def(#0,function(f){return({"f":() => f})["f"];},function(){let f;return[(()=>{return({"f":() => f})["f"];})(),(__V)=>{[f]=__V;}];});',
    ],
    [
      'a class in two phases gets at once what its definition needs',
      'const B = 1; class C extends B { m() { return D; } } class D extends C {}',
      '__def(#0,function(B,D){class C extends B { m() { return D; } } return C;},function(__V=[]){let [B,D]=__V;return[(()=>{class C extends B { m() { return D; } } return C;})(),(__V)=>{[B,D]=__V;}];},[],[0]);',
    ],
    [
      'a class that uses itself while it is defined needs everything at once',
      'class C { static zero = new C(); m() { return late; } } const late = 1;',
      '__def(#0,function(late){class C { static zero = new C(); m() { return late; } } return C;});',
    ],
    [
      'a function whose name got another value must not bind it',
      'function f(x) { return f(x); } f = g(f);',
      '__def(#0,function(f){return({"f":function (x) { return f(x); }})["f"];},function(){let f;return[(()=>{return({"f":function (x) { return f(x); }})["f"];})(),(__V)=>{[f]=__V;}];});',
    ],
  ];
  test.each(rows)('%s', (_title, code, expected) => {
    expect(main(code)[0]).toBe(expected);
  });

  test('the body is dropped; side effects, lazy imports and factories are left', () => {
    const code = `import { Context } from 'levin';
import 'levin/register';
import './side.ts';
import d, { a as b, unused, type T } from 'm';
import * as n from 'n';
import j from './j.json' with { type: 'json' };
import type { U } from 'u';
const lv = await Context.create();
lv.map((x: T) => b(x) + n.y).filter(() => d).map(() => j);
console.log('never');`;
    expect(emitted(code, { mode: 'executor', driverOnly: ['levin', /^levin\//] })).toBe(`
import './side.ts';
let d,b,n,j;
__lazy("job.ts",{"m":[()=>import("m"),(__V)=>{d=__V["default"];b=__V["a"];}],"n":[()=>import("n"),(__V)=>{n=__V;}],"./j.json":[()=>import("./j.json",{with:{"type":"json"}}),(__V)=>{j=__V["default"];}]});
__def(#0,function(){return((x: T) => b(x) + n.y);},0,["m","n"]);
__def(#1,function(){return(() => d);},0,["m"]);
__def(#2,function(){return(() => j);},0,["./j.json"]);
`);
  });

  test('a bundler may point the imports elsewhere', () => {
    const { code } = transformSnippet("import { b, a } from 'm'; f(() => a + b);", {
      mode: 'executor',
      lazySpec: (source, names) => `virtual:${source}?${names.join()}`,
    });
    expect(code).toContain('"m":[()=>import("virtual:m?a,b"),');
  });
});

describe('executor output of an imported module', () => {
  test('the text stays, what is reached by name and the factories of the rest follow', () => {
    const code = `import { c } from 'm';\nexport const f = (x) => () => x + c;\nexport default class {}\n// the end`;
    expect(emitted(code, { mode: 'executor', role: 'module' })).toBe(`import { c } from 'm';
export const f = (x) => () => x + c;
export default class __default {};Object.defineProperty(__default,"name",{value:"default",configurable:true});
// the end
;
__refs("job.ts",{"f":()=>f,"__default":()=>__default},()=>[["m","c",c]]);
__def(#1,function(x){return(() => x + c);});
`);
  });
});

function parses(code: string): boolean {
  return parseSync('a.ts', code, { lang: 'ts', sourceType: 'module' }).errors.length === 0;
}
