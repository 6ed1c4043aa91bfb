import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { errorCode } from '../../errors/levin-error.ts';
import { isThrottled } from '../../errors/transient.ts';
import { mapBounded } from '../../ports/map-bounded.ts';
import { chunksOf, type ObjectBody } from '../../ports/object-body.ts';
import { answerWithout } from './s3-answer.ts';
import { callS3, type S3Bucket, type S3Call, s3Error, sendS3 } from './s3-bucket.ts';
import { isWorthRepeating } from './s3-upload-care.ts';

/** S3 takes at least 5 MiB for all parts but the last. */
const PART_BYTES = 8 * 1024 * 1024;

/** S3 takes no more of one object. */
const MAX_PARTS = 10_000;

/** Buffers of a part each that one put holds. One connection of a function reaches about its bandwidth; the second fills the pauses. */
const PARTS_IN_FLIGHT = 2;

export interface Upload {
  readonly key: string;
  readonly uploadId: string;
}

/** In order: the first has number 1. */
export type PartEtags = readonly string[];

export async function beginUpload(bucket: S3Bucket, key: string, signal: AbortSignal | undefined): Promise<Upload> {
  const call = writing(key, signal);
  const input = { ...bucket.fields, Key: key };
  const { UploadId } = await callS3(bucket, call, (send) => bucket.client.send(new CreateMultipartUploadCommand(input), send));
  if (UploadId === undefined) throw answerWithout(call, 'an upload id');
  return { key, uploadId: UploadId };
}

/**
 * Sends the body in parts; an empty one is one empty part, for S3 completes no upload without any.
 * A part that is refused is sent again by itself: if it ended the upload, a large body would have little hope where one request in twenty fails.
 */
export async function uploadParts(
  bucket: S3Bucket,
  upload: Upload & { readonly body: ObjectBody; readonly signal: AbortSignal | undefined },
): Promise<PartEtags> {
  const partBytes = Math.max(PART_BYTES, Math.ceil(upload.body.byteLength / MAX_PARTS));
  const count = Math.max(1, Math.ceil(upload.body.byteLength / partBytes));
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const parts = cutInParts(upload.key.slice(bucket.prefix.length), upload.body, partBytes);
  try {
    // Each call takes its part before anything is awaited, so parts are taken in the order of their numbers.
    return await mapBounded(numbers, { concurrency: PARTS_IN_FLIGHT, signal: upload.signal }, async (number, signal) => {
      const { value } = parts.next();
      if (value === undefined) throw new Error(`part ${number} of ${count} is missing`);
      return uploadPart(bucket, { ...upload, number, bytes: value, signal });
    });
  } finally {
    parts.return();
  }
}

interface Part extends Upload {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly signal: AbortSignal;
}

async function uploadPart(bucket: S3Bucket, { key, uploadId, number, bytes, signal }: Part): Promise<string> {
  const call = writing(key, signal);
  const input = { ...bucket.fields, Key: key, UploadId: uploadId, PartNumber: number, Body: bytes };
  const { ETag } = await bucket.uploads.repeat(signal, () =>
    callS3(bucket, call, (send) => bucket.client.send(new UploadPartCommand(input), send)),
  );
  if (ETag === undefined) throw answerWithout(call, `the etag of part ${number}`);
  return ETag;
}

/**
 * The object's etag. What is no use to try again comes as the SDK's error, for some of it is an answer.
 * With If-None-Match only a refusal to do anything is followed by another try: after a lost answer, our own object would look like somebody else's.
 */
export async function completeUpload(
  bucket: S3Bucket,
  upload: Upload & { readonly parts: PartEtags; readonly ifNoneMatch?: '*' | undefined; readonly signal?: AbortSignal | undefined },
): Promise<string | undefined> {
  const input = {
    ...bucket.fields,
    Key: upload.key,
    UploadId: upload.uploadId,
    MultipartUpload: { Parts: upload.parts.map((ETag, i) => ({ ETag, PartNumber: i + 1 })) },
    IfNoneMatch: upload.ifNoneMatch,
  };
  const call = writing(upload.key, upload.signal);
  const mayRepeat = upload.ifNoneMatch === undefined ? isWorthRepeating : isThrottled;
  const completed = await bucket.uploads.repeat(upload.signal, async () => {
    try {
      return await sendS3(call, (send) => bucket.client.send(new CompleteMultipartUploadCommand(input), send));
    } catch (error) {
      const ours = s3Error(bucket, call, error);
      if (mayRepeat(ours)) throw ours;
      return { refusal: error };
    }
  });
  if ('refusal' in completed) throw completed.refusal;
  return completed.ETag;
}

/** Takes an upload away with its parts, which cost money until then. */
export async function abortUpload(bucket: S3Bucket, { key, uploadId }: Upload): Promise<void> {
  const call: S3Call = { action: 's3:AbortMultipartUpload', verb: 'delete', key };
  const input = { ...bucket.fields, Key: key, UploadId: uploadId };
  await bucket.uploads.repeatAbort(undefined, () =>
    callS3(bucket, call, (send) => bucket.client.send(new AbortMultipartUploadCommand(input), send)),
  );
}

/** Takes an upload away whose put has failed: that failure is what its caller has to learn, so one of the abort is a warning. */
export async function dropUpload(bucket: S3Bucket, upload: Upload): Promise<void> {
  try {
    await abortUpload(bucket, upload);
  } catch (error) {
    if (errorCode(error) === 'UPLOAD_GONE') return;
    bucket.uploads.onWarning(leftBehind(bucket, upload, error));
  }
}

function leftBehind({ name }: S3Bucket, { key, uploadId }: Upload, error: unknown): string {
  const abort = `aws s3api abort-multipart-upload --bucket ${name} --key "${key}" --upload-id ${uploadId}`;
  return (
    `Parts of an upload to s3://${name}/${key} that failed are still there, and cost money: they could not be taken away. ` +
    `Unless a lifecycle rule of the bucket ends unfinished uploads, do it yourself: ${abort} [${error instanceof Error ? error.message : String(error)}]`
  );
}

function writing(key: string, signal: AbortSignal | undefined): S3Call {
  return { action: 's3:PutObject', verb: 'write', key, signal };
}

/**
 * Pieces of `partBytes`, the last one shorter; of a body in chunks each in a buffer of its own.
 * The last one is given only once the body has ended as announced.
 */
function* cutInParts(key: string, body: ObjectBody, partBytes: number): Generator<Uint8Array, void, undefined> {
  if (body instanceof Uint8Array) {
    for (let start = 0; start === 0 || start < body.byteLength; start += partBytes) yield body.subarray(start, start + partBytes);
    return;
  }
  let part = new Uint8Array(Math.min(partBytes, body.byteLength));
  let filled = 0;
  let left = body.byteLength;
  for (const chunk of chunksOf(key, body)) {
    for (let taken = 0; taken < chunk.length; ) {
      if (filled === part.length) {
        yield part;
        part = new Uint8Array(Math.min(partBytes, left));
        filled = 0;
      }
      const piece = chunk.subarray(taken, taken + part.length - filled);
      part.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
      left -= piece.length;
    }
  }
  yield part;
}
