// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of classes
import { describe, expect, test } from 'vitest';
import { containsPrivateName } from '../../../../engine/closures/runtime/private-fields.ts';

describe('containsPrivateName', () => {
  test.each([
    'class A { #x = 1; }',
    'class A { static #x; }',
    'class A { has(o) { return #x in o; } }',
    'class A { get(o) { return o.#x; } }',
    'class A { m() { return `a${this.#x}`; } }',
    'class A { m() { return `${`${{ a: 1 }.a}`}` + this.#x; } }',
    'class A { m() { return 4 / 2 / this.#x; } }',
    'class A { async #m() {} }',
    'class A { \n// a comment\n#x }',
  ])('true for %s', (text) => {
    expect(containsPrivateName(text)).toBe(true);
  });

  test.each([
    'class A { x = "#x"; }',
    "class A { x = '#fff \\' #y'; }",
    'class A { x = `#x`; }',
    'class A { x = `a ${ { b: 1 }.b } #x`; }',
    'class A { /* #x */ }',
    'class A { // #x\n }',
    'class A { x = /#x/; }',
    'class A { m(a) { return a.match(/[/#x]#y/g); } }',
    'class A { m() { return /\\/#x/; } }',
    'class A extends B {}',
  ])('false for %s', (text) => {
    expect(containsPrivateName(text)).toBe(false);
  });
});
