import { afterAll, beforeAll, expect, test } from 'vitest';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3Files } from '../../../engine/adapters/aws/s3-files.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../../engine/adapters/memory/memory-staged-files.ts';
import { routeFiles, type UserFiles } from '../../../engine/ports/route-files.ts';
import { type S3Emulator, startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { text } from '../../contract/object-store/write-cases.ts';
import { CREDENTIALS } from './failure-world.ts';

let emulator: S3Emulator;
let client: ReturnType<typeof createS3Client>;
let onS3: UserFiles;

beforeAll(async () => {
  emulator = await startS3Emulator();
  client = createS3Client({ endpoint: emulator.url, region: 'us-east-1', credentials: CREDENTIALS });
  onS3 = createS3Files({ client, requesterPays: false });
  for (const bucket of ['one', 'two', 'page']) emulator.addBucket(bucket);
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});

/** Files of a machine in memory, and those on S3; counts how often S3 was opened. */
function routed(): UserFiles & { readonly opened: () => number } {
  const local = createMemoryObjectStore();
  let opened = 0;
  const openS3 = async (): Promise<UserFiles> => {
    opened++;
    return onS3;
  };
  return { ...routeFiles({ files: local, staged: createMemoryStagedFiles(local) }, openS3), opened: () => opened };
}

const keysOf = async ({ files }: UserFiles, prefix: string): Promise<readonly string[]> =>
  (await files.list(prefix)).objects.map(({ key }) => key);

test('keys that begin with s3:// are of S3, which is opened once, for the first of them', async () => {
  const all = routed();
  await all.files.put('home/a.txt', text('local'));
  expect(await keysOf(all, 'home/')).toEqual(['home/a.txt']);
  expect(all.opened()).toBe(0);
  const { etag } = (await all.files.put('s3://one/home/a.txt', text('remote'))) as { readonly etag: string };
  expect(await all.files.head('s3://one/home/a.txt')).toEqual({ key: 's3://one/home/a.txt', size: 6, etag });
  expect(new TextDecoder().decode(await all.files.get('s3://one/home/a.txt'))).toBe('remote');
  expect(new TextDecoder().decode(await all.files.getRange('home/a.txt', 1, 3))).toBe('oc');
  expect(await keysOf(all, 's3://one/')).toEqual(['s3://one/home/a.txt']);
  expect(await keysOf(all, 's3://two/')).toEqual([]);
  expect(all.opened()).toBe(1);
});

test('a delete reaches this machine and every bucket that it names', async () => {
  const all = routed();
  const keys = ['here/x', 's3://one/gone/x', 's3://two/gone/y'];
  for (const key of keys) await all.files.put(key, text(key));
  emulator.inject({ operation: 'DeleteObjects', nth: 2, fault: { kind: 'refuseKey', key: 'gone/y', code: 'AccessDenied', message: 'no' } });
  const { failed } = await all.files.deleteMany(keys);
  expect(failed.map(({ key }) => key)).toEqual(['s3://two/gone/y']);
  expect(await keysOf(all, 'here/')).toEqual([]);
  expect(await keysOf(all, 's3://one/gone/')).toEqual([]);
});

test('a listing goes on after a key of the same form', async () => {
  for (const name of ['a', 'b', 'c']) await onS3.files.put(`s3://page/${name}`, text(name));
  const first = await onS3.files.list('s3://page/', { limit: 2 });
  expect(first.next).toBe('s3://page/b');
  const rest = await onS3.files.list('s3://page/', { after: first.next as string });
  expect(rest.objects.map(({ key }) => key)).toEqual(['s3://page/c']);
});

test('what is staged in a bucket is listed, published and discarded there', async () => {
  const { staged } = routed();
  await staged.mark('s3://one/out/_levin/pending-app-0');
  await staged.stage('s3://one/out/part-0', text('zero'));
  await staged.stage('s3://one/out/part-1', text('one'));
  expect(await staged.list('s3://one/out')).toEqual(['s3://one/out/part-0', 's3://one/out/part-1']);
  expect(await staged.publish('s3://one/out/part-0')).toBe(true);
  expect(await staged.discard('s3://one/out', ['s3://one/out/part-1'])).toEqual({ failed: [] });
  expect(await keysOf(onS3, 's3://one/out/')).toEqual(['s3://one/out/_levin/pending-app-0', 's3://one/out/part-0']);
});

test('a bucket itself is no object', async () => {
  await expect(onS3.files.head('s3://one')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});

test.each(['s3://b*/books/a.txt', 's3:///books', 's3://UPPER/a', 's3://a/b'])('%s is refused: it names no bucket', async (path) => {
  const bucket = path.split('/')[2];
  await expect(onS3.files.get(path)).rejects.toMatchObject({
    code: 'INVALID_PATH',
    message: `${path} is no path on S3: "${bucket}" is not the name of a bucket. Write s3://bucket/key; patterns may stand in the key only.`,
  });
});
