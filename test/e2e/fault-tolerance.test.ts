import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEventLog } from '../../driver/events/event-log.ts';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { type JobFolder, jobFolder, jobText } from '../support/job-folder.ts';

async function eventsOf(folder: JobFolder, stderr: string): Promise<readonly AppEvent[]> {
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '';
  return await readEventLog(createDirectoryObjectStore({ root: join(folder.path, '.state/objects') }), appId);
}

/** What ran of a generation above 0: `stage: partition/generation`. */
function again(events: readonly AppEvent[]): readonly string[] {
  return events
    .flatMap((event) => (event.kind === 'taskEnded' && event.failure === null && event.generation > 0 ? [event] : []))
    .map(({ stage, partition, generation }) => `${stage}: ${partition}/${generation}`)
    .toSorted();
}

/** In a job: deletes the shuffle object of a partition of the n-th stage, in the order of their first object. */
const DELETE = [
  'function lose(stage: number, partition: number): void {',
  '  const folder = `${process.env["LEVIN_STATE_DIR"]}/objects/apps/${lv.applicationId}/shuffle`;',
  '  const stages = readdirSync(folder).sort((a, b) => statSync(`${folder}/${a}`).birthtimeMs - statSync(`${folder}/${b}`).birthtimeMs);',
  '  const dir = `${folder}/${stages[stage]}`;',
  '  for (const name of readdirSync(dir)) if (name.startsWith(`${partition}-`)) rmSync(`${dir}/${name}`);',
  '}',
];
const IMPORTS = "import { readdirSync, rmSync, statSync } from 'node:fs';";

test('lost shuffle objects of two stages: the lost one, then what it was made of, and nothing else', async () => {
  const job = [
    IMPORTS,
    jobText(
      ...DELETE,
      'const first = lv.range(1000, { numSlices: 4 }).map((x) => [x % 50, 1]).reduceByKey((a, b) => a + b, 3);',
      'const second = first.map(([k, n]) => [k % 5, n]).reduceByKey((a, b) => a + b, 2);',
      'await second.count();',
      'lose(0, 2);',
      'lose(1, 1);',
      'console.log(JSON.stringify((await second.collect()).sort(([a], [b]) => a - b)));',
    ),
  ].join('\n');
  using folder = jobFolder({ 'job.ts': job });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local[2]']);
  expect([stdout, code]).toEqual(['[[0,200],[1,200],[2,200],[3,200],[4,200]]\n', 0]);
  expect(again(await eventsOf(folder, stderr))).toEqual(['0: 2/1', '1: 1/1']);
});

test('a stage that gives other records when it runs again, after a part of the answer was handed out: an error that says so', async () => {
  const job = [
    IMPORTS,
    jobText(
      ...DELETE,
      'const drawn = lv.range(40, { numSlices: 2 }).map((x) => [x % 4, Math.random()]).groupByKey(3);',
      'let first = true;',
      'for await (const [key] of drawn.toLocalIterator()) {',
      '  if (first) lose(0, 1);',
      '  first = false;',
      '  console.log(key);',
      '}',
    ),
  ].join('\n');
  using folder = jobFolder({ 'job.ts': job });
  const { stderr, code } = await folder.run(['job.ts', '--on', 'local[2]']);
  expect(code).toBe(1);
  expect(stderr).toContain('toLocalIterator: groupByKey at job.ts:');
  expect(stderr).toContain('lost committed output, ran again and gave other records than the first time');
});

test('an executor on which every task fails gets no more of them, and the job succeeds', async () => {
  const job = [
    "import { existsSync, readFileSync, writeFileSync } from 'node:fs';",
    jobText(
      'const marker = process.argv[2] as string;',
      'const sum = await lv.range(60, { numSlices: 60 }).map((x) => {',
      '  if (!existsSync(marker)) writeFileSync(marker, String(process.pid), { flag: "wx" });',
      '  if (readFileSync(marker, "utf8") === String(process.pid)) throw new Error("the disk of this executor is broken");',
      '  return x;',
      '}).reduce((a, b) => a + b);',
      'console.log(sum);',
    ),
  ].join('\n');
  using folder = jobFolder({ 'job.ts': job });
  const args = ['job.ts', '--on', 'local-cluster[2,1,512]', '--conf', 'excludeOnFailure=true', join(folder.path, 'marker')];
  const { stdout, stderr, code } = await folder.run(args);
  expect([stdout, code]).toEqual(['1770\n', 0]);
  expect(stderr).toMatch(
    /Executor \d is left out: 2 tasks of stage 0 \(reduce at job\.ts:\d+\) failed on it: it gets no more of this stage/,
  );
  const events = await eventsOf(folder, stderr);
  const broken = /Executor (\d) is left out/.exec(stderr)?.[1];
  const failures = events.flatMap((event) => (event.kind === 'taskEnded' && event.failure !== null ? [event.partition] : []));
  // When the second one fails, ten tasks are in flight (two executors, five deep), at most all of them there; no task fails twice.
  expect(failures.length).toBeLessThanOrEqual(2 + 10);
  expect(new Set(failures).size).toBe(failures.length);
  const onBroken = events.filter((event) => event.kind === 'taskStarted' && event.executorId === broken);
  expect(onBroken.length).toBe(failures.length);
});

test('an executor that is frozen by SIGSTOP: its tasks run elsewhere, with speculation', async () => {
  const job = [
    "import { spawnSync } from 'node:child_process';",
    jobText(
      'const spin = (x: number): number => { let n = x; for (let i = 0; i < 3e7; i++) n = (n * 31 + i) % 1000003; return n >= 0 ? 1 : 0; };',
      'const count = lv.range(12, { numSlices: 12 }).map(spin).reduce((a, b) => a + b);',
      'const freeze = setInterval(() => {',
      "  const found = spawnSync('pgrep', ['-P', String(process.pid), '-f', 'executor-process'], { encoding: 'utf8' }).stdout.split('\\n');",
      '  const executors = found.filter((pid) => pid !== "");',
      '  if (executors.length < 2) return;',
      '  clearInterval(freeze);',
      "  process.kill(Number(executors[0]), 'SIGSTOP');",
      '}, 20);',
      'console.log(await count);',
    ),
  ].join('\n');
  using folder = jobFolder({ 'job.ts': job });
  const speculative = ['speculation=true', 'speculationQuantile=0.25'].flatMap((conf) => ['--conf', conf]);
  const args = ['job.ts', '--on', 'local-cluster[2,1,512]', ...speculative];
  const { stdout, stderr, code } = await folder.run(args);
  expect([stdout, code]).toEqual(['12\n', 0]);
  expect(stderr).toMatch(/\d+ second attempts? beside slow ones \([1-9]\d* first\)/);
});

test('records on which a function fails are left out up to maxBadRecords, and stand in a file with the reason', async () => {
  const job = jobText(
    'const parsed = lv.parallelize(["1", "two", "3", "4", "five"], 2).map((text) => {',
    '  if (!/^\\d+$/.test(text)) throw new RangeError(`no number: ${text}`);',
    '  return Number(text);',
    '});',
    'console.log(await parsed.sum());',
  );
  using folder = jobFolder({ 'job.ts': job });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local[2]', '--conf', 'maxBadRecords=2']);
  expect([stdout, code]).toEqual(['8\n', 0]);
  expect(stderr).toMatch(/2 bad records left out/);
  const place = /They stand with their errors in (\S+)/.exec(stderr)?.[1] as string;
  const letters = readdirSync(place)
    .flatMap((name) => readFileSync(join(place, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as { record: string; error: { message: string; stack: string } });
  expect(letters.map(({ record, error }) => `${record}: ${error.message}`).toSorted()).toEqual([
    'five: no number: five',
    'two: no number: two',
  ]);
  expect(letters[0]?.error.stack).toMatch(/job\.ts:5:/);
  const strict = await folder.run(['job.ts', '--on', 'local[2]', '--conf', 'maxBadRecords=1']);
  expect([strict.stdout, strict.code]).toEqual(['', 1]);
  expect(strict.stderr).toContain('maxBadRecords');
});

describe('tasks that cannot be run as they are', () => {
  test('a computation past taskTimeoutMs is tried twice, then told with its operations', async () => {
    const job = jobText('await lv.range(2, { numSlices: 1 }).map((x) => { for (;;) x++; }).count();');
    using folder = jobFolder({ 'job.ts': job });
    const { stderr, code } = await folder.run(['job.ts', '--on', 'local[1]', '--conf', 'taskTimeoutMs=300']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /count: task 0 of stage 0 \(count at job\.ts:4\) failed 2 times, last with: task 0 of stage 0 was stopped after 300 ms, the limit of one attempt \(it was computing, not waiting\)\. Raise taskTimeoutMs, or use more partitions so that each task does less\. The stage ran map at job\.ts:4\./,
    );
  });

  test('memory that runs out ends the attempt, not the driver, and is told with operations and remedy', async () => {
    const job = jobText(
      'await lv.range(2, { numSlices: 1 }).map((x) => { const all = []; for (;;) all.push(new Array(1e5).fill(x)); }).count();',
    );
    using folder = jobFolder({ 'job.ts': job });
    const { stderr, code } = await folder.run(['job.ts', '--on', 'local-cluster[1,1,256]', '--conf', 'maxTaskFailures=1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/count: task 0 of stage 0 \(count at job\.ts:4\) failed 1 times, last with: .*ran out of memory/);
    expect(stderr).toMatch(/To help: give executors more memory \(--on local-cluster\[1,1,512\]\).*The stage ran map at job\.ts:4\./);
  });
});
