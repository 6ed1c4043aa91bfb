import type { EmulatorFault } from './emulator-faults.ts';
import type { EmulatorAnswer, EmulatorRequest } from './emulator-server.ts';
import { checkWriteConditions, preconditionFailed } from './s3-conditions.ts';
import { deleteObjectsAnswer } from './s3-delete-objects.ts';
import { listAnswer } from './s3-list-objects.ts';
import { bucketFor, checkedBody, splitPath } from './s3-request.ts';
import { type EmulatedBucket, type EmulatedObject, objectOf, type S3State } from './s3-state.ts';
import { abortUpload, completeUpload, createUpload, uploadPart } from './s3-uploads.ts';
import { errorAnswer, refuse, S3RefusalError } from './s3-xml.ts';

export interface S3Operation {
  readonly operation: string;
  readonly request: EmulatorRequest;
  readonly faults: readonly EmulatorFault[];
}

const MAX_KEY_BYTES = 1024;

export function answerS3(state: S3State, asked: S3Operation): EmulatorAnswer {
  try {
    return perform(state, asked);
  } catch (error) {
    if (error instanceof S3RefusalError) return errorAnswer(error.refusal);
    throw error;
  }
}

function perform(state: S3State, { operation, request, faults }: S3Operation): EmulatorAnswer {
  const { bucket: name, key } = splitPath(request.path);
  if (operation === 'CreateBucket') {
    if (!state.buckets.has(name)) state.addBucket(name);
    return { status: 200 };
  }
  const bucket = bucketFor(state, request);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) refuse(400, 'KeyTooLongError', { message: 'Your key is too long' });
  switch (operation) {
    case 'HeadBucket':
      return { status: 200 };
    case 'PutObject':
      return put(bucket, key, request);
    case 'GetObject':
      return get(bucket, key, request);
    case 'HeadObject':
      return head(bucket, key, request);
    case 'DeleteObject':
      bucket.objects.delete(key);
      return { status: 204 };
    case 'DeleteObjects':
      return deleteObjectsAnswer(bucket, request, faults);
    case 'ListObjectsV2':
      return listAnswer(bucket, name, request.query);
    case 'CreateMultipartUpload':
      return createUpload(state, bucket, { name, key });
    case 'UploadPart':
      return uploadPart(bucket, request);
    case 'CompleteMultipartUpload':
      return completeUpload(bucket, { name, key }, request);
    case 'AbortMultipartUpload':
      return abortUpload(bucket, request);
    default:
      return refuse(501, 'NotImplemented', { message: `${request.method} ${request.path} is not emulated.` });
  }
}

function put(bucket: EmulatedBucket, key: string, request: EmulatorRequest): EmulatorAnswer {
  const object = objectOf(checkedBody(request));
  checkWriteConditions(bucket.objects.get(key), request);
  bucket.objects.set(key, object);
  return { status: 200, headers: { etag: object.etag, 'x-amz-checksum-crc32': object.crc ?? '' } };
}

function find(bucket: EmulatedBucket, key: string, { headers }: EmulatorRequest): EmulatedObject {
  const object = bucket.objects.get(key);
  if (object === undefined) refuse(404, 'NoSuchKey', { message: 'The specified key does not exist.', more: { Key: key } });
  if (headers['if-match'] !== undefined && headers['if-match'] !== object.etag) preconditionFailed('If-Match');
  if (headers['if-none-match'] !== undefined) refuse(501, 'NotImplemented', { message: 'If-None-Match of reads is not emulated.' });
  return object;
}

function get(bucket: EmulatedBucket, key: string, request: EmulatorRequest): EmulatorAnswer {
  const { body, etag, crc } = find(bucket, key, request);
  const { range } = request.headers;
  const shared = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  if (range === undefined) {
    const checksum = crc !== null && request.headers['x-amz-checksum-mode'] === 'ENABLED' ? { 'x-amz-checksum-crc32': crc } : {};
    return { status: 200, headers: { ...shared, ...checksum }, body };
  }
  const [, from = '', to = ''] =
    /^bytes=(\d+)-(\d*)$/.exec(range) ?? refuse(501, 'NotImplemented', { message: `Range ${range} is not emulated.` });
  const start = Number(from);
  const end = Math.min(to === '' ? body.length : Number(to) + 1, body.length);
  if (start >= body.length) {
    refuse(416, 'InvalidRange', { message: 'The requested range is not satisfiable', more: { ActualObjectSize: String(body.length) } });
  }
  return {
    status: 206,
    headers: { ...shared, 'content-range': `bytes ${start}-${end - 1}/${body.length}` },
    body: body.subarray(start, end),
  };
}

function head(bucket: EmulatedBucket, key: string, request: EmulatorRequest): EmulatorAnswer {
  const { body, etag } = find(bucket, key, request);
  return { status: 200, headers: { etag, 'accept-ranges': 'bytes', 'content-length': String(body.length) } };
}
