import { Duration, RemovalPolicy as Removal, type RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { KEY_ATTRIBUTES, TTL_ATTRIBUTE } from '../engine/adapters/aws/dynamodb-item.ts';
import { KEPT_DAYS } from '../engine/types/app-life.ts';
import { stackName } from '../engine/types/aws-engine.ts';
import { acknowledge } from './acknowledge.ts';

/** Applications live for less: what lies longer belongs to dead ones. */
const DEAD_AFTER = Duration.days(KEPT_DAYS);

export interface StorageOptions {
  readonly engineName: string;
  readonly key: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/** Data that cannot be read without its key is lost: the key goes and stays with the bucket. */
export function makeKey(scope: Construct, { engineName, removalPolicy }: Omit<StorageOptions, 'key'>): IKey {
  return new Key(scope, 'Key', {
    description: `Bucket and table of the levin engine ${engineName}`,
    enableKeyRotation: true,
    removalPolicy,
  });
}

/** Only what dead applications and uploads left behind expires: output, history and whatever users put there stays. */
export function makeBucket(scope: Construct, { key, removalPolicy }: StorageOptions): Bucket {
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    ...(key === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
    lifecycleRules: [
      { id: 'dead-applications', prefix: 'apps/', expiration: DEAD_AFTER },
      { id: 'dead-uploads', abortIncompleteMultipartUploadAfter: DEAD_AFTER },
    ],
    removalPolicy,
  });
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'Server access logs cost a request and storage for every shuffle block and need a second bucket that grows for ever. Who wants them adds them to LevinEngine.bucket; levin counts its own requests in its event log.',
  });
  return bucket;
}

/** It holds what makes the bucket's `apps/` readable, and nothing that outlives them: it goes with the engine. */
export function makeTable(scope: Construct, { engineName, key }: StorageOptions): Table {
  const table = new Table(scope, 'Table', {
    tableName: stackName(engineName),
    partitionKey: { name: KEY_ATTRIBUTES.partition, type: AttributeType.STRING },
    sortKey: { name: KEY_ATTRIBUTES.sort, type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: TTL_ATTRIBUTE,
    ...(key === undefined ? {} : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
    removalPolicy: Removal.DESTROY,
  });
  acknowledge(table, {
    'AwsSolutions-DDB3':
      'Point-in-time recovery would restore commits of data that is deleted when its application ends. What lives longer than an application lies in the bucket.',
  });
  return table;
}
