import { PutObjectCommand } from '@aws-sdk/client-s3';
import { chunksOf, type ObjectBody } from '../../ports/object-body.ts';
import type { PutResult } from '../../ports/object-store.ts';
import { httpStatus } from './aws-errors.ts';
import { answerWithout } from './s3-answer.ts';
import { type S3Bucket, type S3Call, s3Error, sendS3 } from './s3-bucket.ts';
import { beginUpload, completeUpload, dropUpload, uploadParts } from './s3-multipart.ts';
import { tellSent } from './s3-sent.ts';

/** Larger bodies go in parts: they need not stand in memory whole, and no single request is long. */
const MULTIPART_ABOVE_BYTES = 16 * 1024 * 1024;

export interface KeyedBody {
  readonly key: string;
  readonly body: ObjectBody;
}

interface PutRules {
  readonly ifAbsent: boolean;
  readonly signal: AbortSignal | undefined;
  /** Of bodies that go in one request. */
  readonly onSent: (() => void) | undefined;
}

/**
 * ```
 * ≤ 16 MB   PutObject (If-None-Match)                                             seen whole or not at all
 * above     CreateMultipartUpload ─ UploadPart … ─ CompleteMultipartUpload (If-None-Match)
 *                                        └─failure─▶ AbortMultipartUpload
 * ```
 */
export async function putObject(bucket: S3Bucket, object: KeyedBody, rules: PutRules): Promise<PutResult> {
  rules.signal?.throwIfAborted();
  return object.body.byteLength > MULTIPART_ABOVE_BYTES ? putInParts(bucket, object, rules) : putWhole(bucket, object, rules);
}

async function putWhole(bucket: S3Bucket, { key, body }: KeyedBody, rules: PutRules): Promise<PutResult> {
  const call: S3Call = { action: 's3:PutObject', verb: 'write', key, signal: rules.signal };
  const input = { ...bucket.fields, Key: key, Body: inOnePiece(bucket, { key, body }, rules.signal), IfNoneMatch: ifNoneMatch(rules) };
  const command = new PutObjectCommand(input);
  if (rules.onSent !== undefined) tellSent(command, rules.onSent);
  return settled(bucket, call, rules, async () => {
    const { ETag } = await sendS3(call, (send) => bucket.client.send(command, send));
    return ETag;
  });
}

async function putInParts(bucket: S3Bucket, object: KeyedBody, rules: PutRules): Promise<PutResult> {
  const call: S3Call = { action: 's3:PutObject', verb: 'write', key: object.key, signal: rules.signal };
  const upload = await beginUpload(bucket, object.key, rules.signal);
  let ended = false;
  try {
    const parts = await uploadParts(bucket, { ...upload, body: object.body, signal: rules.signal });
    const result = await settled(bucket, call, rules, () =>
      completeUpload(bucket, { ...upload, parts, ifNoneMatch: ifNoneMatch(rules), signal: rules.signal }),
    );
    ended = result.stored;
    return result;
  } finally {
    if (!ended) await dropUpload(bucket, upload);
  }
}

function ifNoneMatch({ ifAbsent }: PutRules): '*' | undefined {
  return ifAbsent ? '*' : undefined;
}

/** With If-None-Match, 412 is an answer: somebody else's object stands there. */
async function settled(bucket: S3Bucket, call: S3Call, rules: PutRules, send: () => Promise<string | undefined>): Promise<PutResult> {
  try {
    const etag = await send();
    if (etag === undefined) throw answerWithout(call, 'an etag');
    return { stored: true, etag };
  } catch (error) {
    rules.signal?.throwIfAborted();
    if (rules.ifAbsent && httpStatus(error) === 412) return { stored: false };
    throw s3Error(bucket, call, error);
  }
}

/** The body itself where it is in one piece: it must not change before the put has settled. */
function inOnePiece(bucket: S3Bucket, { key, body }: KeyedBody, signal: AbortSignal | undefined): Uint8Array {
  if (body instanceof Uint8Array) return body;
  const whole = new Uint8Array(body.byteLength);
  let position = 0;
  for (const chunk of chunksOf(key.slice(bucket.prefix.length), body)) {
    signal?.throwIfAborted();
    whole.set(chunk, position);
    position += chunk.byteLength;
  }
  signal?.throwIfAborted();
  return whole;
}
