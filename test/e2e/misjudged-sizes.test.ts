import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEventLog } from '../../driver/events/event-log.ts';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { jobFolder, jobText } from '../support/job-folder.ts';

// Each value is 20 characters of a string of 8,000, which V8 keeps whole: 400 times what its size is estimated to be.
const JOB = jobText(
  'const pairs = lv.range(60_000, { numSlices: 4 }).map((x) => [x % 500, x]).partitionBy(2);',
  "const groups = pairs.mapValues((x) => (`${x}:`.padEnd(20, '-') + 'x'.repeat(7_980)).slice(0, 20)).groupByKey();",
  'const sums = groups.map(([key, values]) => [values.length, values.reduce((sum, value) => sum + Number.parseInt(value, 10), 0) - key]);',
  'console.log(JSON.stringify(await sums.reduce(([n, a], [m, b]) => [n + m, a + b])));',
);

test('where sizes are misjudged, memory that runs short makes operators spill all the same', async () => {
  using folder = jobFolder({ 'job.ts': JOB });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local-cluster[2,1,160]']);
  // The sum of 0 to 59,999, less that of 0 to 499.
  expect([stdout, code], stderr).toEqual(['[60000,1799845250]\n', 0]);
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '';
  const events = await readEventLog(createDirectoryObjectStore({ root: join(folder.path, '.state/objects') }), appId);
  const metrics = events.flatMap((event) => (event.kind === 'taskEnded' && event.metrics !== null ? [event.metrics] : []));
  expect(metrics.reduce((sum, { forcedSpills }) => sum + forcedSpills, 0)).toBeGreaterThan(0);
});
