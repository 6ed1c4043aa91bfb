import type { S3Client } from '@aws-sdk/client-s3';
import { type AwsCall, awsError } from './aws-errors.ts';
import { createUploadCare, NO_CARE, type UploadCare, type UploadCareOptions } from './s3-upload-care.ts';

export interface S3BucketOptions {
  /** With the SDK's own retry off: `createS3Client`. */
  readonly client: S3Client;
  readonly bucket: string;
  /** Put before every key, as it is; end it with a slash. Default none. */
  readonly prefix?: string;
  /** Accept the cost of requests to a bucket whose owner has others pay. */
  readonly requesterPays?: boolean;
  /** Default: each request of an upload is one attempt, and nobody is told what stays behind. */
  readonly uploads?: UploadCareOptions;
}

/** A bucket, and how to call S3 about it. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly name: string;
  readonly prefix: string;
  /** Fields of every request. */
  readonly fields: { readonly Bucket: string; readonly RequestPayer?: 'requester' };
  readonly requesterPays: boolean;
  readonly uploads: UploadCare;
}

export function openBucket(options: S3BucketOptions): S3Bucket {
  const requesterPays = options.requesterPays ?? false;
  return {
    client: options.client,
    name: options.bucket,
    prefix: options.prefix ?? '',
    fields: { Bucket: options.bucket, ...(requesterPays ? { RequestPayer: 'requester' } : {}) },
    requesterPays,
    uploads: options.uploads === undefined ? NO_CARE : createUploadCare(options.uploads),
  };
}

export interface S3Call {
  /** IAM's name of what is done: `s3:GetObject`. */
  readonly action: string;
  readonly verb: 'read' | 'write' | 'list' | 'delete';
  /** The whole key in the bucket, or a prefix; undefined for the bucket itself. */
  readonly key?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Sends one request. Failures come as the SDK's errors; `s3Error` makes ours of them. An aborted call rejects with the signal's reason. */
export async function sendS3<T>({ signal }: S3Call, send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    const answer = await send(signal === undefined ? {} : { abortSignal: signal });
    signal?.throwIfAborted();
    return answer;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

export function s3Error(bucket: S3Bucket, call: S3Call, error: unknown): unknown {
  return awsError(error, describeCall(bucket, call));
}

/** As `sendS3`, with every failure as ours: for calls none of whose failures is an answer. */
export async function callS3<T>(
  bucket: S3Bucket,
  call: S3Call,
  send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await sendS3(call, send);
  } catch (error) {
    throw s3Error(bucket, call, error);
  }
}

function describeCall(bucket: S3Bucket, { action, verb, key }: S3Call): AwsCall {
  return {
    action,
    resource: action === 's3:ListBucket' ? `arn:aws:s3:::${bucket.name}` : `arn:aws:s3:::${bucket.name}/${key ?? '*'}`,
    doing: `${verb} s3://${bucket.name}/${key ?? ''}`,
    // S3 does not say that this is the reason.
    ...(bucket.requesterPays ? {} : { deniedHint: ' If this is a requester pays bucket, accept the cost: --conf requesterPays=true.' }),
  };
}
