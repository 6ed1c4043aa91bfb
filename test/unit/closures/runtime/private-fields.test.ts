// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of classes
import { describe, expect, test } from 'vitest';
import { declaresPrivateMember } from '../../../../engine/closures/runtime/private-fields.ts';

describe('declaresPrivateMember', () => {
  test.each([
    'class A { #x = 1; }',
    'class A { #x }',
    'class A{get#x(){}}',
    'class A{isstatic=1;#x}',
    'class A{a=1;#x;b}',
    'class A { a = 1\n #x = 2 }',
    'class A { async #m() {} }',
    'class A { *#m() {} }',
    'class A { get #x() { return 1; } }',
    'class A { accessor #x = 1; }',
    'class A { m() { return `a${`${{ a: 1 }.a}`}`; } #x; }',
    'class A { half(a) { return a / 2 / this.b; } #x; }',
    'class A { x = /}/; #x; }',
    "class A { x = '}'; #x; }",
    'class A { \n// a } comment\n#x }',
    'class A extends mixin({ a: 1 }) { #x }',
    'class A { static { A.a = {}; } #x }',
    'class A { static s = 1; #x }',
  ])('true for %s', (text) => {
    expect(declaresPrivateMember(text)).toBe(true);
  });

  test.each([
    'class A { static #x; }',
    'class A{static#x;static async*#y(){}static get#z(){}}',
    'class A { static async *#m() {} }',
    'class A { static get #x() { return 1; } m() { return A.#x; } }',
    'class A { has(o) { return #x in o; } }',
    'class A { has = (o) => #x in o }',
    'class A { x = A.#y }',
    'class A { m() { return class B { #x; }; } }',
    'class A { x = "#x"; }',
    "class A { x = '#fff \\' #y'; }",
    'class A { x = `#x`; }',
    'class A { x = `a ${ { b: 1 }.b } #x`; }',
    'class A { /* #x */ }',
    'class A { // #x\n }',
    'class A { x = /#x/; }',
    'class A { m(a) { return a.match(/[/#x]#y/g); } }',
    'class A { x = /\\/#x/ }',
    'class A extends B {}',
  ])('false for %s', (text) => {
    expect(declaresPrivateMember(text)).toBe(false);
  });
});
