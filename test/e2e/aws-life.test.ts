import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { type JobFolder, jobFolder } from '../support/job-folder.ts';
import { type AwsInTests, startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

const DAY_MS = 86_400_000;

/** A shuffle, and then a task that takes far longer than a test; between the two, 13 days pass for its driver. */
const JOB = `
import { Context } from 'levin';

await using lv = await Context.create();
console.log(lv.applicationId);
console.log(await lv.range(6, { numSlices: 2 }).map((n) => [n % 2, n]).reduceByKey((a, b) => a + b, 2).count());
const now = Date.now;
Date.now = () => now() + ${13 * DAY_MS};
await lv.range(1, { numSlices: 1 }).map(async (n) => {
  for (;;) await new Promise((resolve) => setTimeout(resolve, 100));
  return n;
}).count();
`;

/** For processes whose clock is so many days ahead. */
function ahead(folder: JobFolder, days: number): NodeJS.ProcessEnv {
  const file = folder.write(`ahead-${days}.mjs`, `const now = Date.now;\nDate.now = () => now() + ${days * DAY_MS};\n`);
  return { NODE_OPTIONS: `--import=${file}` };
}

interface WrittenItem {
  readonly key: string;
  readonly ttl: number;
}

/** Items that somebody has written and that are still there. */
async function writtenItems({ dynamodb, env }: AwsInTests): Promise<readonly WrittenItem[]> {
  const client = new DynamoDBClient({
    endpoint: dynamodb.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: String(env['AWS_SECRET_ACCESS_KEY']) },
  });
  const keys = new Set(
    dynamodb.requests().flatMap(({ operation, keys: of, parts = of.map(() => operation) }) => of.filter((_, i) => parts[i] === 'PutItem')),
  );
  const items: WrittenItem[] = [];
  for (const key of keys) {
    const [partition = '', sort = ''] = key.split(' ');
    const { Item } = await client.send(new GetItemCommand({ TableName: 'levin-test', Key: { PK: { S: partition }, SK: { S: sort } } }));
    if (Item !== undefined) items.push({ key, ttl: Number(Item['TTL']?.N) });
  }
  client.destroy();
  return items;
}

test('an application on AWS lives for 13 days; its items expire 14 days after they were written, and levin gc finds what is left then', async () => {
  await using aws = await startEmulatedAws({ maxConcurrency: 2 });
  using folder = jobFolder({ 'job.ts': JOB });
  const env = { ...aws.env, LEVIN_STATE_DIR: join(folder.path, '.state') };
  const levin = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<CliResult> =>
    runCli([...args, '--on', 'aws:test'], { cwd: folder.path, env: { ...env, ...more } });

  const beganMs = Date.now();
  const run = await levin(['run', 'job.ts', '--quiet']);
  const endedMs = Date.now();
  const [appId = '', count] = run.stdout.split('\n');
  expect([run.code, count]).toEqual([124, '2']);
  expect(run.stderr).toMatch(
    new RegExp(
      `levin: Application ${appId} was started at \\S+Z, and may live for 13 days: an engine forgets what applications have written after 14\\. It cannot go on; start a new one \\(without --app\\), and split work that takes longer into several\\. \\[APP_TOO_OLD\\]\\n$`,
    ),
  );

  const items = await writtenItems(aws);
  const kinds = new Set(items.map(({ key }) => key.replace(appId, 'ID').replace(/(#stage#|#called-off ).*|[0-9]+$/, '$1')));
  expect([...kinds].toSorted()).toEqual(['app#ID lease', 'app#ID#called-off ', 'app#ID#journal ', 'app#ID#stage#', 'apps ID']);
  const [first, last] = [(beganMs + 14 * DAY_MS) / 1000, (endedMs + 27 * DAY_MS) / 1000 + 1];
  expect(items.filter(({ ttl }) => !(Number.isInteger(ttl) && ttl >= first && ttl <= last))).toEqual([]);

  const resumed = await levin(['run', 'job.ts', '--app', appId, '--quiet'], ahead(folder, 13));
  expect([resumed.code, resumed.stdout]).toEqual([1, '']);
  expect(resumed.stderr).toContain('[APP_TOO_OLD]');
  expect(JSON.parse((await levin(['apps', '--json'])).stdout)).toMatchObject([
    { id: appId, state: 'failed', message: expect.stringContaining('may live for 13 days') },
  ]);

  expect((await aws.list(`s3://${aws.bucket}/apps/`)).length).toBeGreaterThan(0);
  const later = ahead(folder, 40);
  expect((await levin(['apps'], later)).stdout).toBe('No applications.\n');
  expect((await levin(['gc'], later)).stdout).toMatch(new RegExp(`^removed data of no application, ${appId}: .*\\nFreed `));
  expect(await aws.list(`s3://${aws.bucket}/apps/`)).toEqual([]);
  expect((await aws.list(`s3://${aws.bucket}/history/${appId}/events/`)).length).toBeGreaterThan(0);
});
