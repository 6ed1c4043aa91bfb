import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSeededRandom } from '../../engine/adapters/memory/seeded-random.ts';
import { retryObjectStore } from '../../engine/ports/wrappers/retry-object-store.ts';
import { retryStagedFiles } from '../../engine/ports/wrappers/retry-staged-files.ts';
import { type S3Emulator, startS3Emulator } from '../../testing/emulators/s3-emulator.ts';
import { refusalOf } from './aws-protocol/refusal-of.ts';
import { s3Protocol } from './aws-protocol/s3-protocol.ts';
import { objectStoreContract } from './object-store.ts';
import { createBuckets, type S3Buckets } from './s3-buckets.ts';
import { stagedFilesContract } from './staged-files.ts';

let emulator: S3Emulator;
let buckets: S3Buckets;

beforeAll(async () => {
  emulator = await startS3Emulator();
  buckets = createBuckets(emulator.url);
});
afterEach(() => emulator.endFaults());
afterAll(async () => {
  buckets.close();
  await emulator.close();
});

/** From now on, every third request is throttled and the answer to every fifth is lost. */
function failNowAndThen(): void {
  const operations = [
    'PutObject',
    'GetObject',
    'HeadObject',
    'ListObjectsV2',
    'DeleteObjects',
    'CreateMultipartUpload',
    'UploadPart',
    'CompleteMultipartUpload',
    'AbortMultipartUpload',
  ];
  for (const operation of operations) {
    emulator.inject({
      operation,
      nth: 2,
      every: 3,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'error', status: 503, code: 'SlowDown' },
    });
    emulator.inject({ operation, nth: 4, every: 5, times: Number.POSITIVE_INFINITY, fault: { kind: 'drop', when: 'after' } });
  }
}

/** Pauses take no time: what is retried matters here, not when. */
function retry(): Parameters<typeof retryObjectStore>[1] {
  const sleep = async (_ms: number, options?: { readonly signal?: AbortSignal }): Promise<void> => options?.signal?.throwIfAborted();
  return { clock: { sleep }, random: createSeededRandom('retry'), attempts: 40 };
}

objectStoreContract('S3, emulated', () => buckets.store());
objectStoreContract('retried S3 that fails now and then, emulated', async () => {
  const { subject } = await buckets.store();
  failNowAndThen();
  return { subject: retryObjectStore(subject, retry()) };
});
stagedFilesContract('S3, emulated', () => buckets.staged());
stagedFilesContract('S3 below a prefix, emulated', () => buckets.staged('levin/'));
stagedFilesContract('retried S3 that fails now and then, emulated', async () => {
  const { files, staged } = (await buckets.staged()).subject;
  failNowAndThen();
  return { subject: { files: retryObjectStore(files, retry()), staged: retryStagedFiles(staged, retry()) } };
});
s3Protocol('emulated', async () => ({ client: buckets.client, bucket: await buckets.make() }));

test('a batch of more than 1,000 keys is refused, which LocalStack is not strict about', async () => {
  const Objects = Array.from({ length: 1001 }, (_, i) => ({ Key: `k${i}` }));
  const call = buckets.client.send(new DeleteObjectsCommand({ Bucket: await buckets.make(), Delete: { Objects } }));
  expect(await refusalOf(call)).toEqual(['MalformedXML', 400]);
});
