import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { temporaryFolder } from '../support/run-cli.ts';

const job = (name: string): string => fileURLToPath(new URL(`./jobs/${name}.ts`, import.meta.url));

test('200 small tasks ride in few invocations; of one whose environment is killed only what was not committed runs again', async () => {
  using folder = temporaryFolder();
  await using aws = await startEmulatedAws();
  const { result, events, invocations } = await aws.run(job('small-tasks'), { args: [join(folder.path, 'killed')] });
  expect(result).toEqual(Array.from({ length: 200 }, (_, x) => x));
  const ended = events.flatMap((event) => (event.kind === 'taskEnded' ? [event] : []));
  // One attempt was in the environment when it was killed; all others succeeded at their first.
  expect(ended.filter(({ failure }) => failure !== null).map(({ partition, attempt }) => [partition, attempt])).toEqual([[150, 0]]);
  expect(ended.filter(({ failure, attempt }) => failure === null && attempt > 0).map(({ partition }) => partition)).toEqual([150]);
  expect(ended).toHaveLength(201);
  const commits = aws.dynamodb
    .requests()
    .filter(({ operation, caller }) => operation === 'PutItem' && caller?.includes('-executor-'))
    .flatMap(({ keys }) => keys);
  expect(new Set(commits).size).toBe(200);
  // About 15; the slower a machine, the fewer count as small.
  expect(new Set(invocations.map(({ requestId }) => requestId)).size).toBeLessThan(150);
});

test('what does not fit an invocation goes through the bucket, and is gone with the application', async () => {
  await using aws = await startEmulatedAws();
  const { result } = await aws.run(job('large-bounds'));
  expect(result).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  const payloads = aws.s3.requests().filter(({ keys }) => keys.some((key) => key.includes('/payloads/')));
  const callersOf = (operation: string): ReadonlySet<string | null> =>
    new Set(payloads.filter((request) => request.operation === operation).map(({ caller }) => caller));
  expect(callersOf('PutObject')).toEqual(new Set(['caller']));
  expect(callersOf('GetObject')).toEqual(new Set(['levin-test-executor-512']));
  expect(await aws.list(`s3://${aws.bucket}/apps/`)).toEqual([]);
});
