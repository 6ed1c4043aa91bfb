import { S3Client } from '@aws-sdk/client-s3';
import { type AwsClientOptions, clientConfiguration } from './aws-client-options.ts';

/** A client for `createS3ObjectStore`. Close it with `destroy()`. */
export function createS3Client(options: AwsClientOptions = {}): S3Client {
  return new S3Client({
    ...clientConfiguration(options),
    // Emulators have one host name for all buckets.
    ...(options.endpoint === undefined ? {} : { forcePathStyle: true }),
  });
}
