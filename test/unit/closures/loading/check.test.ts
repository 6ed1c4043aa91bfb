import { describe, expect, test } from 'vitest';
import { formatFindings } from '../../../../driver/cli/check.ts';
import { checkFiles, sourceFilesBelow } from '../../../../driver/cli/check-files.ts';
import { tempProject } from './temp-project.ts';

/** Warnings about one job file, as `levin check` prints them. */
function check(job: string, others: Readonly<Record<string, string>> = {}): string {
  using project = tempProject({ 'package.json': '{}', 'job.ts': job, ...others });
  return formatFindings(checkFiles([project.path('job.ts')]), project.root);
}

describe('levin check', () => {
  test('shows a function that can never be shipped, with its place and code', () => {
    const job = `import { Context } from 'levin';
const lv = await Context.create();
let count = 0;
await lv.textFile('a.txt').map((line) => {
  count++;
  return line;
}).collect();
console.log(count);
`;
    expect(
      check(job),
    ).toBe(`job.ts:5:3: warning: the function passed to map() cannot be shipped to executors: function (job.ts:4:32) assigns the captured variable \`count\`. The assignment would change a copy on the executor and be lost. Add to an accumulator (lv.longAccumulator()), or return the value from an action, for example with reduce().
  4 | await lv.textFile('a.txt').map((line) => {
> 5 |   count++;
    |   ^^^^^
  6 |   return line;

1 warning.`);
  });

  const rdds: readonly (readonly [string, string])[] = [
    ['on a chain', 'lv.range(3).filter(Boolean).map((x) => (n += x));'],
    ['on a variable', 'const rdd = lv.range(3);\nrdd.map((x) => (n += x));'],
    ['on a parameter of that type', 'export function f(rdd: RDD<number>) { return rdd.filter((x) => (n += x) > 1); }'],
    ['on an unknown value', `import { rdd } from './other.ts';\nrdd.map((x) => (n += x));`],
    ['by name', 'function add(x: number) { n += x; return x; }\nlv.range(3).map(add);'],
    ['to an operation that no array has', 'export const f = (x) => x.mapValues((v) => (n += v));'],
    ['as a reducer', 'await lv.range(3).reduce((a, b) => (n = a + b));'],
    ['to foreach', 'await lv.range(3).foreach((x) => { n += x; });'],
  ];
  test.each(rdds)('warns about a function passed %s', (_, code) => {
    expect(
      check(`import { Context, type RDD } from 'levin';\nconst lv = await Context.create();\nlet n = 0;\n${code}`, {
        'other.ts': 'export const rdd = 1 as any;',
      }),
    ).toMatch(/\n1 warning\.$/);
  });

  const arrays: readonly (readonly [string, string])[] = [
    ['an array', '[1, 2].map((x) => (n += x));'],
    ['what an action gave', 'const rows = await lv.range(3).collect();\nrows.map((x) => (n += x));'],
    ['what an action gives', '(await lv.range(3).collect()).map((x) => (n += x));'],
    ['a parameter of another type', 'export function f(xs: readonly number[]) { return xs.filter((x) => (n += x) > 1); }'],
    ['parts of a string', `'a,b'.split(',').map((x) => (n += Number(x)));`],
    ['entries of an object', 'Object.entries({}).flatMap((x) => [(n += x.length)]);'],
    ['a global', 'process.argv.map((x) => (n += x.length));'],
  ];
  test.each(arrays)('is silent about functions of the driver: on %s', (_, code) => {
    expect(check(`import { Context } from 'levin';\nconst lv = await Context.create();\nlet n = 0;\n${code}`)).toBe('No problems found.');
  });

  test('knows roles: in a module that executors evaluate, its own top level is code, in a main file it is data', () => {
    const module = `let calls = 0;\nexport const counted = (rdd) => rdd.mapValues((v) => { calls++; return v; });`;
    expect([check(module), check(`import './lib.ts';`, { 'lib.ts': module })].map((text) => text.split('\n').at(-1))).toEqual([
      '1 warning.',
      'No problems found.',
    ]);
  });

  test('follows imports, but not into packages, and not type-only ones', () => {
    const bad = `export const f = (rdd, n) => rdd.mapValues((v) => (n += v));`;
    const text = check(`import './src/lib';\nimport type { T } from './types.ts';\nexport * from './again.ts';\nimport 'package';`, {
      'src/lib.ts': bad,
      'again.ts': bad,
      'types.ts': `export type T = 1;\n${bad}`,
      'node_modules/package/package.json': '{}',
      'node_modules/package/index.js': bad,
    });
    expect([...text.matchAll(/^(\S+):\d+:\d+: warning/gm)].map((match) => match[1])).toEqual(['src/lib.ts', 'again.ts']);
  });

  test('lists names that nothing declares', () => {
    expect(
      check('lv.map((x) => notDefined(x));\nconsole.log(structuredClone(1));\nexport const lv = 1 as any;'),
    ).toBe(`job.ts:1:15: warning: "notDefined" is declared nowhere in this file and is no global of Node.js: using it is a ReferenceError. Import it, declare it, or correct the name.
> 1 | lv.map((x) => notDefined(x));
    |               ^^^^^^^^^^
  2 | console.log(structuredClone(1));

1 warning.`);
  });

  test('a file that is not there, and a syntax error', () => {
    using project = tempProject({ 'bad.ts': 'const = 1;' });
    expect(() => checkFiles([project.path('none.ts')])).toThrow(
      `levin check: cannot read ${project.path('none.ts')} (ENOENT). Give the path of a TypeScript or JavaScript file.`,
    );
    expect(() => checkFiles([project.path('bad.ts')])).toThrow(`${project.path('bad.ts')}:1:7: `);
  });

  test('without files it takes the sources below the folder', () => {
    using project = tempProject({
      'job.ts': '',
      'src/a.mts': '',
      'src/b.d.ts': '',
      'dist/job.js': '',
      'node_modules/x/i.js': '',
      '.cache/c.ts': '',
      'view.jsx': '',
      'a.txt': '',
    });
    expect(sourceFilesBelow(project.root).map((file) => file.slice(project.root.length + 1))).toEqual(['job.ts', 'src/a.mts', 'view.jsx']);
  });
});
