import type { ChildProcess } from 'node:child_process';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEventLog } from '../../driver/events/event-log.ts';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { createSqliteMetadataStore } from '../../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../../engine/adapters/local/system-clock.ts';
import { eventsOfEpoch, startedTasks } from '../support/committed-tasks.ts';
import { deathAt } from '../support/death-at.ts';
import { type JobFolder, jobFolder, jobText } from '../support/job-folder.ts';

/** The first driver's task waits for a file; the sum says whether everything was counted once. */
const JOB = `import { existsSync } from 'node:fs';\n${jobText(
  'const gate = process.argv[2] as string;',
  "console.log('first', await lv.range(100, { numSlices: 2 }).count());",
  'const gated = lv.range(100, { numSlices: 2 }).mapPartitions((records) => {',
  "  console.log('running');",
  '  while (!existsSync(gate)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);',
  '  return records;',
  '});',
  "console.log('sum', await gated.reduce((a, b) => a + b));",
)}`;

test('a driver that was frozen and taken over from writes and deletes nothing when it wakes', async () => {
  using folder = jobFolder({ 'job.ts': JOB });
  const gate = join(folder.path, 'gate');
  const started = Promise.withResolvers<ChildProcess>();
  let stderr = '';
  const frozen = folder.run(['job.ts', '--on', 'local[1]', '--conf', 'leaseMs=600', gate], {
    onStart: (child) => {
      child.stderr?.on('data', (text: string) => {
        stderr += text;
      });
      child.stdout?.on('data', (text: string) => {
        if (text.includes('running')) started.resolve(child);
      });
    },
  });
  const child = await started.promise;
  child.kill('SIGSTOP');
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '';
  const successor = Promise.withResolvers<void>();
  const resumed = folder.run(['job.ts', '--app', appId], {
    onStart: (other) => {
      other.stdout?.on('data', (text: string) => {
        if (text.includes('running')) successor.resolve();
      });
    },
  });
  await successor.promise;
  child.kill('SIGCONT');
  const woken = await frozen;
  expect(woken.stderr).toMatch(/\nlevin: Another driver has taken over application app-\S+: .* \[LEASE_LOST\]\n$/);
  expect(woken.stdout).not.toContain('sum');
  expect(woken.code).toBe(1);

  writeFileSync(gate, '');
  const { stdout, code } = await resumed;
  expect(stdout).toMatch(/^first 100\n/);
  expect(stdout).toMatch(/\nsum 4950\n$/);
  expect(code).toBe(0);
  // Only the two tasks of the second action: none of the first one's, which were committed.
  const events = await readEventLog(createDirectoryObjectStore({ root: join(folder.path, '.state/objects') }), appId);
  expect(
    startedTasks(eventsOfEpoch(events, 2))
      .map((task) => Number(task.split('/')[1]))
      .toSorted((a, b) => a - b),
  ).toEqual([0, 1]);
});

const SAVING = jobText(
  "console.log('count', await lv.range(40, { numSlices: 4 }).map((x) => [x % 4, x]).reduceByKey((a, b) => a + b, 2).count());",
  "await lv.range(6, { numSlices: 3 }).saveAsTextFile('out');",
  "console.log('saved');",
);

/** Everything a driver writes: objects, event logs, the output, journal, record and lease. What its tasks write under names of their own, unseen until a driver publishes it, is not compared. */
async function written(folder: JobFolder, appId: string): Promise<Readonly<Record<string, string>>> {
  const files = globSync(['.state/objects/**', 'out/**'], { cwd: folder.path })
    .map((name) => name.toString())
    .filter(
      (name) => statSync(join(folder.path, name)).isFile() && !/\/apps\/[^/]+\/(shuffle|results)\/|^out\/_levin\/staged\//.test(name),
    );
  const found = Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(folder.path, name), 'utf8')]));
  const metadata = createSqliteMetadataStore({ file: join(folder.path, '.state/metadata.sqlite'), clock: createSystemClock() });
  for (const partition of ['apps', `app#${appId}`, `app#${appId}#journal`]) {
    for (const { key, item } of (await metadata.query(partition, '')).items) found[`${partition} ${key.sort}`] = JSON.stringify(item);
  }
  await metadata.close();
  return found;
}

/** A driver that stands still behind one of its effects, and another one that ended the application meanwhile. */
async function frozenAndReplaced(folder: JobFolder, at: number) {
  const env = deathAt({ effect: at, signal: 'SIGSTOP' });
  const started = Promise.withResolvers<{ readonly child: ChildProcess; readonly appId: string }>();
  const frozen = folder.run(['job.ts', '--on', 'local[1]', '--conf', 'leaseMs=400'], {
    env,
    onStart: (child) => {
      child.stderr?.on('data', (text: string) => {
        const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(text)?.[0];
        if (appId !== undefined) started.resolve({ child, appId });
      });
    },
  });
  const { child, appId } = await started.promise;
  const resumed = await untilTaken(() => folder.run(['job.ts', '--app', appId]));
  const before = await written(folder, appId);
  child.kill('SIGCONT');
  return { appId, resumed, before, woken: await frozen };
}

// Up to about 15 the first action, then the tasks of the second, and its publication. How many there are differs by one or two, because several entries may be one
// transaction: a driver that had all its answers before it was frozen is not the one meant here, and the effect before is tried.
test.each([8, 14, 18, 22, 25, 27, 29])(
  'frozen right behind its effect %i and replaced by one that ended, it changes nothing',
  async (at) => {
    for (let effect = at; ; effect--) {
      using folder = jobFolder({ 'job.ts': SAVING });
      const { appId, resumed, before, woken } = await frozenAndReplaced(folder, effect);
      if (woken.stdout === 'count 4\nsaved\n' && effect > at - 8) continue;
      expect([resumed.stdout, resumed.code]).toEqual(['count 4\nsaved\n', 0]);
      expect(woken.code).toBe(1);
      expect(woken.stderr).toContain('[LEASE_LOST]');
      expect(await written(folder, appId)).toEqual(before);
      return;
    }
  },
);

/** The driver that is to be frozen may still be on its way. */
async function untilTaken(resume: () => ReturnType<JobFolder['run']>): ReturnType<JobFolder['run']> {
  for (;;) {
    const ended = await resume();
    if (!ended.stderr.includes('[APP_IS_RUNNING]')) return ended;
  }
}
