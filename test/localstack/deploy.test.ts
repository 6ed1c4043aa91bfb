import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { StartedLocalStackContainer } from '@testcontainers/localstack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDynamodbClient } from '../../engine/adapters/aws/dynamodb-client.ts';
import { createS3Client } from '../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../engine/adapters/aws/s3-object-store.ts';
import { everyPage } from '../../engine/ports/every-page.ts';
import { startLocalstackContainer } from '../../testing/localstack/start-container.ts';
import { type CliResult, runCli, temporaryFolder } from '../support/run-cli.ts';
import { START_TIMEOUT_MS } from './start-timeout.ts';

/** Hang guards; a deployment takes half a minute on a busy machine. */
const DEPLOY_TIMEOUT_MS = 240_000;

const place = temporaryFolder('levin-deploy-');
let localstack: StartedLocalStackContainer;
let where: { readonly region: string; readonly endpoint: string; readonly credentials: { accessKeyId: string; secretAccessKey: string } };

const JOB = `
export default async (lv) => {
  const sums = await lv.parallelize([1, 2, 3, 4, 5, 6], 3).map((x) => [x % 2 === 0 ? 'even' : 'odd', x]).reduceByKey((a, b) => a + b).collect();
  console.log(JSON.stringify(sums.sort()));
};
`;

beforeAll(async () => {
  localstack = await startLocalstackContainer();
  where = {
    region: 'eu-central-1',
    // An address, not a name: so the CDK uses path style for S3.
    endpoint: `http://127.0.0.1:${localstack.getPort()}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  writeFileSync(join(place.path, 'job.ts'), JOB);
}, START_TIMEOUT_MS);

afterAll(async () => {
  await localstack.stop();
  place[Symbol.dispose]();
});

function levin(...args: readonly string[]): Promise<CliResult> {
  const env = {
    AWS_ENDPOINT_URL: where.endpoint,
    AWS_REGION: where.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_PROFILE: '',
    LEVIN_STATE_DIR: join(place.path, 'state'),
  };
  return runCli(args, { cwd: place.path, env, timeoutMs: DEPLOY_TIMEOUT_MS });
}

async function variablesOf(functionName: string): Promise<Readonly<Record<string, string>>> {
  const client = new LambdaClient(where);
  const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
  client.destroy();
  return Environment?.Variables ?? {};
}

/** What is left of engines: functions, tables, and what their bucket holds. */
async function left(
  bucket: string,
): Promise<{ readonly functions: readonly unknown[]; readonly tables: readonly unknown[]; readonly keys: readonly string[] }> {
  const [lambda, dynamodb, s3] = [new LambdaClient(where), createDynamodbClient(where), createS3Client(where)];
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
  const store = createS3ObjectStore({ client: s3, bucket });
  const keys = (await everyPage((page) => store.list('', page))).map(({ key }) => key);
  for (const client of [lambda, dynamodb, s3]) client.destroy();
  return { functions: Functions, tables: TableNames, keys };
}

const OPTIONS = ['--architecture', 'x86_64', '--memory-sizes', '512,1024'];

describe('from an empty account to a run and back', () => {
  let bucket: string;

  test(
    'without the CDK’s own stack nothing is made before somebody agrees',
    async () => {
      const { code, stderr } = await levin('deploy', ...OPTIONS);
      expect(stderr.trimEnd().split('\n').at(-1)).toBe(
        'levin: The CDK has not been used in this account and region (eu-central-1): it needs a stack CDKToolkit with a bucket for what is deployed and roles that deploy it, at no cost at rest. ' +
          'Run levin deploy --yes to make it, or cdk bootstrap with settings of your own. [NOT_BOOTSTRAPPED]',
      );
      expect(code).toBe(1);
    },
    DEPLOY_TIMEOUT_MS,
  );

  test(
    'levin deploy bootstraps, makes an engine, and says what it costs at rest',
    async () => {
      const { code, stdout, stderr } = await levin('deploy', ...OPTIONS, '--yes');
      expect(code, stderr).toBe(0);
      bucket = /bucket {5}(\S+)/.exec(stdout)?.[1] ?? '';
      expect(stdout.split('\n').slice(0, 7)).toEqual([
        'Engine "main" of levin 0.1.0 stands in eu-central-1:',
        '  executors  levin-main-executor-512, levin-main-executor-1024 (x86_64, 900 s a task, 250 at once an application)',
        '  driver     levin-main-driver',
        `  bucket     ${bucket}`,
        '  table      levin-main',
        '  policy     arn:aws:iam::000000000000:policy/levin-main-caller-eu-central-1, for whoever runs applications',
        'At rest it costs $0 a month:',
      ]);
    },
    DEPLOY_TIMEOUT_MS,
  );

  test(
    'a job runs on it',
    async () => {
      const { code, stdout, stderr } = await levin('run', 'job.ts', '--on', 'aws');
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toEqual([
        ['even', 12],
        ['odd', 9],
      ]);
      expect(stderr).toContain('6 invocations');
    },
    DEPLOY_TIMEOUT_MS,
  );

  test(
    'deployed again with one option, the others stay',
    async () => {
      const { code, stderr } = await levin('deploy', '--max-concurrency', '9');
      expect(code, stderr).toBe(0);
      const { LEVIN_MAX_CONCURRENCY, LEVIN_MEMORY_SIZES_MB } = await variablesOf('levin-main-executor-1024');
      expect([LEVIN_MAX_CONCURRENCY, LEVIN_MEMORY_SIZES_MB]).toEqual(['9', '512,1024']);
    },
    DEPLOY_TIMEOUT_MS,
  );

  test(
    'levin destroy asks first',
    async () => {
      const { code, stderr } = await levin('destroy');
      expect(stderr).toBe(
        'levin: levin destroy: Remove the engine "main" from account 000000000000, eu-central-1: its functions, table, roles and logs? There is nobody to ask: say --yes. [USAGE]\n',
      );
      expect(code).toBe(1);
      expect((await left(bucket)).functions.length).toBe(3);
    },
    DEPLOY_TIMEOUT_MS,
  );

  test(
    'levin destroy leaves what it lists, and nothing else',
    async () => {
      const { code, stdout, stderr } = await levin('destroy', '--yes');
      expect(code, stderr).toBe(0);
      expect(stdout).toBe(
        `Engine "main" has gone: functions, table, roles, queue, logs. Kept:\n  s3://${bucket}, for it holds history/. Remove it with: aws s3 rb --force s3://${bucket}\n`,
      );
      const { functions, tables, keys } = await left(bucket);
      expect([functions, tables]).toEqual([[], []]);
      expect(keys.map((key) => key.split('/')[0])).toEqual(['history']);
    },
    DEPLOY_TIMEOUT_MS,
  );

  test(
    'an engine that is not there cannot be destroyed',
    async () => {
      const { code, stdout, stderr } = await levin('destroy', '--yes');
      expect(stdout).toBe('');
      expect(stderr).toBe(
        'levin: There is no engine "main" in region eu-central-1: no stack levin-main. ' +
          'Choose its account and region (AWS_PROFILE, AWS_REGION) or its name (--name). An engine that a CDK app of yours made is removed by that app. [ENGINE_NOT_FOUND]\n',
      );
      expect(code).toBe(1);
    },
    DEPLOY_TIMEOUT_MS,
  );

  test(
    'a bucket in which nothing lies is not kept; a key is, and is told',
    async () => {
      const deployed = await levin('deploy', '--name', 'sealed', ...OPTIONS, '--encryption', 'kms');
      expect(deployed.code, deployed.stderr).toBe(0);
      expect(deployed.stdout).toContain('At rest it costs $1 a month:\n');
      const { code, stdout } = await levin('destroy', '--name', 'sealed', '--yes');
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^Engine "sealed" has gone: functions, table, roles, queue, logs, bucket\. Kept:\n {2}arn:aws:kms:eu-central-1:000000000000:key\/\S+, which costs a dollar a month, for what it has encrypted cannot be read without it\. Remove it with: aws kms schedule-key-deletion --key-id arn:\S+\n$/,
      );
    },
    DEPLOY_TIMEOUT_MS,
  );
});
