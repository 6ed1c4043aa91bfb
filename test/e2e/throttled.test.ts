import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { addRequests, NO_REQUESTS } from '../../engine/types/request-usage.ts';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { disturb, disturbanceOf } from '../support/lambda/disturb.ts';
import { type AwsInTests, startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { allWords, CHAPTERS } from '../support/plain-words.ts';

const job = fileURLToPath(new URL('./jobs/sorted-words.ts', import.meta.url));

/** What attempts say that they have asked of S3 and DynamoDB. */
function requestsOf(events: readonly AppEvent[]): Record<string, number> {
  const all = events.flatMap((event) => (event.kind === 'taskEnded' && event.requests !== null ? [event.requests] : []));
  const { puts, gets, heads, lists, deletes, itemReads, itemWrites } = all.reduce(addRequests, NO_REQUESTS);
  return { puts, gets, heads, lists, deletes, itemReads, itemWrites };
}

/** What those met of the functions. */
function metBy({ s3, dynamodb }: AwsInTests): Record<string, number> {
  const operations = [...s3.requests(), ...dynamodb.requests()].flatMap(({ caller, operation }) =>
    caller?.includes('-executor-') ? [operation] : [],
  );
  const of = (...names: readonly string[]): number => operations.filter((operation) => names.includes(operation)).length;
  return {
    puts: of('PutObject'),
    gets: of('GetObject'),
    heads: of('HeadObject'),
    lists: of('ListObjectsV2'),
    deletes: of('DeleteObjects'),
    itemReads: of('GetItem', 'Query'),
    itemWrites: of('PutItem', 'DeleteItem', 'TransactWriteItems'),
  };
}

test('with every third invocation refused and every twentieth request of S3, the answer is right, no task has failed, and each request is counted', async () => {
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
  const [{ gets: asked = 0, ...others }, { gets: met = 0, ...othersMet }] = [requestsOf(run.events), metBy(aws)];
  expect(others).toEqual(othersMet);
  // A read that is late is asked again, one in a hundred and one for each process at most; what is answered meanwhile is taken back, perhaps before S3 met it.
  expect(asked).toBeGreaterThanOrEqual(met);
  expect(asked).toBeLessThanOrEqual(met + Math.ceil(met / 100) + aws.lambda.environments().length);
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
