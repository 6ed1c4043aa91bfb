import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutorFunction } from '../../../engine/adapters/aws/lambda-runner.ts';
import { executorName } from '../../../engine/types/aws-engine.ts';
import { startDynamodbEmulator } from '../../../testing/emulators/dynamodb-emulator.ts';
import { startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
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
export async function startEmulatedAws({ memorySizesMb }: { readonly memorySizesMb: readonly number[] }): Promise<AwsInTests> {
  const [s3, dynamodb] = await Promise.all([startS3Emulator(), startDynamodbEmulator()]);
  s3.addBucket('levin');
  const tables = createTables(dynamodb.url);
  const table = await tables.make();
  const functions = memorySizesMb.map((memoryMb) => ({ name: executorName('test', memoryMb), memoryMb }));
  const endpoint = await startInvokeEndpoint({
    functions: functions.map((size) => ({
      ...size,
      folder: EXECUTOR,
      handler: 'executor.handler',
      timeoutMs: TIME_LIMIT_MS,
      environment: (temporary) => ({
        LEVIN_BUCKET: 'levin',
        LEVIN_TABLE: table,
        LEVIN_TEMPORARY: temporary,
        LEVIN_LOCAL_FILES: 'yes',
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
      }),
    })),
  });
  const stateDir = mkdtempSync(join(tmpdir(), 'levin-emulated-'));
  return {
    endpoint,
    async run(jobFile, { concurrency, args = [], env = {} }) {
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
      const { code, stdout, stderr } = await runNode([RUN_JOB, jobFile, JSON.stringify(where), ...args], { env });
      if (code !== 0) throw new Error(`the driver ended with ${code}: ${stderr}`);
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as JobAnswer;
    },
    async [Symbol.asyncDispose]() {
      tables.close();
      await endpoint.close();
      await Promise.all([s3.close(), dynamodb.close()]);
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
