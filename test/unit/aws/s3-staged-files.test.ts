import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { createS3StagedFiles } from '../../../engine/adapters/aws/s3-staged-files.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import type { StagedFiles } from '../../../engine/ports/staged-files.ts';
import { retryStagedFiles } from '../../../engine/ports/wrappers/retry-staged-files.ts';
import { type S3Emulator, startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { pattern, text } from '../../contract/object-store/write-cases.ts';
import { CREDENTIALS } from './failure-world.ts';

let emulator: S3Emulator;
let client: ReturnType<typeof createS3Client>;
let files: ObjectStore;
let staged: StagedFiles;
let bucket = '';
let made = 0;

beforeAll(async () => {
  emulator = await startS3Emulator();
  client = createS3Client({ endpoint: emulator.url, region: 'us-east-1', credentials: CREDENTIALS });
});
beforeEach(() => {
  bucket = `out-${++made}`;
  emulator.addBucket(bucket);
  files = createS3ObjectStore({ client, bucket });
  staged = createS3StagedFiles({ client, bucket });
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});

async function keys(): Promise<readonly string[]> {
  return (await files.list('')).objects.map(({ key }) => key);
}

test('a staged file is an upload and a record of it, and nothing of it is left when it is published', async () => {
  const body = pattern(9 * 1024 * 1024);
  await staged.stage('out/part-0', body);
  expect(emulator.openUploads(bucket)).toEqual(['out/part-0']);
  expect(await keys()).toEqual(['out/_levin/staged/part-0.staged']);
  expect(await staged.publish('out/part-0')).toBe(true);
  expect(emulator.openUploads(bucket)).toEqual([]);
  expect(await keys()).toEqual(['out/part-0']);
  expect(Buffer.from(await files.get('out/part-0')).equals(body)).toBe(true);
});

test('an empty file is staged and published', async () => {
  await staged.stage('out/part-0', new Uint8Array());
  expect(await staged.publish('out/part-0')).toBe(true);
  expect((await files.head('out/part-0')).size).toBe(0);
});

test('a publisher that is killed after the file is visible is followed by one that finds it done', async () => {
  await staged.stage('out/part-0', text('line\n'));
  emulator.inject({ operation: 'CompleteMultipartUpload', fault: { kind: 'drop', when: 'after' } });
  await expect(staged.publish('out/part-0')).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  const { etag } = await files.head('out/part-0');
  expect(await staged.list('out')).toEqual(['out/part-0']);
  expect(await staged.publish('out/part-0')).toBe(true);
  expect((await files.head('out/part-0')).etag).toBe(etag);
  expect(await keys()).toEqual(['out/part-0']);
});

test('an upload that somebody else has ended cannot be published', async () => {
  await staged.stage('out/part-0', text('line\n'));
  const other = createS3StagedFiles({ client, bucket });
  emulator.inject({ operation: 'DeleteObjects', fault: { kind: 'drop', when: 'before' } });
  await expect(other.discard('out', ['out/part-0'])).resolves.toMatchObject({ failed: [{ key: 'out/part-0' }] });
  expect(emulator.openUploads(bucket)).toEqual([]);
  expect(await staged.publish('out/part-0')).toBe(false);
  expect(await keys()).toEqual([]);
});

test('what cannot be discarded is reported by key, and may be discarded again', async () => {
  for (const key of ['out/a', 'out/b', 'out/c']) await staged.stage(key, text('line\n'));
  emulator.inject({ operation: 'AbortMultipartUpload', nth: 2, fault: { kind: 'error', status: 503, code: 'SlowDown' } });
  const { failed } = await staged.discard('out', ['out/a', 'out/b', 'out/c']);
  expect(failed.map(({ key }) => key)).toEqual(['out/b']);
  expect(failed[0]?.message).toContain('SlowDown');
  expect(await staged.list('out')).toEqual(['out/b']);
  expect(await staged.discard('out', ['out/a', 'out/b', 'out/c'])).toEqual({ failed: [] });
  expect(emulator.openUploads(bucket)).toEqual([]);
  expect(await keys()).toEqual([]);
});

test('a stage that fails leaves nothing staged and no upload', async () => {
  for (const operation of ['UploadPart', 'PutObject']) {
    emulator.inject({ operation, fault: { kind: 'error', status: 500, code: 'InternalError' } });
    await expect(staged.stage('out/part-0', text('line\n'))).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
    expect(emulator.openUploads(bucket)).toEqual([]);
    expect(await staged.list('out')).toEqual([]);
  }
});

test('with retries a file is staged and published whole however often answers are lost', async () => {
  const retried = retryStagedFiles(staged, { clock: { sleep: async () => undefined }, random: createSeededRandom('staged') });
  const lost = { kind: 'drop', when: 'after' } as const;
  for (const operation of ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'DeleteObjects', 'PutObject', 'GetObject']) {
    emulator.inject({ operation, fault: lost });
  }
  await retried.stage('out/part-0', text('line\n'));
  expect(await retried.publish('out/part-0')).toBe(true);
  expect(emulator.pendingFaults()).toEqual([]);
  expect(await files.get('out/part-0')).toEqual(text('line\n'));
  expect(await keys()).toEqual(['out/part-0']);
});

test.each(['{"uploadId": 7}', 'no JSON', 'null'])('a record that is none says so: %s', async (record) => {
  await files.put('out/_levin/staged/part-0.staged', text(record));
  await expect(staged.publish('out/part-0')).rejects.toMatchObject({
    code: 'STATE_CORRUPT',
    message:
      'The object "out/_levin/staged/part-0.staged" is no record of a staged file. Delete it; the task that wrote "out/part-0" has to run again.',
  });
});
