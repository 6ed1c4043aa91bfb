import { describe, expect, test } from 'vitest';
import { createResolver } from '../../../../engine/closures/loading/resolver.ts';
import { tempProject } from './temp-project.ts';

const FILES = {
  'package.json': '{ "type": "commonjs" }',
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./src/lib/*"], "pkg": ["./src/own-pkg.ts"] } }, "include": ["src"] }',
  'job.ts': '',
  'src/both.js': '',
  'src/both.ts': '',
  'src/own-pkg.ts': '',
  'src/lib/a.ts': '',
  'src/lib/folder/index.ts': '',
  'src/lib/view.tsx': '',
  'src/lib/with space.ts': '',
  'plain/job.ts': '',
  'plain/tsconfig.json': '{}',
  'node_modules/pkg/package.json': '{ "exports": { ".": { "import": "./esm.js", "default": "./cjs.js" } } }',
  'node_modules/pkg/esm.js': '',
  'packages/shared/package.json': '{ "name": "@acme/shared", "exports": "./src/index.ts" }',
  'packages/shared/src/index.ts': '',
};

describe('what user modules import', () => {
  const cases: readonly (readonly [string, string, string | null])[] = [
    ['job.ts', './src/lib/a.ts', 'src/lib/a.ts'],
    ['job.ts', './src/lib/a', 'src/lib/a.ts'],
    ['job.ts', './src/lib/a.js', 'src/lib/a.ts'],
    ['job.ts', './src/lib/view.jsx', 'src/lib/view.tsx'],
    ['job.ts', './src/lib/folder', 'src/lib/folder/index.ts'],
    ['job.ts', './src/lib/with%20space', 'src/lib/with space.ts'],
    ['job.ts', './src/both.js', 'src/both.js'],
    ['job.ts', './src/both', 'src/both.ts'],
    ['job.ts', '@lib/a', 'src/lib/a.ts'],
    ['job.ts', '@lib/a.js', 'src/lib/a.ts'],
    ['job.ts', 'pkg', 'src/own-pkg.ts'],
    ['plain/job.ts', 'pkg', 'node_modules/pkg/esm.js'],
    ['job.ts', '@acme/shared', 'packages/shared/src/index.ts'],
    ['job.ts', '~/lib/a', 'src/lib/a.ts'],
    ['job.ts', 'exact', 'src/lib/a.ts'],
    ['job.ts', 'exactly', null],
    ['job.ts', 'node:fs', null],
    ['job.ts', 'fs', null],
    ['job.ts', './none', null],
    ['job.ts', 'not-installed', null],
  ];

  test.each(cases)('%s imports %s: %s', (importer, specifier, expected) => {
    using project = tempProject(FILES);
    project.link('node_modules/@acme/shared', 'packages/shared');
    const aliases = [
      { find: /^~\//, replacement: `${project.path('src')}/` },
      { find: 'exact', replacement: project.path('src/lib/a.ts') },
    ];
    const found = createResolver({ aliases }).resolve(specifier, project.path(importer));
    expect(found === null ? null : found.slice(project.root.length + 1)).toBe(expected);
  });

  test('Node is asked first unless something of the project may say otherwise', () => {
    using project = tempProject(FILES);
    const resolver = createResolver();
    const special = (importer: string, specifier: string): boolean => resolver.isSpecial(specifier, project.path(importer));
    expect([
      special('job.ts', './src/lib/a.ts'),
      special('job.ts', './src/lib/a'),
      special('job.ts', 'lodash-es'),
      special('plain/job.ts', 'lodash-es'),
      special('job.ts', 'node:fs'),
    ]).toEqual([false, true, true, false, false]);
  });
});
