import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { summarize } from '../../driver/events/summarize.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { eventsOf, failedAttempts, ranAgain, succeededTasks } from '../support/run-events.ts';

/** A job that damages its own shuffle between two actions. */
function damagingJob(damage: string): string {
  return [
    "import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';",
    jobText(
      'const counts = lv.range(1000, { numSlices: 4 }).map((x) => [x % 50, 1]).reduceByKey((a, b) => a + b, 3);',
      'await counts.count();',
      'const folder = `${process.env["LEVIN_STATE_DIR"]}/objects/apps/${lv.applicationId}/shuffle`;',
      'const [stage] = readdirSync(folder);',
      "const file = `${folder}/${stage}/${readdirSync(`${folder}/${stage}`).find((name) => name.startsWith('2-'))}`;",
      damage,
      'console.log(JSON.stringify((await counts.collect()).sort(([a], [b]) => a - b)));',
    ),
  ].join('\n');
}

const EXPECTED = `${JSON.stringify(Array.from({ length: 50 }, (_, key) => [key, 20]))}\n`;

/** Tasks of map stage 0 in the order in which they ended well: `partition/generation`. */
function mapTasks(events: readonly AppEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.kind === 'taskEnded' && event.stage === 0 && event.failure === null ? [`${event.partition}/${event.generation}`] : [],
  );
}

describe.each([['local[2]'], ['local-cluster[2,1,512]']])('committed output that is lost, on %s', (master) => {
  test('a flipped byte is noticed; its producer and only its producer runs again', async () => {
    using folder = jobFolder({
      'job.ts': damagingJob('const bytes = readFileSync(file); bytes[20] = bytes[20]! ^ 1; writeFileSync(file, bytes);'),
    });
    const { stdout, stderr, code } = await folder.run(['job.ts', '--on', master]);
    expect([stdout, code]).toEqual([EXPECTED, 0]);
    const events = await eventsOf(folder, stderr);
    expect(mapTasks(events).toSorted()).toEqual(['0/0', '1/0', '2/0', '2/1', '3/0']);
    expect(
      events.filter((event) => event.kind === 'outputLost').map(({ stage, partition, generation }) => [stage, partition, generation]),
    ).toEqual([[0, 2, 0]]);
  });

  test('a deleted object is produced again under the next generation', async () => {
    using folder = jobFolder({ 'job.ts': damagingJob('rmSync(file);') });
    const { stdout, stderr, code } = await folder.run(['job.ts', '--on', master]);
    expect([stdout, code]).toEqual([EXPECTED, 0]);
    expect(mapTasks(await eventsOf(folder, stderr)).toSorted()).toEqual(['0/0', '1/0', '2/0', '2/1', '3/0']);
  });
});

test('an executor killed by SIGKILL: the task that it ran runs elsewhere, that one and no other', async () => {
  const job = [
    "import { writeFileSync } from 'node:fs';",
    jobText(
      'const marker = process.argv[2] as string;',
      'const sum = await lv.range(40, { numSlices: 8 }).mapPartitions((records) => {',
      '  const all = [...records];',
      '  const first = (): boolean => { try { writeFileSync(marker, String((all[0] as number) / 5), { flag: "wx" }); return true; } catch { return false; } };',
      '  if (first()) process.kill(process.pid, "SIGKILL");',
      '  return all;',
      '}).reduce((a, b) => a + b);',
      'console.log(sum);',
    ),
  ].join('\n');
  using folder = jobFolder({ 'job.ts': job });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local-cluster[2,1,512]', join(folder.path, 'marker')]);
  expect([stdout, code]).toEqual(['780\n', 0]);
  const events = await eventsOf(folder, stderr);
  const killer = readFileSync(join(folder.path, 'marker'), 'utf8');
  // What waited there had not begun: it goes elsewhere as the same attempt.
  expect(failedAttempts(events)).toEqual([`0: ${killer}#0 executor-lost`]);
  expect(ranAgain(events)).toEqual([`0: ${killer}#1`]);
  expect(succeededTasks(events)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((partition) => `0: ${partition}/0`));
});

test('a second action over a shuffle skips its map stage, and the summary is rebuilt from the event log alone', async () => {
  using folder = jobFolder({
    'job.ts': jobText(
      'const pairs = lv.range(100, { numSlices: 4 }).map((x) => [x % 7, x]).reduceByKey((a, b) => a + b, 2);',
      'console.log(await pairs.count(), (await pairs.collect()).length);',
    ),
  });
  const { stdout, stderr } = await folder.run(['job.ts', '--on', 'local[2]']);
  expect(stdout).toBe('7 7\n');
  const events = await eventsOf(folder, stderr);
  expect(mapTasks(events).length).toBe(4);
  const summary = summarize(events);
  expect(summary).toMatchObject({
    status: 'succeeded',
    jobs: { succeeded: 2, failed: 0 },
    tasks: { succeeded: 8, failed: 0, retried: 0 },
    recordsRead: 100,
  });
});

/** Its second action fails until there is a file; what tasks share is in the object store by then: code, a template of more than 4 KB, data of parallelize. */
const SHARING = [
  "import { existsSync } from 'node:fs';",
  jobText(
    'const marker = process.argv[2] as string;',
    "const pad = Array.from({ length: 2000 }, (_, i) => `${i}`).join('');",
    'const numbers = lv.parallelize(Array.from({ length: 500 }, (_, i) => i), 4);',
    'console.log(await numbers.count());',
    'const checked = numbers.map((x) => { if (!existsSync(marker)) throw new TypeError("not yet"); return x + pad.length; });',
    'console.log(await checked.reduce((a, b) => a + b));',
  ),
].join('\n');

test.each([
  // The driver that resumes stores what is missing before any task looks; what is damaged it stores, all of it, when the first task says so.
  ['deleted', (file: string) => rmSync(file), 0],
  ['damaged', (file: string) => writeFileSync(file, readFileSync(file).fill(7, 40, 50)), 1],
] as const)('code, templates and data that are %s are stored again by the driver', async (_, damage, missed) => {
  using folder = jobFolder({ 'job.ts': SHARING });
  const marker = join(folder.path, 'marker');
  const failed = await folder.run(['job.ts', '--on', 'local-cluster[1,1,512]', marker]);
  expect([failed.stdout, failed.code]).toEqual(['500\n', 1]);
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(failed.stderr)?.[0] ?? '';
  const app = join(folder.path, '.state/objects/apps', appId);
  const shared = ['code', 'templates', 'data'].flatMap((kind) => readdirSync(join(app, kind)).map((name) => join(app, kind, name)));
  expect(shared.length).toBe(3);
  for (const file of shared) damage(file);
  writeFileSync(marker, '');
  const { stdout, stderr, code } = await folder.run(['job.ts', '--app', appId]);
  // 0 + 1 + … + 499, and the digits of 0 … 1999 for each of 500.
  expect([stdout, code]).toEqual([`500\n${(499 * 500) / 2 + 500 * 6890}\n`, 0]);
  const found = [...stderr.matchAll(/apps\/[^/]+\/(code|templates|data)\/\S+, which tasks share, is lost or damaged/g)].map(
    ([, kind]) => kind,
  );
  expect(new Set(found).size).toBe(missed);
});

test('an executor whose folder was deleted makes room for a new one', async () => {
  const job = [
    "import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';",
    jobText(
      'const [marker, local] = process.argv.slice(2) as [string, string];',
      // Ends its worker: without a working folder no other can be started.
      'const doubled = lv.range(40, { numSlices: 4 }).mapPartitions((records) => {',
      '  if (existsSync(marker)) return records;',
      "  writeFileSync(marker, '');",
      '  for (const name of readdirSync(local)) rmSync(`${local}/${name}`, { recursive: true });',
      '  process.exit(3);',
      '});',
      'console.log(await doubled.reduce((a, b) => a + b));',
    ),
  ].join('\n');
  using folder = jobFolder({ 'job.ts': job, 'local/.keep': '' });
  const local = join(folder.path, 'local');
  rmSync(join(local, '.keep'));
  const { stdout, stderr, code } = await folder.run([
    'job.ts',
    '--on',
    'local-cluster[1,1,512]',
    '--conf',
    `localDir=${local}`,
    join(folder.path, 'marker'),
    local,
  ]);
  expect([stdout, code]).toEqual(['780\n', 0]);
  // With the old process one attempt may go that had just begun there.
  const failed = (await eventsOf(folder, stderr)).flatMap((event) =>
    event.kind === 'taskEnded' && event.failure !== null ? [event.failure.error.code] : [],
  );
  expect(failed[0]).toBe('PROCESS_EXIT');
  expect(failed.length).toBeLessThanOrEqual(2);
  expect(readdirSync(local)).toEqual([]);
});
