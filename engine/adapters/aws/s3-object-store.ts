import { checkObjectKey } from '../../ports/object-key.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { openBucket, type S3BucketOptions } from './s3-bucket.ts';
import { deleteObjects } from './s3-delete.ts';
import { headObject } from './s3-head.ts';
import { listObjects } from './s3-list.ts';
import { putObject } from './s3-put.ts';
import { readObject, readRange } from './s3-read.ts';

/** Objects of an S3 general purpose bucket (directory buckets do not list in order). Every call is one attempt: wrap it in `retryObjectStore`. */
export function createS3ObjectStore(options: S3BucketOptions): ObjectStore {
  const bucket = openBucket(options);
  const full = (key: string): string => {
    checkObjectKey(key);
    checkObjectKey(bucket.prefix + key);
    return bucket.prefix + key;
  };
  return {
    put: async (key, body, { ifAbsent = false, signal, onSent } = {}) =>
      putObject(bucket, { key: full(key), body }, { ifAbsent, signal, onSent }),
    get: async (key, { ifMatch, signal } = {}) => readObject(bucket, full(key), { ifMatch, signal }),
    getRange: async (key, start, end, { ifMatch, signal } = {}) => readRange(bucket, full(key), { start, end, ifMatch, signal }),
    head: async (key, { signal } = {}) => ({ ...(await headObject(bucket, full(key), { signal })), key }),
    list: (prefix, listOptions = {}) => listObjects(bucket, prefix, listOptions),
    deleteMany: async (keys, { signal } = {}) => {
      const { failed } = await deleteObjects(bucket, keys.map(full), signal);
      return { failed: failed.map(({ key, message }) => ({ key: key.slice(bucket.prefix.length), message })) };
    },
  };
}
