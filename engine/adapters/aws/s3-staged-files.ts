import { errorCode, LevinError } from '../../errors/levin-error.ts';
import { everyPage } from '../../ports/every-page.ts';
import { nullIfMissing } from '../../ports/null-if-missing.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { StagedFiles } from '../../ports/staged-files.ts';
import { publishedKey, stagedKey, stagedPrefix } from '../../types/output-names.ts';
import { awsCode } from './aws-errors.ts';
import { openBucket, type S3Bucket, type S3BucketOptions, type S3Call, s3Error } from './s3-bucket.ts';
import { abortUpload, beginUpload, completeUpload, dropUpload, type PartEtags, uploadParts } from './s3-multipart.ts';
import { createS3ObjectStore } from './s3-object-store.ts';

/** What publishing needs, kept as a small object under the staged name: an upload tells nobody whether it is whole. */
interface StagedRecord {
  readonly uploadId: string;
  readonly parts: PartEtags;
}

/**
 * Staged files of an S3 store with the same bucket and prefix: uploads that are completed only when they are published.
 * ```
 *  stage     CreateMultipartUpload ─ UploadPart … ─ PutObject _levin/staged/<name>.staged {uploadId, parts}
 *  publish   GetObject record ─ CompleteMultipartUpload ─ DeleteObject record
 *  discard   GetObject record ─ AbortMultipartUpload ─ DeleteObject record
 * ```
 * What is killed between two of these is done again by the next call. Parts of a stage that was killed stay until the bucket's lifecycle rule
 * ends the upload: nobody knows its id.
 */
export function createS3StagedFiles(options: S3BucketOptions): StagedFiles {
  const bucket = openBucket(options);
  const files = createS3ObjectStore(options);
  return {
    async mark(key) {
      await files.put(key, new Uint8Array());
    },
    async stage(key, body, { signal } = {}) {
      const upload = await beginUpload(bucket, bucket.prefix + key, signal);
      let staged = false;
      try {
        const parts = await uploadParts(bucket, { ...upload, body, signal });
        const record: StagedRecord = { uploadId: upload.uploadId, parts };
        await files.put(stagedKey(key), new TextEncoder().encode(JSON.stringify(record)), signal === undefined ? {} : { signal });
        staged = true;
      } finally {
        if (!staged) await dropUpload(bucket, upload);
      }
    },
    async publish(key) {
      const record = await readRecord(files, key);
      if (record === null) return isThere(files, key);
      const published = (await complete(bucket, bucket.prefix + key, record)) || (await isThere(files, key));
      await deleteRecord(files, key);
      return published;
    },
    async list(folder) {
      const found = await everyPage((page) => files.list(stagedPrefix(folder), page));
      return found.map(({ key }) => publishedKey(key)).filter((key) => key !== null);
    },
    async discard(_folder, keys) {
      const failed: { key: string; message: string }[] = [];
      for (const key of keys) {
        try {
          await discardOne(bucket, files, key);
        } catch (error) {
          failed.push({ key, message: error instanceof Error ? error.message : String(error) });
        }
      }
      return { failed };
    },
  };
}

/** False when the upload is gone: completed by an earlier call, discarded, or ended by the bucket's lifecycle rule. */
async function complete(bucket: S3Bucket, key: string, record: StagedRecord): Promise<boolean> {
  const call: S3Call = { action: 's3:PutObject', verb: 'write', key };
  try {
    await completeUpload(bucket, { key, ...record });
    return true;
  } catch (error) {
    if (awsCode(error) === 'NoSuchUpload') return false;
    throw s3Error(bucket, call, error);
  }
}

async function discardOne(bucket: S3Bucket, files: ObjectStore, key: string): Promise<void> {
  const record = await readRecord(files, key);
  if (record === null) return;
  try {
    await abortUpload(bucket, { key: bucket.prefix + key, uploadId: record.uploadId });
  } catch (error) {
    if (errorCode(error) !== 'UPLOAD_GONE') throw error;
  }
  await deleteRecord(files, key);
}

async function readRecord(files: ObjectStore, key: string): Promise<StagedRecord | null> {
  const bytes = await nullIfMissing(files.get(stagedKey(key)));
  return bytes === null ? null : parseRecord(key, new TextDecoder().decode(bytes));
}

function parseRecord(key: string, json: string): StagedRecord {
  const record = recordIn(json);
  if (record !== null) return record;
  throw new LevinError({
    code: 'STATE_CORRUPT',
    fault: 'user',
    message: `The object "${stagedKey(key)}" is no record of a staged file. Delete it; the task that wrote "${key}" has to run again.`,
    details: { key },
  });
}

function recordIn(json: string): StagedRecord | null {
  try {
    const { uploadId, parts } = JSON.parse(json) as Partial<StagedRecord>;
    return typeof uploadId === 'string' && Array.isArray(parts) ? { uploadId, parts } : null;
  } catch {
    return null;
  }
}

async function deleteRecord(files: ObjectStore, key: string): Promise<void> {
  const { failed } = await files.deleteMany([stagedKey(key)]);
  const [first] = failed;
  if (first === undefined) return;
  throw new LevinError({
    code: 'PARTLY_DELETED',
    fault: 'transient',
    message: `The record of the staged file "${key}" cannot be deleted. [${first.message}]`,
    details: { key },
  });
}

async function isThere(files: ObjectStore, key: string): Promise<boolean> {
  return (await nullIfMissing(files.head(key))) !== null;
}
