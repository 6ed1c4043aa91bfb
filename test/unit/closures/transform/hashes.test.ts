import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transformSnippet } from './transform-snippet.ts';

const BASE = `import { capitalize } from 'lodash-es';
const LIMIT = 10;
const table = new Map<string, number>();
table.set('a', 1);
let threshold = 5;
export function setThreshold(v: number) { threshold = v; }
function helper(x: number) { return x * LIMIT; }
export function unrelated(x: number) { return x + 1; }
export function outer(factor: number) {
  const label = 'out';
  console.log(label);
  return (x: number) => helper(x) * factor + (table.get('a') ?? 0) + threshold + "!".length;
}
export const shout = (s: string) => capitalize(s);
`;

type Edit = readonly [name: string, from: string | RegExp, to: string];

/** The table of stable hashes, one entry an edit: what happens to the site key and to the lineage of the inner arrow of `outer`. */
const SAME_SAME: readonly Edit[] = [
  ['whitespace', /helper\(x\) \* factor/, 'helper( x )*factor'],
  ['comments', 'helper(x) * factor', 'helper(x) /* scaled */ * factor // by\n'],
  ['parentheses', 'helper(x) * factor', '((helper(x)) * (factor))'],
  ['type annotations', 'return (x: number) =>', 'return (x: number | bigint): unknown =>'],
  ['casts', 'helper(x) * factor', '(helper(x!) as number) * (factor satisfies number)'],
  ['lines shifted', 'const LIMIT', '\n\n\nconst LIMIT'],
  ['quote style', '"!".length', "'!'.length"],
  ['unrelated function edited', 'return x + 1', 'return x + 2'],
  ['unrelated closure added before it', 'const label', 'const other = (y: number) => y - 1;\n  const label'],
  ['enclosing function edited elsewhere', "'out'", "'elsewhere'"],
  ['unused import added', 'const LIMIT', "import { unused } from './unused.ts';\nconst LIMIT"],
];

const CHANGED_CHANGED: readonly Edit[] = [
  ['closure body edited', '?? 0', '?? 1'],
  ['captured variable renamed', /factor/g, 'scale'],
];

const SAME_CHANGED: readonly Edit[] = [
  ['function it calls edited', 'return x * LIMIT', 'return x * LIMIT + 1'],
  ['constant used by that function edited', 'LIMIT = 10', 'LIMIT = 11'],
  ['top-level statement that mutates a referenced object edited', "table.set('a', 1)", "table.set('a', 2)"],
  ['setter of a referenced let edited', 'threshold = v', 'threshold = v + 1'],
  ['side-effect import added', 'const LIMIT', "import './polyfill.ts';\nconst LIMIT"],
];

/** Beyond the table. */
const MORE_SAME_CHANGED: readonly Edit[] = [
  ['initial value of a referenced let edited', 'threshold = 5', 'threshold = 6'],
  ['a second mutation added', "table.set('a', 1);", "table.set('a', 1);\ntable.set('b', 2);"],
  ['mutation through a function called at the top level', "table.set('a', 1);", "function fill() { table.set('a', 3); }\nfill();"],
  ['a member assigned in a function', "table.set('a', 1);", "table.set('a', 1);\nexport function tag() { table.size2 = 1; }"],
  ['a function replaced at the top level', 'export function unrelated', 'helper.cache = new Map();\nexport function unrelated'],
];

const MORE_SAME_SAME: readonly Edit[] = [
  ['another use of a function it calls', 'export function unrelated', 'export const doubled = helper(2);\nexport function unrelated'],
  ['type-only statements', 'const LIMIT', "import type { T } from './types.ts';\ninterface I { a: T }\nconst LIMIT"],
  ['empty statements', 'const LIMIT', ';;\nconst LIMIT'],
  ['an interface in the body', 'return (x: number) => helper', 'interface Local { a: 1 }\n  return (x: number) => helper'],
  ['pure declarations moved', /(const LIMIT = 10;\n)([\s\S]*)(function helper.*\n)/, '$3$1$2'],
];

function lineageOf(code: string, pick: (name: string | null) => boolean) {
  const { sites, exports } = transformSnippet(code, { role: 'module', file: 'lib.ts' }).meta;
  const site = sites.findLast(({ name }) => pick(name));
  const reached = site?.deps.map((dep) => (dep.kind === 'own' ? exports[dep.name]?.slice(0, 2) : dep));
  return { key: site?.key, slice: JSON.stringify([site?.ref === null ? site.hash : null, reached]) };
}

const isArrow = (name: string | null): boolean => name === null;

function effectOf([, from, to]: Edit): string {
  const edited = BASE.replace(from, to);
  expect(edited).not.toBe(BASE);
  const [before, after] = [lineageOf(BASE, isArrow), lineageOf(edited, isArrow)];
  return `${before.key === after.key ? 'same' : 'changed'} ${before.slice === after.slice ? 'same' : 'changed'}`;
}

describe('stable hashes', () => {
  test('the table is complete', () => {
    expect([SAME_SAME.length, CHANGED_CHANGED.length, SAME_CHANGED.length]).toEqual([11, 2, 5]);
  });
  test.each([...SAME_SAME, ...MORE_SAME_SAME])('same key, same slice: %s', (...edit) => {
    expect(effectOf(edit)).toBe('same same');
  });
  test.each(CHANGED_CHANGED)('changed key, changed slice: %s', (...edit) => {
    expect(effectOf(edit)).toBe('changed changed');
  });
  test.each([...SAME_CHANGED, ...MORE_SAME_CHANGED])('same key, changed slice: %s', (...edit) => {
    expect(effectOf(edit)).toBe('same changed');
  });

  test('by reference: the slice of the name covers its own body and what it reaches', () => {
    const shout = (code: string) => lineageOf(code, (name) => name === 'shout').slice;
    expect(shout(BASE.replace('LIMIT = 10', 'LIMIT = 11'))).toBe(shout(BASE));
    expect(shout(BASE.replace('capitalize(s)', 'capitalize(s + s)'))).not.toBe(shout(BASE));
    expect(shout(BASE.replace("'lodash-es'", "'lodash'"))).not.toBe(shout(BASE));
    expect(shout(`${BASE}capitalize.extend(1);`)).not.toBe(shout(BASE));
    expect(shout(`${BASE}const other = capitalize('x');`)).toBe(shout(BASE));
  });

  test('a key is 128 bits of SHA-256 after the module id', () => {
    expect(lineageOf(BASE, isArrow).key).toMatch(/^lib\.ts#[\w-]{22}$/);
  });

  test('what a site captures is part of its hash', () => {
    const hashes = (code: string) => transformSnippet(code).meta.sites.map(({ hash }) => hash);
    const [captured] = hashes('const n = 1; f(() => n);');
    expect(hashes('f(() => n);')).not.toEqual([captured]);
    expect(hashes("import { n } from 'n'; f(() => n);")).not.toEqual([captured]);
    expect(hashes('let n = 2; const unrelated = 1; f(() => n);')).toEqual([captured]);
    expect(hashes('function g() { f(() => this); }')[1]).not.toBe(hashes('f(() => this);')[0]);
  });

  test('identical twins get suffixes in source order, whatever stands between them', () => {
    const keys = (code: string) => transformSnippet(code).meta.sites.map(({ key }) => key.replace(/^.*#/, ''));
    const [twin] = keys('f((x) => x + 1);');
    expect(keys('f((x) => x + 1); f((y) => y); f((x) => x + 1); f((x) =>  (x + 1));')).toEqual([
      twin,
      keys('f((y) => y);')[0],
      `${twin}.1`,
      `${twin}.2`,
    ]);
  });

  const different: readonly (readonly [string, string])[] = [
    ['x => a', 'x => b'],
    ['x => x.a', 'x => x?.a'],
    ['x => x.a', 'x => x[a]'],
    ['x => [,]', 'x => []'],
    ['x => [, x]', 'x => [x]'],
    ['x => 1', 'x => "1"'],
    ['x => 1', 'x => 1n'],
    ['x => 1e400', 'x => null'],
    ["x => '\\uD800'", "x => '\\uD801'"],
    ['x => /a/', 'x => "/a/"'],
    ['x => x++', 'x => ++x'],
    ['x => x - -1', 'x => x - 1'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    ['x => `${a}b`', 'x => `a${b}`'],
    ['x => ({ get a() { return 1 } })', 'x => ({ a() { return 1 } })'],
    ['x => ({ [a]: 1 })', 'x => ({ a: 1 })'],
    ['async x => 1', 'x => 1'],
    ['function* f() {}', 'function f() {}'],
    ['class { static a = 1 }', 'class { a = 1 }'],
    ['class { #a = 1 }', 'class { a = 1 }'],
    ['() => { for (;;x) y }', '() => { for (;x;) y }'],
    ['async () => { for await (const x of y); }', 'async () => { for (const x of y); }'],
    ['() => { let x = 1 }', '() => { const x = 1 }'],
    ['x => a + (b + c)', 'x => a + b + c'],
    ['x => (y => y)', 'x => (y => z)'],
  ];
  test.each(different)('%s is not %s', (one, other) => {
    const hash = (code: string) => transformSnippet(`f(${code});`).meta.sites[0]?.hash;
    expect(hash(one)).toBeDefined();
    expect(hash(one)).not.toBe(hash(other));
  });

  const alike: readonly (readonly [string, string])[] = [
    ['x => 1', '(x) => { /* one */ return 1 }'.replace(/\{.*\}/, '1')],
    ["x => 'a'", 'x => "\\u0061"'],
    ['x => ({ a: x })', "x => ({ 'a': x, })"],
    ['x => 0x10', 'x => 16'],
    ['function (this: T, x) { return x }', 'function (x: U) { return x; }'],
    ['class { declare a: 1; b = 1; c(): void; c() {} }', 'class { private b = 1; public c() {} }'],
    ['class<T> extends A<T> implements I { readonly x?: T }', 'class extends A { x }'],
    ['<T,>(x: T) => x as const', 'x => x'],
  ];
  test.each(alike)('%s is %s', (one, other) => {
    const hash = (code: string) => transformSnippet(`f(${code});`).meta.sites[0]?.hash;
    expect(hash(one)).toBe(hash(other));
  });

  test('unrelated statements anywhere change neither key nor slice', () => {
    const expected = lineageOf(BASE, isArrow);
    const lines = BASE.split('\n');
    const places = lines.flatMap((line, index) => (/^(import|const|let|export|function|table)/.test(line) ? [index] : []));
    const unrelated = fc.constantFrom(
      'const free1 = () => 3;',
      'export function free2() { return free3; }',
      'let free3 = [1];',
      'free4();',
      'class Free5 {}',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...places), unrelated), { maxLength: 5 }), (insertions) => {
        const edited = lines.map((line, index) => {
          const here = insertions.filter(
            ([place], at) => place === index && insertions.findIndex(([, text]) => text === insertions[at]?.[1]) === at,
          );
          return [...here.map(([, text]) => text), line].join('\n');
        });
        expect(lineageOf(edited.join('\n'), isArrow)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
