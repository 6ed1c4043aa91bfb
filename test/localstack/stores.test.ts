import type { StartedLocalStackContainer } from '@testcontainers/localstack';
import { afterAll, beforeAll } from 'vitest';
import { startLocalstackContainer } from '../../testing/localstack/start-container.ts';
import { dynamodbProtocol } from '../contract/aws-protocol/dynamodb-protocol.ts';
import { s3Protocol } from '../contract/aws-protocol/s3-protocol.ts';
import { createTables, type DynamodbTables } from '../contract/dynamodb-tables.ts';
import { metadataStoreContract } from '../contract/metadata-store.ts';
import { objectStoreContract } from '../contract/object-store.ts';
import { createBuckets, type S3Buckets } from '../contract/s3-buckets.ts';
import { stagedFilesContract } from '../contract/staged-files.ts';
import { START_TIMEOUT_MS } from './start-timeout.ts';

let localstack: StartedLocalStackContainer;
let buckets: S3Buckets;
let tables: DynamodbTables;

beforeAll(async () => {
  localstack = await startLocalstackContainer();
  buckets = createBuckets(localstack.getConnectionUri());
  tables = createTables(localstack.getConnectionUri());
}, START_TIMEOUT_MS);

afterAll(async () => {
  buckets.close();
  tables.close();
  await localstack.stop();
});

objectStoreContract('S3, LocalStack', () => buckets.store());
stagedFilesContract('S3, LocalStack', () => buckets.staged());
stagedFilesContract('S3 below a prefix, LocalStack', () => buckets.staged('levin/'));
metadataStoreContract('DynamoDB, LocalStack', () => tables.store());
s3Protocol('LocalStack', async () => ({ client: buckets.client, bucket: await buckets.make() }));
dynamodbProtocol('LocalStack', async () => ({ client: tables.client, table: await tables.make() }));
