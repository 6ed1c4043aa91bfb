import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runNode } from '../../unit/closures/loading/run-node.ts';
import { tempProject } from '../../unit/closures/loading/temp-project.ts';
import { installedPackage, SHIP_PACKAGE } from './ship-project.ts';

const PLUGIN = new URL('../../../engine/closures/loading/vite-plugin.ts', import.meta.url).href;
const VITEST = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));

const CONFIG = `
import { defineConfig } from 'vitest/config';
import { levin } from '${PLUGIN}';
export default defineConfig({
  plugins: [levin()],
  resolve: { alias: { '~lib': new URL('./src', import.meta.url).pathname } },
  test: { testTimeout: 120_000 },
});
`;

const TEST_FILE = `import { capitalize } from 'lodash-es';
import { fingerprint, loaderKind, ship } from 'ship';
import { describe, expect, test } from 'vitest';
import { shout } from '~lib/shout';
import { expectEven, half } from './support';

enum Level { High = 7 }
const fromModule: number = 100;
class Tagged { constructor(public tag: string) {} }

describe('closures', () => {
  const fromDescribe = { n: 20 };
  test('capture from the test, from describe and from the file', async () => {
    const fromTest = 3;
    const later = (x: number) => x + fromTest;
    expect(loaderKind()).toBe('source');
    expect(await ship((x: number) => later(x) + fromDescribe.n + fromModule + Level.High, 1000)).toBe(1130);
    expect(await ship((x: number) => new Tagged('t' + x).tag, 5)).toBe('t5');
  });

  test('use imports: a package, an alias of Vite, a module that imports vitest itself', async () => {
    expect(await ship((s: string) => capitalize(shout(s)), 'abc')).toBe('Abc!');
    expect(await ship((x: number) => half(x), 8)).toBe(4);
    expectEven(4);
  });

  test('that use expect are refused, with the place', async () => {
    const refused = await ship((x: number) => { expect(x).toBe(1); return x; }, 1).catch((error: Error) => error.message);
    expect(refused).toMatch(/^Cannot ship the function passed to rdd.map\\(\\) to executors: function \\(.*closures.test.ts:28:32\\) uses \`expect\` from 'vitest', which exists only on the driver/);
    const direct = await ship(expectEven, 4).catch((error: Error) => error.message);
    expect(direct).toMatch(/uses \`expect\` from 'vitest', which exists only on the driver/);
  });

  test('show the lines of the test file', async () => {
    const failed = await ship((x: number) => {
      throw new Error('bad ' + x);
    }, 1).catch((error: Error) => error.message);
    expect(failed).toMatch(/bad 1 +at .*closures.test.ts:36:13/);
  });

  test.runIf(process.env.LEVIN_FAIL)('that fail show their place', () => {
    expect(half(2)).toBe(2);
  });

  test.each([1, 2])('of parametrised tests have the same fingerprint only for the same values', async (n) => {
    expect(fingerprint(() => n) === fingerprint(() => n)).toBe(true);
    expect(fingerprint(() => n) === fingerprint(() => n + 1)).toBe(false);
  });
});
`;

/** The way users test: a Context in the test, worker threads that load the modules themselves. */
const JOB_TEST = `import { Context } from 'levin';
import { expect, test } from 'vitest';
import { half } from './support';

test.each(['local', 'local-cluster[1,1,512]'])('a job on %s', async (master) => {
  await using lv = await Context.create({ master, quiet: true });
  const by = 10;
  const sums = await lv.range(6).map((x) => [x % 2, half(x) * by]).reduceByKey((a, b) => a + b).collect();
  expect(sums.sort((a, b) => a[0] - b[0])).toEqual([[0, 30], [1, 45]]);
});
`;

const FILES = {
  'package.json': '{ "name": "app", "type": "module" }',
  'vitest.config.ts': CONFIG,
  'src/shout.ts': `export const shout = (s: string): string => s + '!';`,
  'test/support.ts': `import { expect } from 'vitest';
export const half = (x: number): number => x / 2;
export function expectEven(x: number): void { expect(x % 2).toBe(0); }`,
  'test/closures.test.ts': TEST_FILE,
  'test/job.test.ts': JOB_TEST,
  ...SHIP_PACKAGE,
};

test.each(['forks', 'threads'])('closures of a Vitest file, in the pool "%s"', (pool) => {
  using project = tempProject(FILES);
  for (const name of ['lodash-es', 'vitest', 'vite']) project.link(join('node_modules', name), installedPackage(name));
  const args = [VITEST, 'run', '--pool', pool, '--reporter', 'json', '--outputFile', 'result.json'];
  const { stdout, stderr, code } = runNode(args, { cwd: project.root, env: { CI: 'true' } });
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(project.path('result.json'), 'utf8'));
  expect([numPassedTests, numFailedTests]).toEqual([8, 0]);
});

test('a failing expectation shows the line of the test file', () => {
  using project = tempProject(FILES);
  for (const name of ['lodash-es', 'vitest', 'vite']) project.link(join('node_modules', name), installedPackage(name));
  const { stderr } = runNode([VITEST, 'run', '-t', 'show their place'], { cwd: project.root, env: { CI: 'true', LEVIN_FAIL: '1' } });
  expect(stderr).toContain(' ❯ test/closures.test.ts:42:21\n');
});
