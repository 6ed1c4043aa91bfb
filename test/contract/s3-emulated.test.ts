import { afterAll, beforeAll } from 'vitest';
import { type S3Emulator, startS3Emulator } from '../../testing/emulators/s3-emulator.ts';
import { objectStoreContract } from './object-store.ts';
import { createBuckets, type S3Buckets } from './s3-buckets.ts';
import { stagedFilesContract } from './staged-files.ts';

let emulator: S3Emulator;
let buckets: S3Buckets;

beforeAll(async () => {
  emulator = await startS3Emulator();
  buckets = createBuckets(emulator.url);
});

afterAll(async () => {
  buckets.close();
  await emulator.close();
});

objectStoreContract('S3, emulated', () => buckets.store());
stagedFilesContract('S3, emulated', () => buckets.staged());
stagedFilesContract('S3 below a prefix, emulated', () => buckets.staged('levin/'));
