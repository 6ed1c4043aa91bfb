import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { AwsClientOptions } from '../../../engine/adapters/aws/aws-client-options.ts';
import { createDynamodbClient } from '../../../engine/adapters/aws/dynamodb-client.ts';
import { createDynamodbMetadataStore } from '../../../engine/adapters/aws/dynamodb-metadata-store.ts';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import type { MetadataStore } from '../../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { startDynamodbEmulator } from '../../../testing/emulators/dynamodb-emulator.ts';
import type { EmulatorServer } from '../../../testing/emulators/emulator-server.ts';
import { type S3Emulator, startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { createTables } from '../../contract/dynamodb-tables.ts';

export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'session' } as const;

/** Emulators with what the failures are about: an object `there`, an item `there`. */
export interface FailureWorld {
  readonly s3: S3Emulator;
  readonly dynamodb: EmulatorServer;
  /** A store of the bucket `books` or another, by a client that waits `idleMs` for a silent connection. */
  objects(options?: AwsClientOptions & { readonly bucket?: string; readonly requesterPays?: boolean }): ObjectStore;
  metadata(options?: AwsClientOptions & { readonly table?: string }): MetadataStore;
  close(): Promise<void>;
}

export async function startFailureWorld(): Promise<FailureWorld> {
  const s3 = await startS3Emulator();
  const dynamodb = await startDynamodbEmulator();
  const tables = createTables(dynamodb.url);
  const table = await tables.make();
  const clients: { destroy(): void }[] = [tables.client];
  const kept = <T extends { destroy(): void }>(client: T): T => {
    clients.push(client);
    return client;
  };
  const world: FailureWorld = {
    s3,
    dynamodb,
    objects({ bucket = 'books', endpoint = s3.url, requesterPays = false, ...options } = {}) {
      const client = kept(createS3Client({ endpoint, region: 'us-east-1', credentials: CREDENTIALS, ...options }));
      return createS3ObjectStore({ client, bucket, requesterPays });
    },
    metadata({ table: named = table, endpoint = dynamodb.url, ...options } = {}) {
      const client = kept(createDynamodbClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS, ...options }));
      return createDynamodbMetadataStore({ client, table: named, clock: createSystemClock() });
    },
    async close() {
      for (const client of clients) client.destroy();
      await s3.close();
      await dynamodb.close();
    },
  };
  const setUp = kept(createS3Client({ endpoint: s3.url, region: 'us-east-1', credentials: CREDENTIALS }));
  await setUp.send(new CreateBucketCommand({ Bucket: 'books' }));
  s3.addBucket('elsewhere', { region: 'eu-west-1' });
  s3.addBucket('paid', { requesterPays: true });
  await world.objects().put('there', new TextEncoder().encode('0123456789'));
  await world.metadata().put({ partition: 'p', sort: 'there' }, { n: 1 });
  return world;
}
