import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { TransformFunction } from '../../../../engine/closures/loading/compile-source.ts';
import {
  buildExecutorBundle,
  type ExecutorBundle,
  type ExecutorBundleOptions,
} from '../../../../engine/closures/loading/executor-bundle.ts';
import { runNode } from './run-node.ts';
import { type TempProject, tempProject } from './temp-project.ts';

/** Leaves modules as they are; a main file becomes what stands in its comment, so that the bundler can be tested alone. */
const plain: TransformFunction = (code, _, { role, lazySpec }) => {
  const lines = code.split('\n');
  const mappings = lines.map((_line, index) => (index === 0 ? 'AAAA' : 'AACA')).join(';');
  if (role === 'module') return { code, map: { mappings } };
  const lazy = /\/\* executor: (.*) \*\//s.exec(code)?.[1] ?? '';
  return {
    code: lazy.replace(/lazy\((.*?), (.*?)\)/g, (_call, source, names) =>
      JSON.stringify(lazySpec?.(JSON.parse(source), JSON.parse(names))),
    ),
    map: { mappings: '' },
  };
};

function bundle(project: TempProject, options: Partial<ExecutorBundleOptions> & { modules: readonly string[] }): Promise<ExecutorBundle> {
  return buildExecutorBundle({ root: project.root, mainFiles: [project.path('job.ts')], cacheFolder: null, transform: plain, ...options });
}

/** Evaluates modules of the bundle in a process of its own, in a folder where nothing else is; gives what they print. */
function evaluate({ code }: ExecutorBundle, modules: readonly string[]): { stdout: string; stderr: string } {
  using folder = tempProject({});
  writeFileSync(folder.path('bundle.mjs'), code);
  const script = `import { modules } from './bundle.mjs'; for (const id of ${JSON.stringify(modules)}) await modules[id]();`;
  writeFileSync(folder.path('run.mjs'), script);
  return runNode(['--enable-source-maps', 'run.mjs'], { cwd: folder.root });
}

const LODASH = fileURLToPath(new URL('../../../../node_modules/lodash-es', import.meta.url));

describe('an executor bundle', () => {
  test('runs where nothing is installed: packages inside, builtins outside, CommonJS surroundings, top-level await', async () => {
    using project = tempProject({
      'package.json': '{ "type": "commonjs" }',
      'job.ts': '',
      'src/lib.ts': `
        import { createRequire } from 'node:module';
        import { dirname } from 'node:path';
        import babel, { named } from 'babel-style';
        import data from './data.json' with { type: 'json' };
        import legacy from './legacy.js';
        const require = createRequire(import.meta.url);
        const __dirname = dirname(import.meta.filename);
        enum Color { Red = 3 }
        const late: number = await Promise.resolve(5);
        console.log(JSON.stringify([babel, named, data.n, legacy.n, typeof require('fs').statSync, __dirname === process.cwd(), Color.Red, late]));`,
      'src/data.json': '{ "n": 7 }',
      'src/legacy.js': 'exports.n = require("./legacy-part").n;',
      'src/legacy-part.js': 'exports.n = 8;',
      'node_modules/babel-style/package.json': '{ "main": "i.js" }',
      'node_modules/babel-style/i.js':
        'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "d"; exports.named = require("os").EOL + typeof __dirname;',
    });
    const built = await bundle(project, { modules: ['job.ts', 'src/lib.ts'] });
    expect(evaluate(built, ['job.ts', 'src/lib.ts'])).toEqual({
      code: 0,
      stdout: '[{"default":"d","named":"\\nstring"},"\\nstring",7,8,"function",true,3,5]\n',
      stderr: '',
    });
  });

  test('evaluates only the modules that are asked for, each once', async () => {
    using project = tempProject({
      'package.json': '{}',
      'job.ts': 'console.log("never"); /* executor: import("./a.ts"); */',
      'a.ts': `import './shared.ts'; console.log('a');`,
      'b.ts': `import './shared.ts'; console.log('b');`,
      'c.ts': `import './shared.ts'; console.log('c');`,
      'shared.ts': `console.log('shared');`,
    });
    const built = await bundle(project, { modules: ['job.ts', 'a.ts', 'b.ts', 'c.ts', 'shared.ts'] });
    expect(evaluate(built, ['job.ts', 'c.ts', 'a.ts', 'c.ts']).stdout).toBe('shared\na\nc\n');
  });

  test('takes from a lazily imported package only what is used, unless the whole namespace is', async () => {
    using project = tempProject({
      'package.json': '{}',
      'job.ts': `/* executor: import(lazy("lodash-es", ["capitalize"])).then((m) => console.log(m.capitalize("abc"), Object.keys(m).length)); */`,
      'whole.ts': `/* executor: import(lazy("lodash-es", ["*", "capitalize"])).then((m) => console.log(m.capitalize("abc"), m.camelCase("a b"))); */`,
    });
    project.link('node_modules/lodash-es', LODASH);
    const one = await bundle(project, { modules: ['job.ts'] });
    const whole = await bundle(project, { modules: ['whole.ts'], mainFiles: [project.path('whole.ts')] });
    expect([evaluate(one, ['job.ts']).stdout, evaluate(whole, ['whole.ts']).stdout]).toEqual(['Abc 1\n', 'Abc aB\n']);
    expect([one.code.length < 40_000, whole.code.length > 200_000]).toEqual([true, true]);
  });

  test('shows the user’s lines in stacks, minified too', async () => {
    using project = tempProject({
      'package.json': '{}',
      'src/lib.ts': `interface Gone {\n  a: number;\n}\nexport function fail(g: Gone): never {\n  throw new Error('n' + g.a);\n}\nfail({ a: 1 });\n`,
    });
    for (const minify of ['none', 'whitespace', 'full'] as const) {
      const built = await bundle(project, { modules: ['src/lib.ts'], minify });
      expect(evaluate(built, ['src/lib.ts']).stderr).toContain(`(${project.root}/src/lib.ts:5:1)`);
    }
  });

  test('is named by the SHA-256 of its code and is the same when built again', async () => {
    using project = tempProject({ 'package.json': '{}', 'a.ts': 'export const a: number = 1;', 'b.ts': `export { a } from './a.ts';` });
    const [one, two] = [await bundle(project, { modules: ['a.ts', 'b.ts'] }), await bundle(project, { modules: ['b.ts', 'a.ts'] })];
    expect([two.hash, one.hash]).toEqual([one.hash, createHash('sha256').update(one.code).digest('hex')]);
    expect(JSON.parse(one.map).sources).toContain('a.ts');
  });

  test('has one instance of a linked workspace package and of an included one, whoever imports them', async () => {
    using project = tempProject({
      'app/package.json': '{}',
      'app/a.ts': `import { hits } from '@acme/shared'; import { twice } from 'mine'; import { hitsOfPackage } from 'outside'; console.log(hits === hitsOfPackage, twice(4));`,
      'shared/package.json': '{ "exports": "./index.ts" }',
      'shared/index.ts': 'export const hits: number[] = []; console.log("shared");',
      'app/node_modules/outside/package.json': '{ "type": "module", "exports": "./i.js" }',
      'app/node_modules/outside/i.js': `export { hits as hitsOfPackage } from '@acme/shared';`,
      'app/node_modules/mine/package.json': '{ "exports": "./i.ts" }',
      'app/node_modules/mine/i.ts': 'enum E { Two = 2 } export const twice = (n: number): number => n * E.Two;',
    });
    project.link('app/node_modules/@acme/shared', 'shared');
    const modules = ['a.ts', '../shared/index.ts', 'node_modules/mine/i.ts'];
    const built = await bundle(project, { root: project.path('app'), mainFiles: [], modules, include: ['mine'] });
    expect(evaluate(built, modules)).toEqual({ code: 0, stdout: 'shared\ntrue 8\n', stderr: '' });
  });
});

describe('what cannot be bundled', () => {
  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'no error',
      (error: Error) => error.message,
    );

  test('an import of the main file', async () => {
    using project = tempProject({ 'package.json': '{}', 'job.ts': '', 'lib.ts': `import { n } from './job'; console.log(n);` });
    expect(await failure(bundle(project, { modules: ['lib.ts'] }))).toBe(
      'lib.ts imports from the main file job.ts. The top level of a main file runs on the driver only, ' +
        'so modules that run on executors cannot import from it. Move what both need into a third module.',
    );
  });

  test('a native addon fails on the executor that needs it, with the package’s name', async () => {
    using project = tempProject({
      'package.json': '{}',
      'fast.ts': `import addon from '@acme/fast'; console.log(addon);`,
      'other.ts': `console.log('fine');`,
      'node_modules/@acme/fast/package.json': '{ "main": "i.js" }',
      'node_modules/@acme/fast/i.js': `module.exports = require('./build/fast.node');`,
      'node_modules/@acme/fast/build/fast.node': '\0',
    });
    const { stdout, stderr } = evaluate(await bundle(project, { modules: ['fast.ts', 'other.ts'] }), ['other.ts', 'fast.ts']);
    expect(stdout).toBe('fine\n');
    expect(stderr).toContain(
      'The package "@acme/fast" is or loads a native addon (.node), which cannot be part of an executor bundle. ' +
        'Use it on the driver only, use a package written in JavaScript or WebAssembly, or run with --on local, where executors load packages from node_modules.',
    );
  });

  test('an optional dependency that is not installed fails only where it is used', async () => {
    using project = tempProject({
      'package.json': '{}',
      'a.ts': `import pg from 'like-pg'; console.log(pg.ok); pg.native();`,
      'node_modules/like-pg/package.json': '{ "main": "i.js" }',
      'node_modules/like-pg/i.js': `exports.ok = 'ok'; exports.native = () => require('like-pg-native');`,
    });
    const { stdout, stderr } = evaluate(await bundle(project, { modules: ['a.ts'] }), ['a.ts']);
    expect(stdout).toBe('ok\n');
    expect(stderr).toContain(
      `Cannot find "like-pg-native", imported from ${project.root}/node_modules/like-pg/i.js: it was not there when the executor bundle was built. Install it, or remove the import.`,
    );
  });

  test('a syntax error keeps its own code and text', async () => {
    using project = tempProject({ 'package.json': '{}', 'a.ts': 'const a = ;' });
    await expect(bundle(project, { modules: ['a.ts'] })).rejects.toMatchObject({ code: 'SYNTAX_ERROR', fault: 'user' });
  });

  test('a module that exports less than what is imported', async () => {
    using project = tempProject({
      'package.json': '{}',
      'a.ts': `import { b } from './b.ts'; console.log(b);`,
      'b.ts': 'export const c = 1;',
    });
    expect(await failure(bundle(project, { modules: ['a.ts'] }))).toBe(
      'Cannot build the executor bundle: No matching export in "b.ts" for import "b" (a.ts). Every module that the job imports has to be bundled; correct this one.',
    );
  });

  test('the driver’s API is there for modules that import it, and fails when it is used', async () => {
    using project = tempProject({
      'package.json': '{}',
      'a.ts': `import { Context, KeyMap, LevinError, executorInit } from 'levin'; executorInit(() => {}); console.log(typeof LevinError, typeof Context, new KeyMap([[[1], 2]]).get([1])); export const f = () => Context.create(); f();`,
    });
    const { stdout, stderr } = evaluate(await bundle(project, { modules: ['a.ts'] }), ['a.ts']);
    expect(stdout).toBe('function function 2\n');
    expect(stderr).toContain(
      "Context of 'levin' exists only on the driver; a module that runs on executors used it. Move that code into the main file, or into a module that only the main file imports.",
    );
  });
});
