import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { objectNotFound, preconditionFailed } from '../../ports/object-errors.ts';
import { awsCode, httpStatus } from './aws-errors.ts';
import { answerWithout } from './s3-answer.ts';
import { type S3Bucket, type S3Call, s3Error, sendS3 } from './s3-bucket.ts';

export interface ObjectFacts {
  readonly size: number;
  readonly etag: string;
}

interface HeadOptions {
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Size and etag of an object. */
export async function headObject(bucket: S3Bucket, key: string, options: HeadOptions = {}): Promise<ObjectFacts> {
  const call: S3Call = { action: 's3:GetObject', verb: 'read', key, signal: options.signal };
  const input = { ...bucket.fields, Key: key, IfMatch: options.ifMatch };
  try {
    const { ContentLength, ETag } = await sendS3(call, (send) => bucket.client.send(new HeadObjectCommand(input), send));
    if (ContentLength === undefined || ETag === undefined) throw answerWithout(call, 'its length or etag');
    return { size: ContentLength, etag: ETag };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw await explainRead(bucket, { ...call, key, ifMatch: options.ifMatch }, await reasonOf(bucket, call, error));
  }
}

/**
 * Answers to HEAD have no body, so that a missing bucket looks like a missing object, and an expired session like a bad request:
 * a read of the object's first byte is refused for the same reason, and tells it.
 */
async function reasonOf(bucket: S3Bucket, call: S3Call, error: unknown): Promise<unknown> {
  const status = httpStatus(error);
  const silent = awsCode(error) === undefined && status !== undefined && status >= 300 && status < 500 && status !== 412;
  if (!silent) return error;
  try {
    const input = { ...bucket.fields, Key: call.key, Range: 'bytes=0-0' };
    const { Body } = await sendS3(call, (send) => bucket.client.send(new GetObjectCommand(input), send));
    await Body?.transformToByteArray();
    return error;
  } catch (reason) {
    call.signal?.throwIfAborted();
    // An empty object has no first byte: it was made in between.
    return awsCode(reason) === 'InvalidRange' ? error : reason;
  }
}

export interface FailedRead extends S3Call {
  readonly key: string;
  readonly ifMatch: string | undefined;
}

/** The port's errors for what S3 answers to a read. */
export async function explainRead(bucket: S3Bucket, call: FailedRead, error: unknown): Promise<unknown> {
  const key = call.key.slice(bucket.prefix.length);
  if (awsCode(error) === 'NoSuchKey') return objectNotFound(key, `the bucket ${bucket.name}`);
  if (httpStatus(error) !== 412 || call.ifMatch === undefined) return s3Error(bucket, call, error);
  // S3 does not tell which etag it found.
  const { etag } = await headObject(bucket, call.key, { signal: call.signal });
  return preconditionFailed(key, call.ifMatch, etag);
}
