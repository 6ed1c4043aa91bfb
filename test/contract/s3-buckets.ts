import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { createS3Client } from '../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../engine/adapters/aws/s3-object-store.ts';
import { createS3StagedFiles } from '../../engine/adapters/aws/s3-staged-files.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { ContractSubject } from './contract-case.ts';
import type { StagedSubject } from './staged-files.ts';

/** A new bucket for each subject, at an emulator or at LocalStack. */
export interface S3Buckets {
  readonly client: S3Client;
  make(): Promise<string>;
  store(): Promise<ContractSubject<ObjectStore>>;
  staged(prefix?: string): Promise<ContractSubject<StagedSubject>>;
  close(): void;
}

export function createBuckets(endpoint: string): S3Buckets {
  const client = createS3Client({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  let made = 0;
  const make = async (): Promise<string> => {
    const bucket = `levin-test-${++made}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return bucket;
  };
  return {
    client,
    make,
    store: async () => ({ subject: createS3ObjectStore({ client, bucket: await make() }) }),
    async staged(prefix = '') {
      const options = { client, bucket: await make(), prefix };
      return { subject: { files: createS3ObjectStore(options), staged: createS3StagedFiles(options) } };
    },
    close: () => client.destroy(),
  };
}
