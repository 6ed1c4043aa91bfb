import { expect, test } from 'vitest';
import { deployReport } from '../../../driver/cli/deploy-report.ts';
import { parseDeployOptions } from '../../../infra/deploy-options.ts';

const OUTPUTS = { Version: '1.2.3', BucketName: 'engine-bucket', TableName: 'levin-main', CallerPolicyArn: 'arn:aws:iam::1:policy/p' };

test('an engine by default costs nothing at rest', async () => {
  expect(await deployReport(OUTPUTS, { options: parseDeployOptions({}), region: 'eu-central-1' })).toBe(`\
Engine "main" of levin 1.2.3 stands in eu-central-1:
  executors  levin-main-executor-1769, levin-main-executor-3538, levin-main-executor-10240 (arm64, 900 s a task, 250 at once an application)
  driver     levin-main-driver
  bucket     engine-bucket
  table      levin-main
  policy     arn:aws:iam::1:policy/p, for whoever runs applications
At rest it costs $0 a month:
  $0  functions, table, roles: paid by use
  $0  bucket and logs: while empty; $0.023 and $0.03 a GB of what jobs leave there
  $0  queue of failed drivers: Lambda looks into it 260,000 times a month: free among the first million requests to SQS of the account, else $0.10
Run a job with: levin run job.ts --on aws
`);
});

test('a key that is made for it costs a dollar, one that is there costs what it did before', async () => {
  const sumOf = async (options: Parameters<typeof parseDeployOptions>[0]): Promise<string> =>
    (await deployReport(OUTPUTS, { options: parseDeployOptions(options), region: 'eu-central-1' })).split('\n')[6] ?? '';
  expect(await sumOf({ encryption: 'kms' })).toBe('At rest it costs $1 a month:');
  expect(await sumOf({ kmsKey: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd' })).toBe('At rest it costs $0 a month:');
});
