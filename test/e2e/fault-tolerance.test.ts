import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { eventsOf, failedAttempts, ranAgain, succeededTasks } from '../support/run-events.ts';

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
  // The lost task, which shows that it differs; and no consumer.
  expect(again(await eventsOf(folder, stderr))).toEqual(['0: 1/1']);
});

test('an executor on which every task fails gets no more of them, and the job succeeds', async () => {
  const job = [
    "import { readFileSync, writeFileSync } from 'node:fs';",
    jobText(
      'const marker = process.argv[2] as string;',
      'const sum = await lv.range(60, { numSlices: 60 }).map((x) => {',
      // Both executors may come here at once: one of them writes it.
      '  try { writeFileSync(marker, String(process.pid), { flag: "wx" }); } catch {}',
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
  expect(ranAgain(events)).toEqual(failures.map((partition) => `0: ${partition}#1`).toSorted());
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
  const events = await eventsOf(folder, stderr);
  const won = events.flatMap((event) => (event.kind === 'taskEnded' && event.failure === null && !event.lostRace ? [event] : []));
  expect(won.map(({ partition }) => partition).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  // Copies won only where the first attempt was with the frozen executor: begun there, or handed over and never begun.
  const copied = won.filter(({ attempt }) => attempt > 0).map(({ partition }) => partition);
  const first = events.flatMap((event) =>
    event.kind === 'taskStarted' && event.attempt === 0 && copied.includes(event.partition) ? [event.executorId] : [],
  );
  expect(new Set(first).size).toBeLessThanOrEqual(1);
  // What it held when it was killed at the end is no failure of others.
  expect(failedAttempts(events).filter((attempt) => !copied.some((partition) => attempt.startsWith(`0: ${partition}#0 `)))).toEqual([]);
});

test('records on which a function fails are left out up to maxBadRecords, and stand in a file with the reason', async () => {
  const job = jobText(
    'const parsed = lv.parallelize(["1", "two", "3", "4", "five", "6"], 3).map((text) => {',
    '  if (!/^\\d+$/.test(text)) throw new RangeError(`no number: ${text}`);',
    '  return Number(text);',
    '});',
    'console.log(await parsed.sum());',
  );
  using folder = jobFolder({ 'job.ts': job });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local[2]', '--conf', 'maxBadRecords=2']);
  expect([stdout, code]).toEqual(['14\n', 0]);
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
  const events = await eventsOf(folder, stderr);
  expect(new Set(ranAgain(events).map((attempt) => attempt.split('#')[0]))).toEqual(new Set(['0: 0', '0: 2']));
  expect(succeededTasks(events)).toEqual(['0: 0/0', '0: 1/0', '0: 2/0']);
  const strict = await folder.run(['job.ts', '--on', 'local[2]', '--conf', 'maxBadRecords=1']);
  expect([strict.stdout, strict.code]).toEqual(['', 1]);
  expect(strict.stderr).toContain('maxBadRecords');
});

test('a task that fails, ends its worker or waits for too long runs again on another executor where there is one; no other task does', async () => {
  const job = [
    "import { existsSync, writeFileSync } from 'node:fs';",
    jobText(
      'const folder = process.argv[2] as string;',
      'const once = (name: string): boolean => { if (existsSync(`${folder}/${name}`)) return false; writeFileSync(`${folder}/${name}`, ""); return true; };',
      'const odd = async (x: number): Promise<number> => {',
      '  if (x === 3 && once("thrown")) throw new Error("not this time");',
      '  if (x === 5 && once("left")) process.exit(3);',
      '  if (x === 6 && once("waited")) await new Promise(() => {});',
      '  return x;',
      '};',
      'console.log(await lv.range(8, { numSlices: 8 }).map(odd).reduce((a, b) => a + b));',
    ),
  ].join('\n');
  using folder = jobFolder({ 'job.ts': job });
  const { stdout, stderr, code } = await folder.run([
    'job.ts',
    '--on',
    'local-cluster[2,1,512]',
    '--conf',
    'taskTimeoutMs=5000',
    folder.path,
  ]);
  expect([stdout, code]).toEqual(['28\n', 0]);
  const events = await eventsOf(folder, stderr);
  expect(failedAttempts(events)).toEqual(['0: 3#0 user-error', '0: 5#0 exit', '0: 6#0 timeout']);
  expect(ranAgain(events)).toEqual(['0: 3#1', '0: 5#1', '0: 6#1']);
  const placesOf = (wanted: number) =>
    events.flatMap((event) => (event.kind === 'taskStarted' && event.partition === wanted ? [event.executorId] : []));
  expect(placesOf(3).toSorted()).toEqual(['1', '2']);
});

test('a mistake in the code is met twice, and its task alone was tried again', async () => {
  const job = jobText(
    'const broken = (x: number): number => (x === 2 ? (undefined as never as { n: number }).n : x);',
    'await lv.range(4, { numSlices: 4 }).map(broken).count();',
  );
  using folder = jobFolder({ 'job.ts': job });
  const { stderr, code } = await folder.run(['job.ts', '--on', 'local[2]']);
  expect(code).toBe(1);
  expect(stderr).toContain('the same error came 2 times from the same place');
  const events = await eventsOf(folder, stderr);
  expect(failedAttempts(events)).toEqual(['0: 2#0 user-error', '0: 2#1 user-error']);
  expect(ranAgain(events)).toEqual(['0: 2#1']);
});

test('an input file that changes between two actions: the reading task fails, and no other runs again', async () => {
  const job = [
    "import { writeFileSync } from 'node:fs';",
    jobText(
      "const lines = lv.textFile('in/*', 2).map((line) => line.length);",
      'console.log(await lines.count());',
      "writeFileSync('in/b', 'three\\nfour\\nfive\\n');",
      'console.log(await lines.collect());',
    ),
  ].join('\n');
  using folder = jobFolder({ 'job.ts': job, 'in/a': 'one\n', 'in/b': 'two\n' });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local[1]']);
  expect([stdout, code]).toEqual(['2\n', 1]);
  expect(stderr).toMatch(/in\/b.*\[INPUT_CHANGED\]/);
  expect(failedAttempts(await eventsOf(folder, stderr)).map((attempt) => attempt.replace(/#\d/, ''))).toEqual([
    '1: 1 user-error',
    '1: 1 user-error',
  ]);
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
    expect(failedAttempts(await eventsOf(folder, stderr))).toEqual(['0: 0#0 timeout', '0: 0#1 timeout']);
  });

  test('memory that runs out ends the attempt, not the driver, and is told with operations and remedy', async () => {
    const job = jobText(
      'await lv.range(3, { numSlices: 3 }).map((x) => { const all = []; while (x === 1) all.push(new Array(1e5).fill(x)); }).count();',
    );
    using folder = jobFolder({ 'job.ts': job });
    const { stderr, code } = await folder.run(['job.ts', '--on', 'local-cluster[1,1,256]', '--conf', 'maxTaskFailures=2']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/count: task 1 of stage 0 \(count at job\.ts:4\) failed 2 times, last with: .*ran out of memory/);
    expect(stderr).toMatch(
      /To help: give executors more memory \(--on local-cluster\[1,1,512\]\).*The stage ran map at job\.ts:4\. It has 3 partitions: with 6 each task/,
    );
    const events = await eventsOf(folder, stderr);
    expect(failedAttempts(events)).toEqual(['0: 1#0 out-of-memory', '0: 1#1 out-of-memory']);
    expect(ranAgain(events)).toEqual(['0: 1#1']);
  });
});
