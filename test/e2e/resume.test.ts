import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEventLog } from '../../driver/events/event-log.ts';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { createSqliteMetadataStore } from '../../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../../engine/adapters/local/system-clock.ts';
import { committedTasks, eventsOfEpoch, startedTasks } from '../support/committed-tasks.ts';
import { jobFolder, jobText } from '../support/job-folder.ts';

/** Half of the second stage's tasks wait for a file, so that the driver can be killed while they run. */
const JOB = jobText(
  'const gate = process.argv[2] as string;',
  'const pairs = lv.range(80, { numSlices: 8 }).map((x) => [x % 16, x]).reduceByKey((a, b) => a + b, 8);',
  'const gated = pairs.mapPartitions((records) => {',
  '  const all = [...records];',
  '  console.log(`keys ${all.map(([k]) => k).sort((a, b) => a - b)}`);',
  '  while (all.some(([k]) => k % 2 === 1) && !existsSync(gate)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);',
  '  return all;',
  '});',
  "console.log('first', await pairs.count());",
  "console.log('sums', JSON.stringify((await gated.collect()).sort(([a], [b]) => a - b)));",
);

test('kill -9 of the driver in its second stage; resumed from another folder no committed task runs again', async () => {
  using folder = jobFolder({ 'work/job.ts': `import { existsSync } from 'node:fs';\n${JOB}` });
  const gate = join(folder.path, 'gate');
  const state = join(folder.path, '.state');
  mkdirSync(join(folder.path, 'elsewhere'));
  const master = ['--on', 'local-cluster[2,1,512]', '--conf', 'leaseMs=1000'];
  const metadata = createSqliteMetadataStore({ file: join(state, 'metadata.sqlite'), clock: createSystemClock() });

  let appId = '';
  let before: readonly string[] = [];
  const killed = await folder.run(['job.ts', ...master, gate], {
    cwd: join(folder.path, 'work'),
    onStart: (child) => {
      let watching = false;
      child.stderr?.on('data', (text: string) => {
        appId ||= /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(text)?.[0] ?? '';
      });
      child.stdout?.on('data', (text: string) => {
        if (watching || !text.includes('keys')) return;
        watching = true;
        // Two executors of one core: both are stuck once they have met a partition with odd keys.
        void untilStuck(metadata, () => appId).then((committed) => {
          before = committed;
          child.kill('SIGKILL');
        });
      });
    },
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(killed.stdout).toMatch(/^(\[stage.*\n)*first 16\n/);
  expect(before.length).toBeGreaterThan(16);

  writeFileSync(gate, '');
  const resumed = await folder.run([join(folder.path, 'work/job.ts'), '--app', appId], { cwd: join(folder.path, 'elsewhere') });
  expect(resumed.stdout).toContain('first 16\n');
  const oracle = Array.from({ length: 16 }, (_, k) => [k, k * 5 + 16 * (0 + 1 + 2 + 3 + 4)]);
  expect(resumed.stdout).toContain(`sums ${JSON.stringify(oracle)}\n`);
  expect(resumed.code).toBe(0);
  await metadata.close();

  const events = await readEventLog(createDirectoryObjectStore({ root: join(state, 'objects') }), appId);
  const second = eventsOfEpoch(events, 2);
  const again = startedTasks(second).filter((task) => before.includes(task));
  expect(again).toEqual([]);
  expect(second.some((event) => event.kind === 'jobEnded' && event.replayed)).toBe(true);
});

/** Waits until no task has been committed for a while, and gives all that are. */
async function untilStuck(metadata: ReturnType<typeof createSqliteMetadataStore>, appId: () => string): Promise<readonly string[]> {
  let seen: readonly string[] = [];
  let still = 0;
  while (still < 5) {
    await new Promise((wake) => setTimeout(wake, 100));
    const now = await committedTasks(metadata, appId());
    still = now.length === seen.length && now.length > 16 ? still + 1 : 0;
    seen = now;
  }
  return seen;
}
