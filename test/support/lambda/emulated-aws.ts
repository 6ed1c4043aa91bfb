import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { ExecutorFunction } from '../../../engine/adapters/aws/lambda-runner.ts';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { levinPackage } from '../../../engine/closures/loading/levin-package.ts';
import { everyPage } from '../../../engine/ports/every-page.ts';
import { type AwsEngine, driverName, engineEnvironment, executorName, LOCAL_FILES_ENV } from '../../../engine/types/aws-engine.ts';
import { startDynamodbEmulator } from '../../../testing/emulators/dynamodb-emulator.ts';
import { type S3Emulator, startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { type InvokeEndpoint, startInvokeEndpoint } from '../../../testing/invoke-endpoint/invoke-endpoint.ts';
import { createTables } from '../../contract/dynamodb-tables.ts';
import { runNode } from '../run-cli.ts';
import type { JobAnswer } from './run-job.ts';

/** Where a driver finds what it needs of AWS. */
export interface EmulatedAws {
  readonly s3: string;
  readonly dynamodb: string;
  readonly lambda: string;
  readonly bucket: string;
  readonly table: string;
  readonly functions: readonly ExecutorFunction[];
  readonly timeLimitMs: number;
  readonly concurrency: number;
  readonly stateDir: string;
}

export interface AwsInTests extends AsyncDisposable {
  readonly endpoint: InvokeEndpoint;
  readonly s3: S3Emulator;
  putObject(bucket: string, key: string, body: Uint8Array): Promise<void>;
  /** Keys of a bucket that begin with the prefix, ascending. */
  keysOf(bucket: string, prefix: string): Promise<readonly string[]>;
  /** For the CLI: where this is, and credentials. The engine is called `test`: `--on aws:test`. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a job file in a driver process of its own; `attempts` of its tasks at once. */
  run(
    jobFile: string,
    options: { readonly concurrency: number; readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv },
  ): Promise<JobAnswer>;
}

const RUN_JOB = fileURLToPath(new URL('./run-job.ts', import.meta.url));
const EXECUTOR = fileURLToPath(new URL('../../../dist/functions/executor', import.meta.url));
const TIME_LIMIT_MS = 60_000;

/** S3, DynamoDB and Lambda on this machine, with the built executor function in each of the sizes, ascending. */
export async function startEmulatedAws({
  memorySizesMb,
  version = levinPackage().version,
  localFiles = true,
}: {
  readonly memorySizesMb: readonly number[];
  /** Of the engine; default: that of this package. */
  readonly version?: string;
  /** Whether functions reach files of this machine. */
  readonly localFiles?: boolean;
}): Promise<AwsInTests> {
  const [s3, dynamodb] = await Promise.all([startS3Emulator(), startDynamodbEmulator()]);
  s3.addBucket('levin');
  const tables = createTables(dynamodb.url);
  const table = await tables.make();
  const functions = memorySizesMb.map((memoryMb) => ({ name: executorName('test', memoryMb), memoryMb }));
  const engine: AwsEngine = {
    name: 'test',
    version,
    bucket: 'levin',
    table,
    memorySizesMb,
    timeLimitMs: TIME_LIMIT_MS,
    maxConcurrency: 2,
  };
  const endpoint = await startInvokeEndpoint({
    functions: [...functions, { name: driverName('test'), memoryMb: 512 }].map((size) => ({
      ...size,
      folder: EXECUTOR,
      handler: 'executor.handler',
      timeoutMs: TIME_LIMIT_MS,
      environment: (temporary) => ({
        ...engineEnvironment(engine),
        LEVIN_TEMPORARY: temporary,
        ...(localFiles ? { [LOCAL_FILES_ENV]: 'yes' } : {}),
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
      }),
    })),
  });
  const stateDir = mkdtempSync(join(tmpdir(), 'levin-emulated-'));
  const client = createS3Client({ endpoint: s3.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const env = {
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    AWS_ENDPOINT_URL_LAMBDA: endpoint.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    // Nothing of whoever runs the tests.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return {
    endpoint,
    s3,
    env,
    async putObject(bucket, key, body) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, RequestPayer: 'requester' }));
    },
    keysOf: async (bucket, prefix) =>
      (await everyPage((page) => createS3ObjectStore({ client, bucket }).list(prefix, page))).map(({ key }) => key),
    async run(jobFile, { concurrency, args = [], env: own = {} }) {
      const where: EmulatedAws = {
        s3: s3.url,
        dynamodb: dynamodb.url,
        lambda: endpoint.url,
        bucket: 'levin',
        table,
        functions,
        timeLimitMs: TIME_LIMIT_MS,
        concurrency,
        stateDir,
      };
      const { code, stdout, stderr } = await runNode([RUN_JOB, jobFile, JSON.stringify(where), ...args], { env: own });
      if (code !== 0) throw new Error(`the driver ended with ${code}: ${stderr}`);
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as JobAnswer;
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      tables.close();
      await endpoint.close();
      await Promise.all([s3.close(), dynamodb.close()]);
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
