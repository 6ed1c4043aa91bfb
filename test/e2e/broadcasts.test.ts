import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { runBroadcastSize } from '../support/broadcast-size.ts';
import { type JobFolder, jobFolder, jobText } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { eventsOf } from '../support/run-events.ts';

const job = (name: string): string => readFileSync(new URL(`./jobs/${name}.ts`, import.meta.url), 'utf8');
const usesFolder = (): JobFolder => jobFolder({ 'job.ts': job('broadcasts'), 'broadcast-library.ts': job('broadcast-library') });
const stored = (events: readonly AppEvent[]) => events.filter((event) => event.kind === 'broadcastStored');

const EXPECTED = {
  values: ['name 0', false, 0, 42, true, true, 0, '12'],
  'captured by a captured function': 240,
  'in arrays and objects': { sum: 6000 },
  'of an imported module': ['name 0', 'name 1'],
  'in an object that says how it travels': 33,
  combiner: [
    [0, 80],
    [1, 86],
  ],
  'key function': [2, 5, 8],
  partitioner: 12,
  async: 6 * 50_000 + 12,
  again: 66 + 12 * 7,
  'after unpersist': 66 + 12 * 7,
  'on the driver': 30,
  'in a step': 20,
  'its equal was destroyed': 3000,
  encodings: 1,
  unused: 10_000,
};
/** Of the job: those that a stage uses and that are too large for its template. Equal ones are one, and one of them is used again when the other is gone. */
const STORED = 5;

describe.each(['local[2]', 'local-cluster[2,2,512]'])('on %s', (master) => {
  test('functions read broadcasts wherever they capture them', async () => {
    using folder = usesFolder();
    const { stdout, stderr, code } = await folder.run(['job.ts', '--on', master]);
    expect([JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? stderr), code]).toEqual([EXPECTED, 0]);
    expect(stored(await eventsOf(folder, stderr)).map(({ again }) => again)).toEqual(Array(STORED).fill(false));
    expect(stderr).toContain(`${STORED} broadcasts stored: `);
  });
});

test('on aws functions read broadcasts wherever they capture them, each environment each value once', async () => {
  await using aws = await startEmulatedAws({ memorySizesMb: [512], maxConcurrency: 2 });
  using folder = usesFolder();
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'aws:test', '--quiet'], { env: aws.env });
  expect([JSON.parse(stdout || stderr), code]).toEqual([EXPECTED, 0]);
  const requests = aws.s3.requests().filter(({ keys }) => keys.some((key) => key.includes('/broadcasts/')));
  const [puts, gets] = ['PutObject', 'GetObject'].map((name) => requests.filter(({ operation }) => operation === name));
  expect(new Set(puts?.map(({ keys }) => keys[0])).size).toBe(STORED);
  // Requests that are late are sent again, a few on a busy machine.
  expect(puts?.length).toBeLessThanOrEqual(STORED + 4);
  expect(gets?.length).toBeGreaterThanOrEqual(STORED);
  expect(gets?.length).toBeLessThanOrEqual(STORED * aws.lambda.environments().length + 4);
});

test('the job of the page', async () => {
  using folder = jobFolder({ 'job.ts': job('stop-words') });
  const { stdout, code } = await folder.run(['job.ts', '--on', 'local[2]', '--quiet']);
  expect([stdout, code]).toEqual(['["cat","queen"]\n', 0]);
});

test('two executor processes of two threads read a value once each: the kernel counts the bytes', async () => {
  expect((await runBroadcastSize({ millions: 20, executorMb: 600, timeoutMs: 120_000 })).wrong).toEqual([]);
}, 150_000);

const LOST = jobText(
  "import { readdirSync, rmSync, writeFileSync } from 'node:fs';",
  "import { join } from 'node:path';",
  'const data = lv.broadcast(Array.from({ length: 5000 }, (_, i) => i));',
  'const sum = (n: number) => lv.range(4, { numSlices: 4 }).map((i) => (data.value[i + n] as number) - n).sum();',
  'const sums = [await sum(1)];',
  "const folder = join(process.env['LEVIN_STATE_DIR'] as string, 'objects/apps', lv.applicationId, 'broadcasts');",
  'const file = join(folder, readdirSync(folder)[0] as string);',
  'rmSync(file);',
  'await data.unpersist();',
  'sums.push(await sum(2));',
  "writeFileSync(file, 'something else');",
  'await data.unpersist();',
  'sums.push(await sum(3));',
  'console.log(JSON.stringify(sums));',
);

test.each(['local[2]', 'local-cluster[2,1,512]'])('on %s a value that was deleted or damaged is stored again', async (master) => {
  using folder = jobFolder({ 'job.ts': LOST });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', master]);
  expect([stdout.split('\n').filter((line) => line.startsWith('[6')), code]).toEqual([['[6,6,6]'], 0]);
  const events = stored(await eventsOf(folder, stderr));
  expect([events[0]?.again, new Set(events.slice(1).map(({ again }) => again)), new Set(events.map(({ hash }) => hash)).size]).toEqual([
    false,
    new Set([true]),
    1,
  ]);
});

const WRONG = jobText(
  'const told: string[] = [];',
  'const tell = async (run: () => unknown) => { try { await run(); told.push("nothing"); } catch (error) { told.push(`${(error as { code?: string }).code} ${(error as Error).message}`.replaceAll(/\\(?\\/[^ ]*\\/job\\.ts/g, "job.ts")); } };',
  'const numbers = lv.range(2, { numSlices: 1 });',
  'const data = lv.broadcast(new Uint8Array(5000));',
  'await tell(() => lv.parallelize([[data]]));',
  'await tell(() => lv.broadcast({ of: numbers }));',
  'await tell(() => lv.broadcast([lv]));',
  'await tell(() => numbers.map(() => lv.broadcast(1).value));',
  'await tell(() => numbers.map(() => data).collect());',
  'await tell(() => numbers.foreach(() => { void data.destroy(); }));',
  'const planned = numbers.map((i) => data.value[i] as number);',
  'await data.destroy();',
  'await tell(() => planned.count());',
  'await tell(() => numbers.map((i) => data.value[i] as number));',
  'const much = new Uint8Array(1_500_000);',
  'for (let i = 0; i < 3; i++) await numbers.map((n) => much[n] as number).count();',
  'console.log(JSON.stringify(told));',
);

const IN_RECORD =
  'a Broadcast, which only functions take along. Capture it in the function that needs it, or put its value into the record.';
const DESTROYED = `The broadcast made at job.ts:7:17 was destroyed at job.ts:15:12, and then a function that captures it was used. Destroy it after the last action that uses it; unpersist() frees the executors' copies and lets it be used again.`;

test('what cannot be done with a broadcast is told with what to do instead', async () => {
  using folder = jobFolder({ 'job.ts': WRONG });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local[1]']);
  expect([code, stderr.match(/captures 1\.5 MB/g)]).toEqual([0, ['captures 1.5 MB']]);
  expect(stderr).toContain(
    'captures 1.5 MB of data, which each stage that uses it takes along, and each task decodes. Broadcast the data:',
  );
  expect(JSON.parse(stdout.split('\n').find((line) => line.startsWith('["')) ?? stdout)).toEqual([
    `RECORD_NOT_ENCODABLE Cannot encode record[0]: ${IN_RECORD}`,
    'RECORD_NOT_ENCODABLE Cannot encode broadcast.of: an RDD cannot be used inside a closure that runs on executors (nested jobs are not supported). Use join(), or collect() the smaller one before the call.',
    'RECORD_NOT_ENCODABLE Cannot encode broadcast[0]: the Context exists only on the driver; it cannot be used inside a closure that runs on executors.',
    'CLOSURE_NOT_SHIPPABLE Cannot ship the function passed to rdd.map() to executors: the Context exists only on the driver; it cannot be used inside a closure that runs on executors.\nreached through: function (job.ts:11:30) captures `lv`',
    `RECORD_NOT_ENCODABLE collect: task 0 of stage 0 (collect at job.ts:12) the same error came 2 times from the same place, last with: Cannot encode record: ${IN_RECORD}`,
    'USER_ERROR foreach: task 0 of stage 1 (foreach at job.ts:13) the same error came 2 times from the same place, last with: foreach at job.ts:13:26 failed in partition 0 of stage 1: LevinError: Broadcast.destroy() was called in a task. Call it in the driver, when the actions that use the broadcast are done.',
    `BROADCAST_DESTROYED count: stage 2 (count at job.ts:16) cannot start: ${DESTROYED}`,
    `CLOSURE_NOT_SHIPPABLE Cannot ship the function passed to rdd.map() to executors: ${DESTROYED}\nreached through: function (job.ts:17:30) captures \`data\``,
  ]);
});

const RESUMED = jobText(
  "import { existsSync, writeFileSync } from 'node:fs';",
  'const data = lv.broadcast(Array.from({ length: 5000 }, (_, i) => i));',
  'const sum = (n: number) => lv.range(4, { numSlices: 2 }).map((i) => (data.value[i + n] as number) - n).sum();',
  'const first = await sum(1);',
  "if (!existsSync('killed')) { writeFileSync('killed', ''); process.kill(process.pid, 'SIGKILL'); await new Promise(() => undefined); }",
  'console.log(JSON.stringify([first, await sum(2)]));',
);
const RESUMABLE = ['job.ts', '--on', 'local-cluster[1,1,512]', '--conf', 'leaseMs=600'];

test('a resumed application does not store a value again that its first driver had stored', async () => {
  using folder = jobFolder({ 'job.ts': RESUMED });
  const killed = await folder.run(RESUMABLE);
  expect(killed.signal).toBe('SIGKILL');
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(killed.stderr)?.[0] ?? '';
  const resumed = await folder.run([...RESUMABLE, '--app', appId]);
  expect([resumed.stdout.split('\n').filter((line) => line.startsWith('[6')), resumed.code]).toEqual([['[6,6]'], 0]);
  expect(resumed.stderr).not.toContain('broadcast stored');
});
