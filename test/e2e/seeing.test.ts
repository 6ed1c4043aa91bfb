import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPaint } from '../../driver/console/paint.ts';
import { renderSummary } from '../../driver/console/render-summary.ts';
import { readEventLog } from '../../driver/events/event-log.ts';
import { summarize } from '../../driver/events/summarize.ts';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { readRepositoryFile } from '../support/consumer.ts';
import { type JobFolder, jobFolder, jobText } from '../support/job-folder.ts';

/** The last task fails once. */
const JOB = [
  "import { existsSync, writeFileSync } from 'node:fs';",
  jobText(
    "const marker = process.cwd() + '/failed-once';",
    'const pairs = lv.range(1000, { numSlices: 4 }).map((x) => {',
    "  if (x === 0) console.log('first record');",
    '  if (x === 999 && !existsSync(marker)) {',
    "    writeFileSync(marker, '');",
    "    throw new Error('once');",
    '  }',
    '  return [x % 10, 1];',
    '});',
    'const counts = pairs.reduceByKey((a, b) => a + b, 2);',
    'console.log(await counts.count());',
    'console.log((await counts.collectAsMap()).get(3));',
  ),
].join('\n');

async function eventsOf(folder: JobFolder, stderr: string): Promise<readonly AppEvent[]> {
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '';
  return await readEventLog(createDirectoryObjectStore({ root: join(folder.path, '.state/objects') }), appId);
}

describe.each([['local[2]'], ['local-cluster[2,1,512]']])('on %s', (master) => {
  test('the closing summary can be rebuilt from the event log alone', async () => {
    using folder = jobFolder({ 'job.ts': JOB });
    const { code, stdout, stderr } = await folder.run(['job.ts', '--on', master]);
    expect(stdout).toBe('[stage 0 · task 0] first record\n10\n100\n');
    expect(code).toBe(0);
    const events = await eventsOf(folder, stderr);
    const summary = summarize(events);
    expect(summary).toMatchObject({
      status: 'succeeded',
      jobs: { succeeded: 2, failed: 0, cancelled: 0, replayed: 0 },
      stages: { run: 3, skipped: 0 },
      tasks: { succeeded: 8, failed: 1, retried: 1, found: 0 },
      outputsLost: 0,
      warnings: 0,
    });
    expect(stderr).toMatch(
      /^levin: task 3 of stage 0 failed \(attempt 0, user-error\): map at job\.ts:\d+:\d+ failed in partition 3 of stage 0: Error: once$/m,
    );
    expect(stderr.endsWith(`${renderSummary(summary, createPaint(false))}\n`)).toBe(true);
  });
});

test('without a terminal: a line at the begin and the end of each stage', async () => {
  using folder = jobFolder({ 'job.ts': jobText('await lv.range(8, { numSlices: 4 }).map((x) => [x % 2, x]).groupByKey(2).count();') });
  const { stderr } = await folder.run(['job.ts', '--on', 'local[2]']);
  expect(stderr.split('\n').map((line) => line.replace(/\d+\.\d s$/, 'N s'))).toEqual([
    expect.stringMatching(/^levin: job\.ts on local\[2\], application app-\S+$/),
    'stage 0: groupByKey at job.ts:4, 4 tasks',
    'stage 0: succeeded in N s',
    'stage 1: count at job.ts:4, 2 tasks',
    'stage 1: succeeded in N s',
    expect.stringMatching(/^job\.ts \(app-\S+\) succeeded in N s$/),
    '  1 job, 2 stages, 6 tasks, 0 retries',
    expect.stringMatching(/^ {2}records: \d+ read, \d+ written; shuffle: .*B written, .*B read$/),
    '',
  ]);
});

test('the log as JSON lines', async () => {
  using folder = jobFolder({ 'job.ts': jobText('await lv.range(8, { numSlices: 2 }).count();') });
  const { stderr } = await folder.run(['job.ts', '--on', 'local[1]', '--conf', 'logFormat=json', '--conf', 'spark.log.level=INFO']);
  const lines = stderr
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { readonly level: string; readonly message: string });
  expect(lines.map(({ level, message }) => `${level} ${message.replace(/app-\S+/, 'APP')}`)).toEqual([
    'info levin: job.ts on local[1], application APP',
    'info job 0 (count) started',
    'info stage 0 (count at job.ts:4) submitted: 2 tasks',
    'info stage 0 succeeded',
    'info job 0 succeeded',
    'info application succeeded',
  ]);
});

test('levin.config.ts as the documentation shows it, overridden by a flag', async () => {
  const block = /```ts\n([\s\S]*?)```/.exec(readRepositoryFile('docs/configuration.md'))?.[1] ?? '';
  using folder = jobFolder({ 'levin.config.ts': block, 'job.ts': jobText('console.log(lv.master, lv.defaultParallelism);') });
  expect((await folder.run(['job.ts', '--quiet'])).stdout).toBe('local[4] 8\n');
  const { stdout, stderr } = await folder.run(['job.ts', '--on', 'local[1]']);
  expect(stdout).toBe('local[1] 8\n');
  expect(stderr).toContain('levin: master "local[1]" (flag) overrides "local[4]" (levin.config.ts)\n');
});

test('a configuration file with an unknown key, and one that does not compile', async () => {
  using folder = jobFolder({ 'job.ts': jobText(), 'levin.config.ts': 'export default { defaultParalelism: 3 };' });
  expect((await folder.run(['job.ts'])).stderr).toMatch(
    /^levin: Unknown configuration key "defaultParalelism" \(levin\.config\.ts\)\. Did you mean "defaultParallelism"\? \[UNKNOWN_CONFIG_KEY\]\n/,
  );
  folder.write('levin.config.ts', 'export default {\n  quiet: (,\n};');
  const { code, stderr } = await folder.run(['job.ts']);
  expect(stderr).toMatch(/^levin: The configuration file .*\/levin\.config\.ts could not be loaded: .*levin\.config\.ts:2:/);
  expect(stderr).toContain('[CONFIG_FILE_FAILED]');
  expect(code).toBe(1);
});
