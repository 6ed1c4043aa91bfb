import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { driverName, executorName } from '../engine/types/aws-engine.ts';
import { STAGED } from '../engine/types/output-names.ts';
import type { EngineSettings } from './engine-settings.ts';
import type { Places } from './rights.ts';

/** In every folder that jobs write. */
const STAGED_RECORDS = `*${STAGED}*`;

export interface EngineParts {
  readonly settings: EngineSettings;
  readonly bucket: Bucket;
  readonly table: Table;
  readonly key: IKey | undefined;
  readonly driverFailures: IQueue;
}

/** ARNs of what rights are about. Functions are named, not referred to: a role that named its own function would go round in a circle. */
export function engineArns(scope: Construct, { settings, bucket, table, key, driverFailures }: EngineParts): Omit<Places, 'ownLogs'> {
  const stack = Stack.of(scope);
  const functionArn = (name: string): string =>
    stack.formatArn({ service: 'lambda', resource: 'function', resourceName: name, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  const s3Arn = (place: string): string => `arn:${stack.partition}:s3:::${place}`;
  const readable = [...settings.readable, ...settings.writable];
  return {
    bucket: [bucket.bucketArn],
    objects: [bucket.arnForObjects('*')],
    table: [table.tableArn],
    executors: settings.memorySizesMb.map((sizeMb) => functionArn(executorName(settings.name, sizeMb))),
    driver: [functionArn(driverName(settings.name))],
    driverFailures: [driverFailures.queueArn],
    // By schedule, when one is added.
    scheduledJobs: [],
    eventBus: [stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
    readableBuckets: [...new Set(readable.map((place) => s3Arn(place.split('/')[0] as string)))],
    readableObjects: readable.map((place) => s3Arn(`${place}/*`)),
    writableObjects: settings.writable.map((place) => s3Arn(`${place}/*`)),
    stagedRecords: [bucket.arnForObjects(STAGED_RECORDS), ...settings.writable.map((place) => s3Arn(`${place}/${STAGED_RECORDS}`))],
    key: key === undefined ? [] : [key.keyArn],
  };
}
