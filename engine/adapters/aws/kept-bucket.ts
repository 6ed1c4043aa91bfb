import { DeleteBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { errorCode } from '../../errors/levin-error.ts';
import type { AwsClientOptions } from './aws-client-options.ts';
import { awsError } from './aws-errors.ts';
import { createS3Client } from './s3-client.ts';

/** What lies in a bucket, at its top: folders end in a slash. */
export interface KeptBucket {
  readonly name: string;
  readonly entries: readonly string[];
}

/** Deletes a bucket if nothing is in it; else says what is. Null: it has gone. */
export async function removeEmptyBucket(name: string, options: AwsClientOptions = {}): Promise<KeptBucket | null> {
  const client = createS3Client(options);
  try {
    const { CommonPrefixes = [], Contents = [] } = await called('ListBucket', name, () =>
      client.send(new ListObjectsV2Command({ Bucket: name, Delimiter: '/' })),
    );
    const entries = [...CommonPrefixes.map(({ Prefix = '' }) => Prefix), ...Contents.map(({ Key = '' }) => Key)];
    if (entries.length > 0) return { name, entries };
    await called('DeleteBucket', name, () => client.send(new DeleteBucketCommand({ Bucket: name })));
    return null;
  } catch (error) {
    if (errorCode(error) === 'BUCKET_NOT_FOUND') return null;
    throw error;
  } finally {
    client.destroy();
  }
}

async function called<T>(action: string, bucket: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw awsError(error, { action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}`, doing: `remove the bucket ${bucket}` });
  }
}
