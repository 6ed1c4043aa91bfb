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
  // Requests that are late are sent again, one or two on a busy machine.
  expect(puts?.length).toBeLessThanOrEqual(STORED + 2);
  expect(gets?.length).toBeGreaterThanOrEqual(STORED);
  expect(gets?.length).toBeLessThanOrEqual(STORED * aws.lambda.environments().length + 2);
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
