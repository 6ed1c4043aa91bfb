import { parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import type { Reference } from '../../../../engine/closures/transform/scope-model.ts';
import { resolveScopes } from '../../../../engine/closures/transform/scopes.ts';

/**
 * What each identifier means: `x3=x1` says that the third word `x` of the snippet is the variable declared by the first.
 * `!` marks a write, `+!` a read and write. Globals are `name=global`. Only listed names are compared, in source order.
 */
const SNIPPETS: readonly (readonly [title: string, code: string, expected: string])[] = [
  ['a block shadows', 'let x = 1; { let x = 2; f(x); } f(x);', 'x3=x2 x4=x1'],
  ['a declaration is visible before its place', 'f(x); const x = 1;', 'x1=x2'],
  ['a function declaration is hoisted in its block', '{ f(); function f() {} } f();', 'f1=f2 f3=global'],
  ['var belongs to the function', 'function g() { { var x = 1; } return x; } x;', 'x2=x1 x3=global'],
  ['var in a static block stays there', 'class C { static { var x = 1; x; } } x;', 'x2=x1 x3=global'],
  ['an initialiser is not a write', 'let x = 1; var y = x;', 'x2=x1'],
  ['assignment is a write', 'let x; x = 1;', 'x2=x1!'],
  ['compound assignment reads and writes', 'let x = 0; x += 1; x ??= 2;', 'x2=x1+! x3=x1+!'],
  ['increment reads and writes', 'let x = 0; x++; --x;', 'x2=x1+! x3=x1+!'],
  ['writes through a cast', 'let x; (x as any) = 1; x! = 2; (x satisfies unknown) = 3;', 'x2=x1! x3=x1! x4=x1!'],
  ['writes through array patterns', 'let x, y; [x, [y = x]] = z;', 'x2=x1! y2=y1! x3=x1'],
  ['writes through object patterns', 'let x, k; ({ [k]: x, ...k } = z);', 'k2=k1 x2=x1! k3=k1!'],
  ['shorthand in an object pattern is a write', 'let x; ({ x } = z);', 'x2=x1!'],
  ['a member is not a write of its object', 'let x; x.y = 1; [x.y] = z;', 'x2=x1 x3=x1'],
  ['for-of head writes an outer variable', 'let x; for (x of z) x;', 'x2=x1! x3=x1'],
  ['for-in head writes a member', 'let x; for (x.y in z);', 'x2=x1'],
  ['for-of declares for its body', 'for (const x of z) x; x;', 'x2=x1 x3=global'],
  ['for-of reads its own uninitialised variable', 'let x; for (const x of x);', 'x3=x2'],
  ['for declares for head and body', 'for (let x = 0; x < 1; x++) x; x;', 'x2=x1 x3=x1+! x4=x1 x5=global'],
  ['switch cases share one scope', 'switch (x) { case 1: let x; case x: x; }', 'x1=global x3=x2 x4=x2'],
  ['a catch variable shadows', 'let x; try {} catch (x) { x; } x;', 'x3=x2 x4=x1'],
  ['a catch pattern declares', 'try {} catch ({ x = y }) { x; }', 'y1=global x2=x1'],
  ['labels are not references', 'x: for (;;) { break x; continue x; }', ''],
  ['keys are not references', 'let x; ({ x: 1, y: x }); x.x; class C { x = x; x() {} }', 'x3=x1 x4=x1 x7=x1'],
  ['computed keys are', 'let x; ({ [x]: 1 }); y[x]; class C { [x] = 1; [x]() {} }', 'x2=x1 y1=global x3=x1 x4=x1 x5=x1'],
  ['shorthand properties are', 'let x; ({ x });', 'x2=x1'],
  ['private names are not references', 'class C { #x = 1; has(o) { return #x in o && o.#x; } }', 'o2=o1 o3=o1'],
  ['parameters', 'function f(x, { y, z: [w] }, ...r) { return x + y + w + r; }', 'x2=x1 y2=y1 w2=w1 r2=r1'],
  ['defaults see earlier parameters', '((x, y = x) => y)(1);', 'x2=x1 y2=y1'],
  ['defaults do not see variables of the body', 'let x; function f(y = () => x) { var x = 1; return x; }', 'x2=x1 x4=x3'],
  ['a body var with the name of a parameter is the parameter', 'function f(x, y = 1) { var x = 2; return x; }', 'x3=x1'],
  ['a named function expression knows itself', 'const f = function g() { return g; }; g;', 'g2=g1 g3=global'],
  ['its name may be shadowed by a parameter', '(function g(g) { return g; });', 'g3=g2'],
  ['a class has an inner name', 'class C { m() { return C; } } C;', 'C2=C1 C3=C1'],
  ['a class expression names itself inside only', 'const D = class C { m() { return C; } }; C;', 'C2=C1 C3=global'],
  ['heritage and computed keys see the inner name', 'class C extends f(C) { [C.k]() {} }', 'C2=C1 C3=C1'],
  ['field initialisers', 'let x; class C { a = x; static b = x; }', 'x2=x1 x3=x1'],
  ['decorators see the scope around', 'let x; @x class C { @x m(@x x) {} @x f = 1; }', 'x2=x1 x3=x1 x4=x1 x6=x1'],
  ['parameter properties', 'class C { constructor(private x = 1, readonly y = x) { x + y; } }', 'x2=x1 x3=x1 y2=y1'],
  ['`this` as a parameter is a type', 'function f(this: T, x) { return x; }', 'x2=x1'],
  ['type annotations are no references', 'let x: T; function f<T extends U>(y: T): x is V { return y as W; }', 'y2=y1'],
  ['typeof in a type is no reference', 'const x = 1; type T = typeof x; let y: typeof x = x;', 'x4=x1'],
  ['implements and type arguments are no references', 'class C<T> extends B<T> implements I {} f<X>(1);', 'B1=global f1=global'],
  ['interfaces and type aliases declare nothing', 'interface x { y: z } type w = x; x;', 'x3=global'],
  [
    'declare declares nothing',
    'declare const x: number; declare function f(): void; declare class C {} x; f(); C;',
    'x2=global f2=global C2=global',
  ],
  ['type imports declare nothing', "import type { x } from 'm'; import { type y, z } from 'm'; x; y; z;", 'x2=global y2=global z2=z1'],
  ['imports', "import d, { a as b, 'c c' as e } from 'm'; import * as n from 'm'; d; a; b; e; n.x;", 'd2=d1 a2=global b2=b1 e2=e1 n2=n1'],
  ['local exports are references, re-exports are not', "let x; export { x as y }; export { x } from 'm'; export * as z from 'm';", 'x2=x1'],
  ['export default', 'let x; export default x;', 'x2=x1'],
  ['overloads', 'function f(a: 1): void; function f(a: any) { return a; } f(1);', 'a3=a2 f3=f2'],
  ['enum members see each other and the enum', 'let A; enum E { A = 1, B = A, C = E.A } A;', 'A3=A2 E2=E1 A5=A1'],
  ['namespaces', 'namespace N { export const x = 1; x; } x; N.x;', 'x2=x1 x3=global N2=N1'],
  ['dotted namespaces', 'namespace A.B { export const x = 1; B; } A.B.x; B;', 'B2=B1 A2=A1 B4=global'],
  ['import equals', 'namespace N { export const a = 1 } import x = N.a; x;', 'N2=N1 x2=x1'],
  ['casts, non-null and satisfies are looked through', 'let x; (x as T).a; x!.b; (x satisfies U).c; <T>x;', 'x2=x1 x3=x1 x4=x1 x5=x1'],
  ['new with arguments', 'let x; new f(...x, x);', 'x2=x1 x3=x1'],
  ['nested arrows', '(x) => (y) => (z) => x + y + z;', 'x2=x1 y2=y1 z2=z1'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
  ['templates and tags', 'let x; x`a${x}`;', 'x2=x1 x3=x1'],
  ['optional chains', 'let x; x?.y?.[x]?.(x);', 'x2=x1 x3=x1 x4=x1'],
  ['meta properties are no references', 'function f() { new.target; import.meta.x; }', ''],
  ['dynamic import', 'let x; import(x);', 'x2=x1'],
  ['object methods, getters and setters', 'let x; ({ m() { return x; }, get g() { return x; }, set g(x) { x; } });', 'x2=x1 x3=x1 x5=x4'],
  ['using', '{ using x = f(); x; await using y = x; y; }', 'x2=x1 x3=x1 y2=y1'],
  ['merged declarations are one variable', 'function f() {} namespace f { export const a = 1 } f.a;', 'f3=f1'],
  ['await, yield and spread', 'async function* g(x) { yield* x; await x; [...x]; ({ ...x }); }', 'x2=x1 x3=x1 x4=x1 x5=x1'],
];

const JSX: typeof SNIPPETS = [
  ['components are references, elements are not', 'let Foo, div; <div><Foo a={div} /></div>;', 'Foo2=Foo1 div3=div1'],
  ['members count by their root', 'let a; <a.b.c />;', 'a2=a1'],
  ['attributes and spreads', 'let x; <p x={x} {...x}>{x}</p>;', 'x3=x1 x4=x1 x5=x1'],
];

describe('scope resolver', () => {
  test('has at least 42 snippets', () => {
    expect(SNIPPETS.length + JSX.length).toBe(68);
  });
  test.each(SNIPPETS)('%s', (_title, code, expected) => {
    expect(meanings(code, 'ts', namesOf(expected))).toBe(expected);
  });
  test.each(JSX)('JSX: %s', (_title, code, expected) => {
    expect(meanings(code, 'tsx', namesOf(expected))).toBe(expected);
  });

  test('arguments is bound to no variable', () => {
    const { references } = resolveScopes(parse('function f() { return () => arguments; }', 'ts'));
    expect(references.map(({ name, binding }) => [name, binding])).toEqual([['arguments', null]]);
  });

  test('names promised by declare are known, also inside declare global', () => {
    const { ambient } = resolveScopes(
      parse('declare const a: 1; declare function b(): void; declare global { var c: 1; function d(): void }', 'ts'),
    );
    expect([...ambient].sort()).toEqual(['a', 'b', 'c', 'd', 'global']);
  });

  test('a chain of 20,000 operators does not overflow', () => {
    const code = `let x; ${Array.from({ length: 20_000 }, () => 'x').join(' + ')};`;
    expect(resolveScopes(parse(code, 'ts')).references).toHaveLength(20_000);
  });

  test('a chain of 20,000 calls does not overflow', () => {
    expect(resolveScopes(parse(`let x; x${'.y(x)'.repeat(20_000)};`, 'ts')).references).toHaveLength(20_001);
  });
});

function parse(code: string, lang: 'ts' | 'tsx') {
  const result = parseSync(`a.${lang}`, code, { lang, sourceType: 'module', astType: 'ts', preserveParens: false });
  expect(result.errors).toEqual([]);
  return result.program;
}

function namesOf(expected: string): ReadonlySet<string> {
  return new Set([...expected.matchAll(/(\w+?)\d*=/g)].map(([, name]) => name as string));
}

function meanings(code: string, lang: 'ts' | 'tsx', names: ReadonlySet<string>): string {
  return resolveScopes(parse(code, lang))
    .references.filter(({ name }) => names.has(name))
    .map((reference) => `${word(code, reference.place.node.start)}=${target(code, reference)}`)
    .join(' ');
}

function target(code: string, { binding, read, write }: Reference): string {
  const declared = binding === null ? 'global' : word(code, binding.declarations[0]?.id.start ?? 0);
  return `${declared}${write ? (read ? '+!' : '!') : ''}`;
}

/** `x3`: the third time that this word occurs. */
function word(code: string, start: number): string {
  const name = /^[\w$]+/.exec(code.slice(start))?.[0] ?? '';
  const count = [...code.slice(0, start).matchAll(new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'g'))].length + 1;
  return `${name}${count}`;
}
