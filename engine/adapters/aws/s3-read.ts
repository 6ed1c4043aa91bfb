import { addAbortSignal, type Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { rangeNotSatisfiable } from '../../ports/object-errors.ts';
import { checkObjectRange } from '../../ports/object-range.ts';
import { awsCode } from './aws-errors.ts';
import { answerWithout } from './s3-answer.ts';
import { type S3Bucket, sendS3 } from './s3-bucket.ts';
import { explainRead, type FailedRead, headObject } from './s3-head.ts';

interface ObjectRead {
  readonly ifMatch: string | undefined;
  readonly signal: AbortSignal | undefined;
}

interface RangeRead extends ObjectRead {
  readonly start: number;
  readonly end: number;
}

/** The whole object. */
export async function readObject(bucket: S3Bucket, key: string, read: ObjectRead): Promise<Uint8Array> {
  const call: FailedRead = { action: 's3:GetObject', verb: 'read', key, ...read };
  try {
    return await bodyOf(call, await sendGet(bucket, call));
  } catch (error) {
    throw await explained(bucket, call, error);
  }
}

/** Bytes `[start, end)`. HTTP has no empty range, and S3 answers with less where the object ends before `end`. */
export async function readRange(bucket: S3Bucket, key: string, { start, end, ...read }: RangeRead): Promise<Uint8Array> {
  const range = { start, end };
  const call: FailedRead = { action: 's3:GetObject', verb: 'read', key, ...read };
  if (!isHttpRange(start, end)) return emptyRange(bucket, call, range);
  try {
    const answer = await sendGet(bucket, call, `bytes=${start}-${end - 1}`);
    const size = sizeOf(answer);
    if (size === null) throw answerWithout(call, 'its range');
    if (size < end) {
      (answer.Body as Readable).destroy();
      throw rangeNotSatisfiable(key.slice(bucket.prefix.length), range, size);
    }
    const bytes = await bodyOf(call, answer);
    if (bytes.length !== end - start) throw answerWithout(call, `the ${end - start} bytes that were asked for`);
    return bytes;
  } catch (error) {
    if (awsCode(error) === 'InvalidRange') return emptyRange(bucket, call, range);
    throw await explained(bucket, call, error);
  }
}

function isHttpRange(start: number, end: number): boolean {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start < end;
}

/** Of what is no range for HTTP: empty if it lies within the object, else the error with the object's size. */
async function emptyRange(
  bucket: S3Bucket,
  call: FailedRead,
  range: { readonly start: number; readonly end: number },
): Promise<Uint8Array> {
  const { size } = await headObject(bucket, call.key, call);
  checkObjectRange(call.key.slice(bucket.prefix.length), range, size);
  if (range.start !== range.end) throw answerWithout(call, 'the range, which was past the end a moment ago');
  return new Uint8Array();
}

function sendGet(bucket: S3Bucket, call: FailedRead, range?: string): Promise<GetObjectCommandOutput> {
  const input = { ...bucket.fields, Key: call.key, IfMatch: call.ifMatch, Range: range };
  return sendS3(call, (send) => bucket.client.send(new GetObjectCommand(input), send));
}

/** `bytes 0-9/100` → 100 */
function sizeOf({ ContentRange }: GetObjectCommandOutput): number | null {
  const size = Number(/^bytes \d+-\d+\/(\d+)$/.exec(ContentRange ?? '')?.[1] ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : null;
}

/** Into a buffer of its own, as long as announced; the SDK compares the checksum while the bytes pass. */
async function bodyOf(call: FailedRead, { Body, ContentLength }: GetObjectCommandOutput): Promise<Uint8Array> {
  if (Body === undefined || ContentLength === undefined) throw answerWithout(call, 'its body or length');
  const stream = Body as Readable;
  if (call.signal !== undefined) addAbortSignal(call.signal, stream);
  const bytes = new Uint8Array(ContentLength);
  let position = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    if (position + chunk.length > bytes.length) throw answerWithout(call, `an end after ${bytes.length} bytes`);
    bytes.set(chunk, position);
    position += chunk.length;
  }
  if (position !== bytes.length) throw answerWithout(call, `the rest after ${position} of ${bytes.length} bytes`);
  return bytes;
}

async function explained(bucket: S3Bucket, call: FailedRead, error: unknown): Promise<unknown> {
  call.signal?.throwIfAborted();
  return explainRead(bucket, call, error);
}
