import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import type { ObjectChunks } from '../../../engine/ports/object-body.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { retryObjectStore } from '../../../engine/ports/wrappers/retry-object-store.ts';
import { type S3Emulator, startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { pattern, text } from '../../contract/object-store/write-cases.ts';
import { CREDENTIALS } from './failure-world.ts';

const MIB = 1024 * 1024;

let emulator: S3Emulator;
let client: ReturnType<typeof createS3Client>;
let store: ObjectStore;
let buckets = 0;
let before: Readonly<Record<string, number>>;

beforeAll(async () => {
  emulator = await startS3Emulator();
  client = createS3Client({ endpoint: emulator.url, region: 'us-east-1', credentials: CREDENTIALS });
});
beforeEach(() => {
  emulator.addBucket(bucket(++buckets));
  store = createS3ObjectStore({ client, bucket: bucket(buckets) });
  before = emulator.calls();
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});

function bucket(number: number): string {
  return `bucket-${number}`;
}

function openUploads(): readonly string[] {
  return emulator.openUploads(bucket(buckets));
}

/** Requests since the test began, without those that were none. */
function requests(): Readonly<Record<string, number>> {
  const since = Object.entries(emulator.calls()).map(([operation, count]) => [operation, count - (before[operation] ?? 0)] as const);
  return Object.fromEntries(since.filter(([, count]) => count > 0));
}

/** A body in one buffer that is used again for each chunk. */
function inChunks(whole: Uint8Array, chunkBytes: number, byteLength = whole.length): ObjectChunks {
  return {
    byteLength,
    *[Symbol.iterator]() {
      const buffer = new Uint8Array(chunkBytes);
      for (let start = 0; start < whole.length; start += chunkBytes) {
        const part = whole.subarray(start, start + chunkBytes);
        buffer.set(part);
        yield buffer.subarray(0, part.length);
      }
    },
  };
}

test('a body of up to 16 MiB is one request, a larger one goes in parts of 8 MiB', async () => {
  await store.put('small', pattern(16 * MIB));
  expect(requests()).toEqual({ PutObject: 1 });
  const large = pattern(16 * MIB + 1);
  const put = await store.put('large', large);
  expect(requests()).toEqual({ PutObject: 1, CreateMultipartUpload: 1, UploadPart: 3, CompleteMultipartUpload: 1 });
  expect(Buffer.from(await store.get('large')).equals(large)).toBe(true);
  expect(put).toEqual({ stored: true, etag: (await store.head('large')).etag });
  expect(openUploads()).toEqual([]);
});

test('chunks of any size become parts of 8 MiB', async () => {
  const large = pattern(17 * MIB);
  for (const chunkBytes of [3 * MIB + 7, 8 * MIB, 17 * MIB]) {
    await store.put('large', inChunks(large, chunkBytes));
    expect(Buffer.from(await store.get('large')).equals(large)).toBe(true);
  }
  expect(requests()['UploadPart']).toBe(9);
});

test('a large body where another object stands is refused, and its upload is taken away', async () => {
  await store.put('large', text('theirs'));
  expect(await store.put('large', pattern(17 * MIB), { ifAbsent: true })).toEqual({ stored: false });
  expect(await store.get('large')).toEqual(text('theirs'));
  expect(openUploads()).toEqual([]);
});

test('a large body whose iteration fails, or is not as long as announced, leaves neither object nor upload', async () => {
  const failing: ObjectChunks = {
    byteLength: 20 * MIB,
    *[Symbol.iterator]() {
      yield pattern(18 * MIB);
      throw new Error('no more');
    },
  };
  await expect(store.put('large', failing)).rejects.toThrow('no more');
  const whole = pattern(24 * MIB);
  for (const announced of [24 * MIB + 1, 24 * MIB - 1, 16 * MIB + 1]) {
    await expect(store.put('large', inChunks(whole, MIB, announced))).rejects.toMatchObject({ code: 'BODY_LENGTH_DIFFERS' });
  }
  expect(openUploads()).toEqual([]);
  expect(await store.list('')).toEqual({ objects: [], next: null });
});

test('a part that fails ends the upload and the iteration, and is not tried again by the SDK', async () => {
  emulator.inject({ operation: 'UploadPart', nth: 2, fault: { kind: 'error', status: 503, code: 'SlowDown' } });
  let ended = false;
  const body: ObjectChunks = {
    byteLength: 40 * MIB,
    *[Symbol.iterator]() {
      try {
        for (let i = 0; i < 5; i++) yield pattern(8 * MIB);
      } finally {
        ended = true;
      }
    },
  };
  await expect(store.put('large', body)).rejects.toMatchObject({ code: 'THROTTLED' });
  expect(ended).toBe(true);
  expect(requests()['UploadPart']).toBeLessThanOrEqual(3);
  expect(requests()['CompleteMultipartUpload']).toBe(undefined);
  expect(openUploads()).toEqual([]);
});

test('an aborted put of a large body rejects with the reason and takes its upload away', async () => {
  const abort = new AbortController();
  const body: ObjectChunks = {
    byteLength: 40 * MIB,
    *[Symbol.iterator]() {
      for (let i = 0; i < 40; i++) {
        if (i === 20) abort.abort(new Error('enough'));
        yield pattern(MIB);
      }
    },
  };
  await expect(store.put('large', body, { signal: abort.signal })).rejects.toThrow('enough');
  expect(openUploads()).toEqual([]);
  expect(await store.list('')).toEqual({ objects: [], next: null });
});

test('keys below a prefix are told without it, in lists, errors and reports', async () => {
  const below = createS3ObjectStore({ client, bucket: bucket(buckets), prefix: 'levin/a/' });
  await store.put('levin/b', text('other'));
  await below.put('one', text('1'));
  await below.put('two', text('22'));
  expect((await below.list('')).objects.map(({ key, size }) => [key, size])).toEqual([
    ['one', 1],
    ['two', 2],
  ]);
  expect((await below.list('', { after: 'one' })).objects.map(({ key }) => key)).toEqual(['two']);
  expect((await below.head('two')).key).toBe('two');
  expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['levin/a/one', 'levin/a/two', 'levin/b']);
  await expect(below.get('three')).rejects.toMatchObject({
    message:
      'There is no object "three" in the bucket bucket-' +
      String(buckets) +
      '. Check the name; objects of an application are gone once it was stopped.',
  });
  await expect(below.put('x'.repeat(1020), text('x'))).rejects.toMatchObject({ code: 'INVALID_KEY' });
  emulator.inject({
    operation: 'DeleteObjects',
    fault: { kind: 'refuseKey', key: 'levin/a/one', code: 'AccessDenied', message: 'Access Denied' },
  });
  expect(await below.deleteMany(['one', 'two'])).toEqual({ failed: [{ key: 'one', message: 'AccessDenied: Access Denied' }] });
  expect((await below.list('')).objects.map(({ key }) => key)).toEqual(['one']);
});

test('a batch goes in thousands, and of keys that are reported only those are tried again', async () => {
  const keys = Array.from({ length: 2001 }, (_, i) => `k${String(i).padStart(4, '0')}`);
  await store.put('k1500', text('x'));
  await store.put('k2000', text('x'));
  emulator.inject({
    operation: 'DeleteObjects',
    nth: 2,
    fault: { kind: 'refuseKey', key: 'k1500', code: 'InternalError', message: 'We encountered an internal error.' },
  });
  const retried = retryObjectStore(store, { clock: { sleep: async () => undefined }, random: createSeededRandom('deletes') });
  expect(await retried.deleteMany(keys)).toEqual({ failed: [] });
  expect(requests()['DeleteObjects']).toBe(4);
  expect(await store.list('')).toEqual({ objects: [], next: null });
});

test('keys that XML cannot hold are listed and deleted all the same', async () => {
  const keys = ['a\u0001b', 'c\rd', 'e\u001f', 'f\uffff', 'plain'];
  for (const key of keys) await store.put(key, text(key));
  expect((await store.list('')).objects.map(({ key }) => key)).toEqual(keys);
  expect(await store.deleteMany(keys)).toEqual({ failed: [] });
  expect(requests()).toMatchObject({ DeleteObjects: 1, DeleteObject: 3 });
  expect(await store.list('')).toEqual({ objects: [], next: null });
});

test('each read is one request', async () => {
  await store.put('key', text('0123456789'));
  before = emulator.calls();
  await store.get('key');
  await store.getRange('key', 2, 5);
  await expect(store.getRange('key', 2, 11)).rejects.toMatchObject({ code: 'RANGE_NOT_SATISFIABLE' });
  expect(requests()).toEqual({ GetObject: 3 });
  await store.getRange('key', 3, 3);
  expect(requests()).toEqual({ GetObject: 3, HeadObject: 1 });
});

test('an if-absent put whose answer was lost is found to be ours', async () => {
  emulator.inject({ operation: 'PutObject', fault: { kind: 'drop', when: 'after' } });
  const retried = retryObjectStore(store, { clock: { sleep: async () => undefined }, random: createSeededRandom('settle') });
  const put = await retried.put('key', text('mine'), { ifAbsent: true });
  expect(put).toEqual({ stored: true, etag: (await store.head('key')).etag });
  expect(requests()).toMatchObject({ PutObject: 2 });
});

test('a bucket whose requests its caller pays answers who accepts it', async () => {
  emulator.addBucket('paid', { requesterPays: true });
  const paid = createS3ObjectStore({ client, bucket: 'paid', requesterPays: true });
  await paid.put('key', text('bought'));
  await paid.put('large', pattern(17 * MIB));
  expect(await paid.get('key')).toEqual(text('bought'));
  expect((await paid.list('')).objects).toHaveLength(2);
  expect(await paid.deleteMany(['key', 'large'])).toEqual({ failed: [] });
});

test('a refusal says what, where, why and what to do', async () => {
  emulator.inject({
    operation: 'GetObject',
    fault: { kind: 'error', status: 403, code: 'AccessDenied', message: 'User: arn:aws:iam::1:user/ann is not authorized' },
  });
  await expect(store.get('a/key')).rejects.toMatchObject({
    message: `Cannot read s3://bucket-${buckets}/a/key: access is denied. Allow s3:GetObject on arn:aws:s3:::bucket-${buckets}/a/key. If this is a requester pays bucket, accept the cost: --conf requesterPays=true. [AccessDenied: User: arn:aws:iam::1:user/ann is not authorized]`,
    details: {
      action: 's3:GetObject',
      resource: `arn:aws:s3:::bucket-${buckets}/a/key`,
      awsCode: 'AccessDenied',
      status: 403,
      effect: 'none',
    },
  });
  emulator.addBucket('elsewhere', { region: 'eu-west-1' });
  await expect(createS3ObjectStore({ client, bucket: 'elsewhere' }).head('key')).rejects.toMatchObject({
    message:
      'Cannot read s3://elsewhere/key: the bucket is in another region than the one that was asked. Use a bucket of that region, or set AWS_REGION to the region of the bucket; an engine has to be in the region that is set, too. It lies in eu-west-1. [PermanentRedirect: The bucket you are attempting to access must be addressed using the specified endpoint.]',
  });
});
