import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEventLog } from '../../driver/events/event-log.ts';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { createSqliteMetadataStore } from '../../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../../engine/adapters/local/system-clock.ts';
import { mapBounded } from '../../engine/ports/map-bounded.ts';
import { committedTasks, eventsOfEpoch, journalEntries, startedTasks } from '../support/committed-tasks.ts';
import { deathAt } from '../support/death-at.ts';
import { jobFolder, jobText } from '../support/job-folder.ts';

const POINTS = 52;
const AT_ONCE = 3;
/** Effects by which a run may differ from another. */
const FURTHEST = 8;
/** Effects before there is an application to resume. */
const BEGUN = 3;

/** Four stages that run, two actions, a step that notes that it ran, time, a random number, an output. */
const JOB = `import { appendFileSync } from 'node:fs';\n${jobText(
  "const salt = await lv.step('salt', () => { appendFileSync('salted', 's'); return 3; });",
  'const seen = [lv.now(), lv.random()];',
  'const sums = lv.range(60, { numSlices: 3 }).map((x) => [x % 6, x + salt]).reduceByKey((a, b) => a + b, 3);',
  'const groups = sums.map(([k, sum]) => [k % 2, sum]).groupByKey(2);',
  'console.log(JSON.stringify((await groups.mapValues((all) => all.length).collect()).sort()));',
  "await sums.map(([k, sum]) => [k, `${k} ${sum} ${seen.length}`]).sortByKey({ numPartitions: 2 }).values().saveAsTextFile('out');",
  "console.log('saved');",
  "process.emit('saved' as never);",
)}`;
const ANSWER = '[[0,3],[1,3]]\nsaved\n';
/** Key k sums k, k + 6, … k + 54 and ten times 3. */
const LINES = [0, 1, 2, 3, 4, 5].map((k) => `${k} ${10 * k + 270 + 30} 2`);

const ARGS = ['job.ts', '--on', 'local[2]', '--conf', 'leaseMs=400'];

/** What a driver that was killed had left. */
type Left = 'nothing begun' | 'resumed' | 'finished';

/** Effects until the job has all its answers; what comes then is the clean-up. */
async function countEffects(): Promise<number> {
  using folder = jobFolder({ 'job.ts': JOB });
  const file = join(folder.path, 'effects');
  const { stdout, code } = await folder.run(ARGS, { env: deathAt({ countFile: file }) });
  expect([stdout, code]).toEqual([ANSWER, 0]);
  return Number(readFileSync(file, 'utf8'));
}

/**
 * At that point or beside it: how many effects a job has differs from run to run, for a lease is renewed in time, and what is written at about the same
 * time is one transaction. Where nothing had begun a later effect is tried, where the job had all its answers an earlier one.
 */
async function dieNear(at: number, when: 'before' | 'after'): Promise<Left> {
  for (let effect = at; ; ) {
    const left = await dieAndResume(effect, when);
    const next = left === 'nothing begun' ? effect + 1 : effect - 1;
    if (left === 'resumed' || Math.abs(next - at) > FURTHEST || next === 0) return left;
    effect = next;
  }
}

/** Kills a driver at one point, and lets another one go on from another working folder. Says what the killed one had left. */
async function dieAndResume(at: number, when: 'before' | 'after'): Promise<Left> {
  using folder = jobFolder({ 'job.ts': JOB });
  const state = join(folder.path, '.state');
  const killed = await folder.run(ARGS, { env: deathAt({ effect: at, when }) });
  if (killed.signal !== 'SIGKILL') return 'finished';
  const metadata = createSqliteMetadataStore({ file: join(state, 'metadata.sqlite'), clock: createSystemClock() });
  const [record] = (await metadata.query('apps', '')).items;
  const appId = record?.key.sort ?? '';
  const before = record === undefined ? [] : await committedTasks(metadata, appId);
  const salted = (await journalEntries(metadata, appId)).some(({ kind }) => kind === 'stepFinished');
  await metadata.close();

  mkdirSync(join(folder.path, 'elsewhere'));
  const resumed = await folder.run([join(folder.path, 'job.ts'), '--app', appId || 'app-0'], { cwd: join(folder.path, 'elsewhere') });
  const place = `${when} effect ${at}: ${resumed.stderr}`;
  if (resumed.stderr.includes('[APP_FINISHED]')) {
    expect([place, killed.stdout, outputLines(folder.path)]).toEqual([place, ANSWER, LINES]);
    return 'finished';
  }
  if (resumed.stderr.includes('[APP_NOT_FOUND]')) {
    expect([place, before, existsSync(join(folder.path, 'salted'))]).toEqual([place, [], false]);
    return 'nothing begun';
  }
  expect([place, resumed.stdout, resumed.code]).toEqual([place, ANSWER, 0]);
  expect([place, outputLines(folder.path)]).toEqual([place, LINES]);
  if (salted) expect([place, readFileSync(join(folder.path, 'salted'), 'utf8')]).toEqual([place, 's']);
  const events = eventsOfEpoch(await readEventLog(createDirectoryObjectStore({ root: join(state, 'objects') }), appId), 2);
  expect([place, startedTasks(events).filter((task) => before.includes(task))]).toEqual([place, []]);
  return 'resumed';
}

/** As a reader that knows nothing of levin sees it. */
function outputLines(folder: string): readonly string[] {
  const out = join(folder, 'out');
  expect(existsSync(join(out, '_SUCCESS'))).toBe(true);
  const parts = readdirSync(out).filter((name) => name.startsWith('part-'));
  return parts.toSorted().flatMap((name) =>
    readFileSync(join(out, name), 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
}

test('a driver killed at any of 50 points of its job: another goes on, no committed task runs again, the answer is right', async () => {
  const effects = await countEffects();
  // Before and after each effect: twice as many points.
  const points = Array.from({ length: POINTS }, (_, i) => Math.floor(2 * (BEGUN + (i * (effects - BEGUN)) / POINTS)));
  expect(new Set(points).size).toBe(POINTS);
  const ended = await mapBounded(points, { concurrency: AT_ONCE }, (point) =>
    dieNear(1 + Math.floor(point / 2), point % 2 === 0 ? 'before' : 'after'),
  );
  const counts = Object.fromEntries(
    ['nothing begun', 'resumed', 'finished'].map((what) => [what, ended.filter((each) => each === what).length]),
  );
  process.stdout.write(`${effects} effects; ${JSON.stringify(counts)}\n`);
  expect(counts['resumed']).toBeGreaterThanOrEqual(50);
}, 900_000);
