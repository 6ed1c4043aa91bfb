import { describe, expect, test } from 'vitest';
import { LevinError } from '../../../../engine/errors/levin-error.ts';
import { transformSnippet } from './transform-snippet.ts';

function failureOf(
  code: string,
  file = 'job.ts',
): { readonly code: string; readonly fault: string; readonly message: string; readonly details: unknown } {
  try {
    transformSnippet(code, { file });
  } catch (error) {
    if (error instanceof LevinError) return error;
    throw error;
  }
  throw new Error('Expected the transform to fail');
}

describe('syntax errors', () => {
  test('name file, line and column, and show the place', () => {
    expect(failureOf('const a = 1;\nconst b = ;\nconst c = 3;')).toMatchObject({
      code: 'SYNTAX_ERROR',
      fault: 'user',
      message: '/project/job.ts:2:11: Unexpected token\n  1 | const a = 1;\n> 2 | const b = ;\n    |           ^\n  3 | const c = 3;',
      details: { file: '/project/job.ts', line: 2, column: 11 },
    });
  });
  test('at the end of the file', () => {
    expect(failureOf('f(() => {')).toMatchObject({ code: 'SYNTAX_ERROR', details: { line: 1 } });
  });
  test('tabs keep the caret below its place', () => {
    expect(failureOf('\tconst b = ;').message).toContain('> 1 | \tconst b = ;\n    | \t          ^');
  });
});

describe('CommonJS', () => {
  const rest = 'and closures travel from ES modules only. Use import and export, and the extension .ts, .mts, .js or .mjs.';
  const rows: readonly (readonly [code: string, file: string, why: string])[] = [
    ['export const a = 1;', 'job.cts', 'its extension makes it a CommonJS module'],
    ['const a = 1;', 'job.cjs', 'its extension makes it a CommonJS module'],
    ["const fs = require('node:fs');", 'job.js', 'it uses `require()` and has neither import nor export'],
    ['module.exports = { a: 1 };', 'job.js', 'it uses `module.exports` and has neither import nor export'],
    ['exports.a = 1;', 'job.js', 'it uses `exports` and has neither import nor export'],
    ['const a = 1; export = a;', 'job.ts', 'it uses `export =`'],
  ];
  test.each(rows)('%s in %s', (code, file, why) => {
    expect(failureOf(code, file)).toMatchObject({
      code: 'COMMONJS_MODULE',
      fault: 'user',
      message: `Cannot ship functions of /project/${file}: ${why}, ${rest}`,
    });
  });

  const fine: readonly (readonly [code: string, file: string])[] = [
    ['console.log(1);', 'job.js'],
    ["import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); require('x');", 'job.js'],
    ["export {}; typeof require === 'function' && require('x');", 'job.js'],
    ['const module = { exports: 1 }; module.exports = 2;', 'job.ts'],
  ];
  test.each(fine)('not %s in %s', (code, file) => {
    expect(transformSnippet(code, { file }).code).toContain('__sites(');
  });
});

describe('languages', () => {
  const rows: readonly (readonly [file: string, code: string])[] = [
    ['a.ts', 'const f = <T>(x: T) => <U>x;'],
    ['a.mts', 'const f = (x: number) => x;'],
    ['a.tsx', 'const f = <T,>(x: T) => <p>{x}</p>;'],
    ['a.js', 'const f = (x) => <p>{x}</p>;'],
    ['a.mjs', 'const f = (x) => x;'],
    ['a.jsx', 'const f = (x) => <p>{x}</p>;'],
    ['a.ts?v=1', 'const f = (x: number) => x;'],
  ];
  test.each(rows)('%s', (file, code) => {
    expect(transformSnippet(code, { file }).meta.sites).toHaveLength(1);
  });
});
