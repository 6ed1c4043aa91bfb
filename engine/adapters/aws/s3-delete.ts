import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import type { DeleteReport } from '../../ports/object-store.ts';
import { callS3, type S3Bucket, type S3Call } from './s3-bucket.ts';

/** S3 takes no more keys at once. */
const MAX_BATCH = 1000;

/** What XML 1.0 cannot say, not even escaped: a batch with such a key would be refused whole. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NOT_IN_XML = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Deletes in batches. Keys that S3 could not delete are reported with its reason; those before a request that failed whole are gone. */
export async function deleteObjects(bucket: S3Bucket, keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteReport> {
  signal?.throwIfAborted();
  const distinct = [...new Set(keys)];
  const failed: DeleteReport['failed'][number][] = [];
  const batched = distinct.filter((key) => !NOT_IN_XML.test(key));
  for (let start = 0; start < batched.length; start += MAX_BATCH) {
    failed.push(...(await deleteBatch(bucket, batched.slice(start, start + MAX_BATCH), signal)));
  }
  for (const key of distinct.filter((each) => NOT_IN_XML.test(each))) await deleteObject(bucket, key, signal);
  return { failed };
}

async function deleteBatch(bucket: S3Bucket, keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteReport['failed']> {
  const call: S3Call = { action: 's3:DeleteObject', verb: 'delete', signal };
  const input = { ...bucket.fields, Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) } };
  const { Errors = [] } = await callS3(bucket, call, (send) => bucket.client.send(new DeleteObjectsCommand(input), send));
  return Errors.map(({ Key = '', Code = 'no code', Message = 'no message' }) => ({ key: Key, message: `${Code}: ${Message}` }));
}

async function deleteObject(bucket: S3Bucket, key: string, signal: AbortSignal | undefined): Promise<void> {
  const call: S3Call = { action: 's3:DeleteObject', verb: 'delete', key, signal };
  await callS3(bucket, call, (send) => bucket.client.send(new DeleteObjectCommand({ ...bucket.fields, Key: key }), send));
}
