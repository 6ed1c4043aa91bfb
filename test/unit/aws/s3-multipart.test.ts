import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { createS3StagedFiles } from '../../../engine/adapters/aws/s3-staged-files.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import type { ObjectChunks } from '../../../engine/ports/object-body.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import type { StagedFiles } from '../../../engine/ports/staged-files.ts';
import { retryObjectStore } from '../../../engine/ports/wrappers/retry-object-store.ts';
import { retryStagedFiles } from '../../../engine/ports/wrappers/retry-staged-files.ts';
import { type S3Emulator, startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { pattern, text } from '../../contract/object-store/write-cases.ts';
import { CREDENTIALS } from './failure-world.ts';

const MIB = 1024 * 1024;
const SLOW_DOWN = { kind: 'error', status: 503, code: 'SlowDown' } as const;
const LOST = { kind: 'drop', when: 'after' } as const;
const BUCKET = 'books';

let emulator: S3Emulator;
let client: ReturnType<typeof createS3Client>;
let files: ObjectStore;
let staged: StagedFiles;
let warnings: string[];
let before: Readonly<Record<string, number>>;

beforeAll(async () => {
  emulator = await startS3Emulator();
  emulator.addBucket(BUCKET);
  client = createS3Client({ endpoint: emulator.url, region: 'us-east-1', credentials: CREDENTIALS });
});
beforeEach(() => {
  emulator.endFaults();
  warnings = [];
  const retries = { clock: { sleep: async () => undefined }, random: createSeededRandom('uploads') };
  const options = { client, bucket: BUCKET, uploads: { ...retries, onWarning: (message: string) => warnings.push(message) } };
  files = retryObjectStore(createS3ObjectStore(options), retries);
  staged = retryStagedFiles(createS3StagedFiles(options), retries);
  before = emulator.calls();
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});

function requests(operation: string): number {
  return (emulator.calls()[operation] ?? 0) - (before[operation] ?? 0);
}

/** Eight mebibytes in one buffer, given as often as there are parts; each says which it is. */
function parts(count: number): ObjectChunks {
  return {
    byteLength: count * 8 * MIB,
    *[Symbol.iterator]() {
      const chunk = new Uint8Array(8 * MIB);
      for (let i = 0; i < count; i++) {
        chunk[0] = i + 1;
        yield chunk;
      }
    },
  };
}

async function firstBytes(key: string, count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, async (_, i) => (await files.getRange(key, i * 8 * MIB, i * 8 * MIB + 1))[0] ?? -1));
}

test('where one part in twenty is refused, an object of 30 parts is sent once, and only what was refused again', async () => {
  emulator.inject({ operation: 'UploadPart', nth: 7, every: 20, times: Number.POSITIVE_INFINITY, fault: SLOW_DOWN });
  await files.put('large', parts(30));
  expect([requests('CreateMultipartUpload'), requests('UploadPart'), requests('AbortMultipartUpload')]).toEqual([1, 32, 0]);
  expect(await firstBytes('large', 30)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect(emulator.openUploads(BUCKET)).toEqual([]);
});

test('parts of a staged file are, too', async () => {
  emulator.inject({ operation: 'UploadPart', nth: 2, every: 2, times: 2, fault: SLOW_DOWN });
  await staged.stage('out/large', parts(3));
  expect([requests('CreateMultipartUpload'), requests('UploadPart')]).toEqual([1, 5]);
  expect(await staged.publish('out/large')).toBe(true);
  expect(await firstBytes('out/large', 3)).toEqual([1, 2, 3]);
});

test('a part whose answer was lost is sent again', async () => {
  emulator.inject({ operation: 'UploadPart', nth: 2, fault: LOST });
  await files.put('large', parts(3));
  expect([requests('CreateMultipartUpload'), requests('UploadPart')]).toEqual([1, 4]);
  expect(await firstBytes('large', 3)).toEqual([1, 2, 3]);
});

test('an upload that somebody else has ended begins again at once', async () => {
  emulator.inject({ operation: 'UploadPart', nth: 2, fault: { kind: 'error', status: 404, code: 'NoSuchUpload' } });
  await files.put('large', pattern(17 * MIB));
  expect(requests('CreateMultipartUpload')).toBe(2);
  expect(emulator.openUploads(BUCKET)).toEqual([]);
});

test.each([
  ['failed', { kind: 'error', status: 500, code: 'InternalError' }, false],
  ['was throttled', SLOW_DOWN, false],
  ['was throttled, of an if-absent put,', SLOW_DOWN, true],
] as const)('a completion that %s is asked for again, and nothing is sent twice', async (_what, fault, ifAbsent) => {
  const key = `completed-${_what}`;
  emulator.inject({ operation: 'CompleteMultipartUpload', fault });
  expect(await files.put(key, pattern(17 * MIB), { ifAbsent })).toMatchObject({ stored: true });
  expect([requests('UploadPart'), requests('CompleteMultipartUpload')]).toEqual([3, 2]);
  expect(warnings).toEqual([]);
});

test('an if-absent completion whose answer was lost is not asked for again by itself: what stands there would look like somebody else’s', async () => {
  const alone = createS3ObjectStore({
    client,
    bucket: BUCKET,
    uploads: {
      clock: { sleep: async () => undefined },
      random: createSeededRandom('alone'),
      onWarning: (message) => warnings.push(message),
    },
  });
  emulator.inject({ operation: 'CompleteMultipartUpload', fault: LOST });
  await expect(alone.put('elected', pattern(17 * MIB), { ifAbsent: true })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  expect(requests('CompleteMultipartUpload')).toBe(1);
  // What was to be aborted is an object.
  expect(warnings).toEqual([]);
  expect((await files.head('elected')).size).toBe(17 * MIB);
});

test('an abort that fails is tried again', async () => {
  emulator.inject({ operation: 'AbortMultipartUpload', fault: SLOW_DOWN });
  emulator.inject({ operation: 'AbortMultipartUpload', nth: 2, fault: LOST });
  await files.put('taken', text('theirs'));
  expect(await files.put('taken', pattern(17 * MIB), { ifAbsent: true })).toEqual({ stored: false });
  expect(emulator.openUploads(BUCKET)).toEqual([]);
  expect(requests('AbortMultipartUpload')).toBe(3);
  expect(warnings).toEqual([]);
});

test('parts that cannot be taken away are told with all that it takes to do it by hand, and the first failure is what the caller learns', async () => {
  const denied = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Not you' } as const;
  emulator.inject({ operation: 'AbortMultipartUpload', times: 2, fault: denied });
  emulator.inject({ operation: 'UploadPart', times: 2, fault: { ...denied, message: 'Nor this' } });
  await expect(staged.stage('out/part-0', text('line\n'))).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    message: expect.stringContaining('Nor this'),
  });
  await expect(files.put('other', parts(3))).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  expect(emulator.openUploads(BUCKET)).toEqual(['out/part-0', 'other']);
  expect(warnings.map((warning) => warning.replace(/upload-\d+/, 'upload-N'))).toEqual([left('out/part-0'), left('other')]);
});

function left(key: string): string {
  return (
    `Parts of an upload to s3://books/${key} that failed are still there, and cost money: they could not be taken away. ` +
    'Unless a lifecycle rule of the bucket ends unfinished uploads, do it yourself: ' +
    `aws s3api abort-multipart-upload --bucket books --key "${key}" --upload-id upload-N ` +
    `[Cannot delete s3://books/${key}: access is denied. Allow s3:AbortMultipartUpload on arn:aws:s3:::books/${key}. ` +
    'If this is a requester pays bucket, accept the cost: --conf requesterPays=true. [AccessDenied: Not you]]'
  );
}
