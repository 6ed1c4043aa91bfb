import { readdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { levin } from '../../../../engine/closures/loading/esbuild-plugin.ts';
import { tempProject } from './temp-project.ts';

const FILES = {
  'package.json': '{ "type": "commonjs" }',
  'src/job.ts': `import { f } from './lib'; import { pick } from 'used'; const n: number = 3; console.log([1].map((x) => f(x) + n + pick));`,
  'src/other.ts': `import { f } from './lib'; console.log(f(1));`,
  'src/lib.ts': `import type { T } from './types'; export const f = (x: T): number => x;`,
  'src/types.ts': 'export type T = number;',
  'node_modules/used/package.json': '{ "name": "used", "version": "1.0.0", "main": "i.js" }',
  'node_modules/used/i.js': 'exports.pick = 4;',
};

describe('levin/esbuild', () => {
  test('annotates user modules, leaves levin and packages outside, and writes the executor bundle beside the output', async () => {
    using project = tempProject(FILES);
    await build({
      entryPoints: [project.path('src/job.ts'), project.path('src/other.ts')],
      outdir: project.path('out'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      plugins: [levin()],
    });
    expect(readdirSync(project.path('out')).sort()).toEqual(['job.executor.mjs', 'job.executor.mjs.json', 'job.js', 'other.js']);
    const driver = readFileSync(project.path('out/job.js'), 'utf8');
    expect([...driver.matchAll(/from "([^"]+)"/g)].map((match) => match[1])).toEqual([
      'node:url',
      'levin/runtime',
      'levin/runtime',
      'used',
    ]);
    expect(driver).toContain('new URL("./job.executor.mjs", import.meta.url)');
    const executor = readFileSync(project.path('out/job.executor.mjs'), 'utf8');
    expect([...executor.matchAll(/"(src\/\w+\.ts)": ?\(\) ?=>/g)].map((match) => match[1])).toEqual([
      'src/job.ts',
      'src/lib.ts',
      'src/other.ts',
    ]);
    expect(executor).not.toContain('console.log');
    expect(JSON.parse(readFileSync(project.path('out/job.executor.mjs.json'), 'utf8'))).toEqual({
      importNames: {
        'src/job.ts\n./lib': 'module:src/lib.ts',
        'src/job.ts\nused': 'used@1.0.0',
        'src/other.ts\n./lib': 'module:src/lib.ts',
      },
    });
  });

  test('takes main files, file name and root from its options, and gives its files to a build that does not write', async () => {
    using project = tempProject({ ...FILES, 'node_modules/used/i.js': 'export const pick = () => 4;' });
    const { outputFiles } = await build({
      entryPoints: [project.path('src/job.ts')],
      outfile: project.path('out/all.mjs'),
      write: false,
      bundle: true,
      format: 'esm',
      platform: 'node',
      plugins: [levin({ root: project.path('src'), main: /src\/job\.ts$/, executorFile: 'executors.mjs', include: ['used'] })],
    });
    const names = outputFiles.map(({ path }) => path.slice(project.root.length + 1));
    expect(names).toEqual(['out/all.mjs', 'out/executors.mjs', 'out/executors.mjs.json']);
    const executor = outputFiles[1]?.text ?? '';
    expect([...executor.matchAll(/"([\w./]+\.[jt]s)": ?\(\) ?=>/g)].map((match) => match[1])).toEqual([
      '../node_modules/used/i.js',
      'job.ts',
      'lib.ts',
    ]);
  });
});
