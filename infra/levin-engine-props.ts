import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { wrongSetting } from './engine-settings.ts';

/** `s3`: keys that S3 and DynamoDB own. `kms`: a key of this account. */
export type EngineEncryption = 's3' | 'kms';

/** How an engine is made; everything may be left out. */
export interface LevinEngineProps {
  /** Part of the names of the functions and the table: `levin-<name>-…`. One of a name to an account and region. Default `main`. */
  readonly engineName?: string;
  /** Invocations of executors that one application may have in flight. Default 250: a quarter of the 1,000 that an account may have. */
  readonly maxConcurrency?: number;
  /** An executor function of each size, in MB. A task starts in the smallest and moves up when it runs out of memory. Default [1769, 3538, 10240]. */
  readonly memorySizes?: readonly number[];
  /** Memory of the driver function, in MB. Default 1769. */
  readonly driverMemorySize?: number;
  /** Of the functions. Jobs that need a native package must bring it for this one. Default `Architecture.ARM_64`. */
  readonly architecture?: Architecture;
  /** How long one attempt of a task may take. Default 15 minutes, Lambda's most. */
  readonly timeLimit?: Duration;
  /** Default `s3`, or `kms` if there is a `kmsKey`. `kms` without a key makes one, at a dollar a month. */
  readonly encryption?: EngineEncryption;
  /** Key of the bucket and the table. */
  readonly kmsKey?: IKey;
  /** How long CloudWatch keeps what the functions log. Default `RetentionDays.TWO_WEEKS`. */
  readonly logRetention?: RetentionDays;
  /** What becomes of the bucket, and of a key made for it, when the engine goes. `DESTROY` deletes the bucket if it is empty. Default `RETAIN`. */
  readonly removalPolicy?: RemovalPolicy;
  /** Other buckets that jobs may read: `s3://books` or `s3://books/english/`. */
  readonly readable?: readonly string[];
  /** Other buckets that jobs may read and write. */
  readonly writable?: readonly string[];
}

/** Fails with `ENGINE_SETTINGS` when key and encryption contradict each other. */
export function encryptionOf({ encryption, kmsKey }: LevinEngineProps): EngineEncryption {
  if (encryption === 's3' && kmsKey !== undefined)
    throw wrongSetting('encryption is "s3" and there is a kmsKey. Leave out encryption to use the key, or the key to use S3’s own.');
  return encryption ?? (kmsKey === undefined ? 's3' : 'kms');
}
