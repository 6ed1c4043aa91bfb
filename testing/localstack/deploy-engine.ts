import { CreateTableCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { CreateFunctionCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { createDynamodbClient } from '../../engine/adapters/aws/dynamodb-client.ts';
import { KEY_ATTRIBUTES, TTL_ATTRIBUTE } from '../../engine/adapters/aws/dynamodb-item.ts';
import { createS3Client } from '../../engine/adapters/aws/s3-client.ts';
import { type AwsEngine, engineEnvironment } from '../../engine/types/aws-engine.ts';
import { EXECUTOR_ENV } from '../../functions/env.ts';
import { type EngineFunction, functionsOf, type TestEngineOptions } from '../engine-functions.ts';
import type { S3Address } from '../test-engine.ts';
import { zipFolder } from './zip-folder.ts';

/** LocalStack looks at it no further. */
const ROLE = 'arn:aws:iam::000000000000:role/levin-test';
const START_SECONDS = 120;

/** Makes an engine's bucket, table and functions by AWS's API: faster than CloudFormation, which `levin deploy` is for. */
export async function deployEngine(engine: AwsEngine, address: S3Address, options: TestEngineOptions): Promise<void> {
  const functions = functionsOf(engine, options);
  await Promise.all([
    makeBucket(address, engine.bucket),
    makeTable(address, engine.table),
    makeFunctions(address, functions, { ...engineEnvironment(engine), [EXECUTOR_ENV.temporary]: '/tmp' }),
  ]);
}

export async function makeBucket(address: S3Address, name: string): Promise<void> {
  const client = createS3Client(address);
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } finally {
    client.destroy();
  }
}

async function makeTable(address: S3Address, TableName: string): Promise<void> {
  const client = createDynamodbClient(address);
  const { partition, sort } = KEY_ATTRIBUTES;
  try {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: partition, KeyType: 'HASH' },
          { AttributeName: sort, KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [partition, sort].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      }),
    );
    const TimeToLiveSpecification = { AttributeName: TTL_ATTRIBUTE, Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } finally {
    client.destroy();
  }
}

async function makeFunctions(
  address: S3Address,
  functions: readonly EngineFunction[],
  Variables: Readonly<Record<string, string>>,
): Promise<void> {
  const client = new LambdaClient(address);
  const zips = new Map<string, Uint8Array>();
  try {
    for (const { name, folder, handler, memoryMb, timeoutMs } of functions) {
      const zip = zips.get(folder) ?? zipFolder(folder);
      zips.set(folder, zip);
      await client.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Runtime: 'nodejs24.x',
          Role: ROLE,
          Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
          Code: { ZipFile: zip },
          Handler: handler,
          MemorySize: memoryMb,
          Timeout: Math.ceil(timeoutMs / 1000),
          Environment: { Variables },
        }),
      );
    }
    const waiting = { client, maxWaitTime: START_SECONDS, minDelay: 0.1, maxDelay: 0.2 };
    await Promise.all(functions.map(({ name }) => waitUntilFunctionActiveV2(waiting, { FunctionName: name })));
  } finally {
    client.destroy();
  }
}
