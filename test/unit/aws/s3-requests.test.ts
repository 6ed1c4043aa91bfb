import { expect, test } from 'vitest';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { countS3Requests } from '../../../engine/adapters/aws/s3-requests.ts';
import { createS3StagedFiles } from '../../../engine/adapters/aws/s3-staged-files.ts';
import { startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { CREDENTIALS } from './failure-world.ts';

const MB = 1024 * 1024;

test('what is counted is what S3 met: uploads in parts, batches, second looks, refusals', async () => {
  const emulator = await startS3Emulator();
  emulator.addBucket('b');
  const client = createS3Client({ endpoint: emulator.url, region: 'us-east-1', credentials: CREDENTIALS });
  const sent = countS3Requests(client);
  const options = { client, bucket: 'b' };
  const [store, staged] = [createS3ObjectStore(options), createS3StagedFiles(options)];
  try {
    await store.put('small', new Uint8Array(10));
    await store.put('large', new Uint8Array(20 * MB));
    await store.put('small', new Uint8Array(10), { ifAbsent: true });
    await store.get('small');
    await store.getRange('large', 5, 10);
    await store.get('none').catch(() => undefined);
    await store.head('small');
    await store.head('none').catch(() => undefined);
    await store.list('');
    await store.deleteMany(Array.from({ length: 1500 }, (_, i) => `key-${i}`));
    await store.deleteMany(['not \u0001 in XML']);
    await staged.mark('out/_mark');
    await staged.stage('out/a', new Uint8Array(10 * MB));
    await staged.stage('out/b', new Uint8Array(10));
    await staged.list('out');
    await staged.publish('out/a');
    await staged.discard('out', ['out/b']);
    emulator.inject({ operation: 'GetObject', fault: { kind: 'error', status: 503, code: 'SlowDown' } });
    await store.get('small').catch(() => undefined);
    const calls = emulator.calls();
    const of = (...operations: readonly string[]): number => operations.reduce((sum, operation) => sum + (calls[operation] ?? 0), 0);
    expect(sent()).toEqual({
      puts: of('PutObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'),
      gets: of('GetObject'),
      heads: of('HeadObject'),
      lists: of('ListObjectsV2'),
      deletes: of('DeleteObject', 'DeleteObjects', 'AbortMultipartUpload'),
    });
    expect(Object.values(sent()).reduce((sum, n) => sum + n, 0)).toBe(of(...Object.keys(calls)));
    // 20 MB are three parts, a beginning and an end.
    expect(calls).toMatchObject({ UploadPart: 3 + 2 + 1, CreateMultipartUpload: 3, CompleteMultipartUpload: 2, AbortMultipartUpload: 1 });
  } finally {
    client.destroy();
    await emulator.close();
  }
});
