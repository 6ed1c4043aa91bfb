import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createUploadInputs, type UploadInputs } from '../../../driver/application/upload-inputs.ts';
import { createS3Client } from '../../../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../../../engine/adapters/aws/s3-object-store.ts';
import { openFileBody } from '../../../engine/adapters/local/file-body.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { retryObjectStore } from '../../../engine/ports/wrappers/retry-object-store.ts';
import { type S3Emulator, startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { pattern } from '../../contract/object-store/write-cases.ts';

const MIB = 1024 * 1024;
const BUCKET = 'engine';

let emulator: S3Emulator;
let client: ReturnType<typeof createS3Client>;
let objects: ObjectStore;
let folder: string;
let uploaded: string[];
let before: Readonly<Record<string, number>>;
let apps = 0;

beforeAll(async () => {
  emulator = await startS3Emulator();
  emulator.addBucket(BUCKET);
  client = createS3Client({ endpoint: emulator.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const retries = { clock: { sleep: async () => undefined }, random: createSeededRandom('uploads') };
  objects = retryObjectStore(createS3ObjectStore({ client, bucket: BUCKET }), retries);
  folder = mkdtempSync(join(tmpdir(), 'levin-uploads-'));
});
beforeEach(() => {
  emulator.endFaults();
  uploaded = [];
  apps++;
  before = emulator.calls();
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
  rmSync(folder, { recursive: true });
});

/** Of one application for each test. `opened` is called between the file's hash and its upload. */
function uploader(opened: (path: string) => void = () => undefined): UploadInputs {
  return createUploadInputs({
    appId: `app-${apps}`,
    objects,
    uploads: {
      async open(path) {
        const body = await openFileBody(path);
        opened(path);
        return body;
      },
    },
    placeOf: (key) => `s3://${BUCKET}/${key}`,
    onUploaded: (message) => uploaded.push(message),
  });
}

function file(name: string, content: Uint8Array): { readonly path: string; readonly size: number; readonly etag: string } {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return { path, size: statSync(path).size, etag: 'of the listing' };
}

function requests(operation: string): number {
  return (emulator.calls()[operation] ?? 0) - (before[operation] ?? 0);
}

async function stored(): Promise<readonly string[]> {
  return (await objects.list(`apps/app-${apps}/`)).objects.map(({ key }) => key);
}

test('what was uploaded is found before anything is sent again, by another listing and by another driver', async () => {
  const inputs = [file('large.txt', pattern(17 * MIB)), file('small.txt', pattern(10))];
  const upload = uploader();
  const first = await upload(inputs);
  const sent = [requests('UploadPart'), requests('PutObject')];
  expect(sent).toEqual([3, 1]);
  expect(uploaded).toHaveLength(1);
  expect(await upload(inputs)).toEqual(first);
  expect(await uploader()(inputs)).toEqual(first);
  expect([requests('UploadPart'), requests('PutObject')]).toEqual(sent);
  expect(requests('CreateMultipartUpload')).toBe(1);
  expect(uploaded).toHaveLength(1);
  for (const { path, etag } of first) expect(await objects.head(path.slice(`s3://${BUCKET}/`.length))).toMatchObject({ etag });
});

test('the same content twice in one listing is sent once', async () => {
  const [one, other] = await uploader()([file('a/twice.txt', pattern(100)), file('b/twice.txt', pattern(100))]);
  expect(one).toEqual(other);
  expect(requests('PutObject')).toBe(1);
  expect(uploaded).toEqual([expect.stringMatching(/^1 file \(100 B\) was uploaded to /)]);
});

test.each([
  ['PutObject', 2 * MIB],
  ['CompleteMultipartUpload', 17 * MIB],
])('a lost answer of %s is followed by another try, whatever the size', async (operation, size) => {
  emulator.inject({ operation, fault: { kind: 'drop', when: 'after' } });
  const [result] = await uploader()([file('lost.txt', pattern(size))]);
  expect(emulator.pendingFaults()).toEqual([]);
  expect(result?.size).toBe(size);
  expect(await stored()).toHaveLength(1);
});

test.each([
  ['rewritten in place at the same size', 100, pattern(100).fill(7)],
  ['rewritten in place at the same size, in parts,', 17 * MIB, pattern(17 * MIB).fill(7)],
  ['that grew', 100, pattern(101)],
  ['that was cut', 100, pattern(99)],
])('a file %s between its hash and its upload fails, and nothing of it is stored', async (_what, size, later) => {
  const input = file('changing.txt', pattern(size));
  await expect(uploader((path) => writeFileSync(path, later))([input])).rejects.toMatchObject({
    code: 'INPUT_CHANGED',
    fault: 'user',
    message: `The input file ${input.path} changed while it was uploaded: it had ${size} bytes when it was listed. Run the job again when its input is complete.`,
  });
  expect(await stored()).toEqual([]);
  expect(emulator.openUploads(BUCKET)).toEqual([]);
  expect(uploaded).toEqual([]);
});
