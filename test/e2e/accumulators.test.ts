import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';

/** Partition 2 of each stage dies once by the signal, after all its records were added. */
const JOB = [
  "import { existsSync, writeFileSync } from 'node:fs';",
  jobText(
    'const folder = process.argv[2] as string;',
    "const seen = lv.longAccumulator('seen');",
    "const all = lv.collectionAccumulator<string>('all');",
    'const die = (name: string): void => {',
    '  if (existsSync(`${folder}/${name}`)) return;',
    "  writeFileSync(`${folder}/${name}`, '');",
    "  process.kill(process.pid, 'SIGKILL');",
    '};',
    'const pairs = lv.range(40, { numSlices: 4 }).mapPartitionsWithIndex(function* (i, records) {',
    '  for (const x of records) {',
    '    seen.add(1);',
    "    all.add(`${x} ${'x'.repeat(1000)}`);",
    '    yield [x % 5, x] as [number, number];',
    '  }',
    "  if (i === 2) die('map');",
    '});',
    'const sums = pairs.reduceByKey((a, b) => a + b, 4);',
    'const keys = sums.mapPartitionsWithIndex(function* (i, records) {',
    '  for (const [k, n] of records) {',
    '    seen.add(1000);',
    '    yield [k, n] as [number, number];',
    '  }',
    "  if (i === 2) die('reduce');",
    '});',
    'console.log(JSON.stringify([(await keys.collect()).length, seen.value, seen.count, all.value.map((text) => Number.parseInt(text, 10))]));',
    "if (!existsSync(`${folder}/driver`) && process.argv[3] === 'driver') {",
    "  writeFileSync(`${folder}/driver`, '');",
    "  process.kill(process.pid, 'SIGKILL');",
    '}',
    'console.log(JSON.stringify([await sums.count(), seen.value, all.value.length]));',
  ),
].join('\n');
const NUMBERS = Array.from({ length: 40 }, (_, i) => i);
const FIRST = JSON.stringify([5, 5040, 45, NUMBERS]);
const SECOND = JSON.stringify([5, 5040, 40]);

test('executors that die by SIGKILL when they have added all, in two stages: each record counts once', async () => {
  using folder = jobFolder({ 'job.ts': JOB });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local-cluster[2,1,512]', folder.path]);
  expect([stdout, code]).toEqual([`${FIRST}\n${SECOND}\n`, 0]);
  // Whether what died counts as a failure depends on whether its beginning was told: that both died is what is asked for.
  expect(['map', 'reduce'].map((name) => existsSync(join(folder.path, name)))).toEqual([true, true]);
  expect(stderr).toContain('accumulators: seen 5040, all 40 values');
});

test('a driver that dies by SIGKILL after its first action is continued with what was added before', async () => {
  using folder = jobFolder({ 'job.ts': JOB, map: '', reduce: '' });
  const killed = await folder.run(['job.ts', '--on', 'local[2]', '--conf', 'leaseMs=1000', folder.path, 'driver']);
  expect([killed.stdout, killed.signal]).toEqual([`${FIRST}\n`, 'SIGKILL']);
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(killed.stderr)?.[0] as string;
  const { stdout, code } = await folder.run(['job.ts', '--app', appId]);
  expect([stdout, code]).toEqual([`${FIRST}\n${SECOND}\n`, 0]);
});

test('the job of the page', async () => {
  using folder = jobFolder({ 'job.ts': readFileSync(new URL('./jobs/bad-lines.ts', import.meta.url), 'utf8') });
  const { stdout, code } = await folder.run(['job.ts', '--on', 'local[2]', '--quiet']);
  expect([stdout, code]).toEqual(['1.1 2\n', 0]);
});

test('functions on Lambda count as threads do', async () => {
  await using aws = await startEmulatedAws({ memorySizesMb: [512], maxConcurrency: 2 });
  const source = (name: string): string => readFileSync(new URL(`./jobs/${name}.ts`, import.meta.url), 'utf8');
  using folder = jobFolder({ 'job.ts': source('spark-accumulators'), 'count-in.ts': source('count-in'), 'show.ts': source('show') });
  const local = await folder.run(['job.ts', '--on', 'local[2]', '--quiet', '3']);
  const { stdout, code } = await folder.run(['job.ts', '--on', 'aws:test', '--quiet', '3'], { env: aws.env, timeoutMs: 180_000 });
  const answers = (text: string): readonly string[] =>
    text.split('\n').filter((line) => line.startsWith('["') && !line.includes('_') && !line.includes('driver'));
  expect(code).toBe(0);
  expect(answers(stdout)).toEqual(answers(local.stdout));
  expect(answers(stdout).length).toBe(10);
}, 200_000);
