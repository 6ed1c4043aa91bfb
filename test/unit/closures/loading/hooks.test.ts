import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REGISTER, runNode } from './run-node.ts';
import { tempProject } from './temp-project.ts';

const COMMONJS = { 'package.json': '{ "name": "job", "type": "commonjs" }' };

/** The first line that is an error, without the folder of the project. */
function errorLine(stderr: string, root: string): string {
  const text = stderr.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '');
  return text.split('\n').find((line) => /^\S*Error\b/.test(line)) ?? text;
}

describe('node --import levin/register', () => {
  test('runs TypeScript as ESM in a CommonJS package: enum, top-level await, parameter properties, JSON, require', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `
        import { createRequire } from 'node:module';
        import legacy from './legacy.js';
        import data from './data.json' with { type: 'json' };
        import type { Shape } from './shape';
        import { Point } from './shape';
        enum Color { Red = 3, Green }
        const shape: Shape = new Point(await Promise.resolve(4));
        const required = createRequire(import.meta.url)('./other.cjs') as { n: number };
        console.log(JSON.stringify([legacy.both, data.n, shape.size, Color.Green, required.n, import.meta.filename.endsWith('job.ts')]));`,
      'shape.ts': `export interface Shape { size: number }
        export class Point implements Shape { constructor(public size: number) {} }`,
      'legacy.js': `exports.both = require('./other').n + require('./other.cjs').n;`,
      'other.js': 'exports.n = 10;',
      'other.cjs': 'exports.n = 5;',
      'data.json': '{ "n": 7 }',
    });
    expect(runNode([...REGISTER, 'job.ts'], { cwd: project.root })).toEqual({ code: 0, stdout: '[15,7,4,4,5,true]\n', stderr: '' });
  });

  test('finds extensionless imports, tsconfig paths, linked workspace packages and package imports', () => {
    using project = tempProject({
      'app/package.json': '{ "name": "app", "imports": { "#own": "./src/own.ts" } }',
      'app/tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
      'app/job.ts': `
        import { a } from '@/a'; import { b } from './src/b'; import { c } from './src/c.js'; import { shared } from '@acme/shared'; import { own } from '#own';
        console.log(a, b, c, shared as string, own);`,
      'app/src/a.ts': `export const a: string = 'a';`,
      'app/src/b/index.ts': `export const b: string = 'b';`,
      'app/src/c.ts': `export const c: string = 'c';`,
      'app/src/own.ts': `export const own: string = 'own';`,
      'shared/package.json': '{ "name": "@acme/shared", "exports": "./src/index.ts" }',
      'shared/src/index.ts': `import { deep } from './deep'; enum E { A = 1 } export const shared: string = deep + E.A;`,
      'shared/src/deep.ts': `export const deep: string = 'deep';`,
    });
    project.link('app/node_modules/@acme/shared', 'shared');
    expect(runNode([...REGISTER, 'job.ts'], { cwd: project.path('app') })).toEqual({ code: 0, stdout: 'a b c deep1 own\n', stderr: '' });
  });

  test('compiles standard decorators, accessors, legacy decorators by tsconfig, and JSX', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `
        import { Legacy } from './legacy/legacy.ts';
        import { view } from './view.tsx';
        function double<T>(method: (this: T) => number, _: ClassMethodDecoratorContext) { return function (this: T) { return 2 * method.call(this); }; }
        class A { accessor n = 4; @double value() { return this.n; } }
        console.log(new A().value(), new Legacy().marked, view);`,
      'legacy/tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
      'legacy/legacy.ts': `
        function mark(target: object, key: string) { Object.defineProperty(target, 'marked', { value: key }); }
        export class Legacy { declare marked: string; @mark go() {} }`,
      'tsconfig.json': '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }',
      'view.tsx': `const h = (tag: string, props: object | null, ...rest: string[]) => [tag, props, ...rest].join('|'); export const view: string = <b>hi</b>;`,
    });
    expect(runNode([...REGISTER, 'job.ts'], { cwd: project.root })).toEqual({ code: 0, stdout: '8 go b||hi\n', stderr: '' });
  });

  test('shows the lines of the user in stack traces', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `import { fail } from './lib.ts';\n\ninterface Gone { a: number }\n\nenum E { A }\nfail({ a: E.A } satisfies Gone);\n`,
      'lib.ts': `type Gone = {\n  a: number;\n};\n\nexport function fail(g: Gone): never {\n  const x: number = g.a;\n  throw new Error('n' + x);\n}\n`,
    });
    const { code, stderr } = runNode([...REGISTER, 'job.ts'], { cwd: project.root });
    const frames = [...stderr.matchAll(/at .*?([\w.]+:\d+:\d+)\)?$/gm)].map((match) => match[1]);
    expect([code, frames.slice(0, 2)]).toEqual([1, ['lib.ts:7:9', 'job.ts:6:1']]);
  });

  test('the second run takes everything from the cache: neither parser nor compilers are loaded', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `
        import { value } from './lib.ts';
        const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
        console.log(value as number, sharedObjects.filter((path) => path.includes('node_modules')).length > 0 ? 'loaded' : 'cached');`,
      'lib.ts': 'export const value: number = 1;',
    });
    const run = (): string => runNode([...REGISTER, 'job.ts'], { cwd: project.root }).stdout;
    expect([run(), run()]).toEqual(['1 loaded\n', '1 cached\n']);
    const folder = project.path('.state/cache/transform');
    for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) writeFileSync(join(name.parentPath, name.name), 'damaged');
    }
    expect([run(), run()]).toEqual(['1 loaded\n', '1 cached\n']);
    project.write({ 'lib.ts': 'export const value: number = 2;' });
    expect([run(), run()]).toEqual(['2 loaded\n', '2 cached\n']);
  });

  test('gives the levin that the project has installed, and the running one where none is', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `import { LevinError } from 'levin'; console.log(new LevinError({ code: 'A', fault: 'user', message: 'm' }).code as string);`,
    });
    expect(runNode([...REGISTER, 'job.ts'], { cwd: project.root })).toEqual({ code: 0, stdout: 'A\n', stderr: '' });
    project.write({
      'node_modules/levin/package.json': '{ "name": "levin", "type": "module", "exports": "./index.js" }',
      'node_modules/levin/index.js': `export class LevinError { code = 'of the installed one'; }`,
    });
    expect(runNode([...REGISTER, 'job.ts'], { cwd: project.root }).stdout).toBe('of the installed one\n');
  });

  test('leaves worker threads and child processes of the job alone', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `
        import { Worker } from 'node:worker_threads';
        const worker = new Worker(new URL('./worker.mjs', import.meta.url));
        worker.on('message', (text: string) => console.log(text));`,
      'worker.mjs': `import { parentPort } from 'node:worker_threads'; parentPort.postMessage('loader: ' + String(globalThis[Symbol.for('levin.loader.v1')]));`,
    });
    expect(runNode([...REGISTER, 'job.ts'], { cwd: project.root })).toEqual({ code: 0, stdout: 'loader: undefined\n', stderr: '' });
  });
});

describe('what cannot be loaded', () => {
  test('a syntax error: file, line, column and frame', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `import './lib.ts';\n`,
      'lib.ts': 'const a = 1;\nconst b = a +;\nconst c = 2;\n',
    });
    const { code, stderr } = runNode([...REGISTER, 'job.ts'], { cwd: project.root });
    expect(code).toBe(1);
    expect(stderr).toContain(`${project.root}/lib.ts:2:14: `);
    expect(stderr).toContain('  1 | const a = 1;\n> 2 | const b = a +;\n    |              ^\n  3 | const c = 2;');
  });

  test('an import of nothing: Node says what and from where', () => {
    using project = tempProject({ ...COMMONJS, 'job.ts': `import { a } from './missing';\nconsole.log(a);` });
    const { code, stderr } = runNode([...REGISTER, 'job.ts'], { cwd: project.root });
    expect([code, errorLine(stderr, project.root)]).toEqual([
      1,
      `Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'missing' imported from job.ts`,
    ]);
  });

  test('a package that is not installed', () => {
    using project = tempProject({ ...COMMONJS, 'job.ts': `import 'not-installed';` });
    const { code, stderr } = runNode([...REGISTER, 'job.ts'], { cwd: project.root });
    expect([code, errorLine(stderr, project.root)]).toEqual([
      1,
      `Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'not-installed' imported from job.ts`,
    ]);
  });

  test('a module that imports from the main file', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `import './src/lib.ts';\nexport const n = 1;`,
      'src/lib.ts': `import { n } from '../job.ts';\nconsole.log(n);`,
    });
    const { code, stderr } = runNode([...REGISTER, 'job.ts'], { cwd: project.root });
    expect([code, errorLine(stderr, project.root)]).toEqual([
      1,
      'LevinError: src/lib.ts imports from the main file job.ts. The top level of a main file runs on the driver only, so modules that run on executors ' +
        'cannot import from it. Move what both need into a third module.',
    ]);
  });

  test('a type-only import from the main file is none', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `import { f } from './lib.ts';\nexport interface N { n: number }\nconsole.log(f({ n: 2 }));`,
      'lib.ts': `import type { N } from './job.ts';\nexport const f = (x: N): number => x.n;`,
    });
    expect(runNode([...REGISTER, 'job.ts'], { cwd: project.root })).toEqual({ code: 0, stdout: '2\n', stderr: '' });
  });

  test('a CommonJS TypeScript module', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.ts': `import { f } from './src/lib.cts';\nconsole.log(f);`,
      'src/lib.cts': 'export const f = 1;',
    });
    const { code, stderr } = runNode([...REGISTER, 'job.ts'], { cwd: project.root });
    expect([code, errorLine(stderr, project.root)]).toEqual([
      1,
      'LevinError: src/lib.cts is a CommonJS TypeScript module (.cts), whose functions cannot be shipped to executors. ' +
        'Rename it to src/lib.ts and use import and export, or compile it to .cjs.',
    ]);
  });

  test.each([
    ['job.js', "Write `import { Context } from 'levin'` instead of `require('levin')`."],
    ['job.cjs', "Write `import { Context } from 'levin'` instead of `require('levin')` and rename it to job.js."],
  ])('a main file in CommonJS: %s', (name, advice) => {
    using project = tempProject({ ...COMMONJS, [name]: `const path = require('node:path');\nconsole.log(path.sep);` });
    const { code, stderr } = runNode([...REGISTER, name], { cwd: project.root });
    expect([code, errorLine(stderr, project.root)]).toEqual([
      1,
      `LevinError: ${name} is a CommonJS file (it has no import or export), so the functions in it cannot be shipped to executors. ${advice}`,
    ]);
  });

  test('JavaScript with import or export is ESM in a CommonJS package', () => {
    using project = tempProject({
      ...COMMONJS,
      'job.js': `import { sep } from 'node:path';\nconsole.log(sep, await 1, import.meta.filename === process.argv[1]);`,
    });
    expect(runNode([...REGISTER, 'job.js'], { cwd: project.root }).stdout).toBe('/ 1 true\n');
  });
});

test('a damaged tsconfig is named', () => {
  using project = tempProject({ ...COMMONJS, 'tsconfig.json': '{', 'job.ts': 'console.log(1);' });
  const { stderr } = runNode([...REGISTER, 'job.ts'], { cwd: project.root });
  expect(errorLine(stderr, project.root)).toMatch(/^LevinError: tsconfig\.json is not valid JSON: .*\. Correct it\.$/);
  expect(readFileSync(project.path('tsconfig.json'), 'utf8')).toBe('{');
});
