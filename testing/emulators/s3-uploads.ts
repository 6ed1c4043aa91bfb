import type { EmulatorAnswer, EmulatorRequest } from './emulator-server.ts';
import { checkWriteConditions } from './s3-conditions.ts';
import { checkedBody } from './s3-request.ts';
import { type EmulatedBucket, type EmulatedUpload, joined, objectOf, type S3State } from './s3-state.ts';
import { elements, refuse, textOf, xmlAnswer } from './s3-xml.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

interface Target {
  readonly name: string;
  readonly key: string;
}

export function createUpload(state: S3State, bucket: EmulatedBucket, { name, key }: Target): EmulatorAnswer {
  const uploadId = state.nextUploadId();
  bucket.uploads.set(uploadId, { key, parts: new Map() });
  return xmlAnswer('InitiateMultipartUploadResult', { Bucket: name, Key: key, UploadId: uploadId });
}

export function uploadPart(bucket: EmulatedBucket, request: EmulatorRequest): EmulatorAnswer {
  const { upload } = findUpload(bucket, request);
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS)
    refuse(400, 'InvalidArgument', { message: 'Part number must be an integer between 1 and 10000, inclusive' });
  const part = objectOf(checkedBody(request));
  upload.parts.set(number, part);
  return { status: 200, headers: { etag: part.etag } };
}

/** A completed upload is gone, so that completing it again is `NoSuchUpload`: S3 may also say yes once more. */
export function completeUpload(bucket: EmulatedBucket, { name, key }: Target, request: EmulatorRequest): EmulatorAnswer {
  const { uploadId, upload } = findUpload(bucket, request);
  const wanted = elements(Buffer.from(request.body).toString('utf8'), 'Part').map((part) => ({
    number: Number(elements(part, 'PartNumber')[0]),
    etag: textOf(elements(part, 'ETag')[0] ?? ''),
  }));
  if (wanted.length === 0) refuse(400, 'MalformedXML');
  if (wanted.some(({ number }, i) => number <= (wanted[i - 1]?.number ?? 0))) refuse(400, 'InvalidPartOrder');
  const parts = wanted.map(({ number, etag }) => {
    const part = upload.parts.get(number);
    return part?.etag === etag ? part : refuse(400, 'InvalidPart', { message: 'One or more of the specified parts could not be found.' });
  });
  if (parts.slice(0, -1).some(({ body }) => body.length < MIN_PART_BYTES)) {
    refuse(400, 'EntityTooSmall', { message: 'Your proposed upload is smaller than the minimum allowed size' });
  }
  checkWriteConditions(bucket.objects.get(key), request);
  const object = joined(parts);
  bucket.objects.set(key, object);
  bucket.uploads.delete(uploadId);
  return xmlAnswer('CompleteMultipartUploadResult', { Bucket: name, Key: key, ETag: object.etag });
}

export function abortUpload(bucket: EmulatedBucket, request: EmulatorRequest): EmulatorAnswer {
  bucket.uploads.delete(findUpload(bucket, request).uploadId);
  return { status: 204 };
}

function findUpload(bucket: EmulatedBucket, { query }: EmulatorRequest): { readonly uploadId: string; readonly upload: EmulatedUpload } {
  const uploadId = query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(uploadId);
  if (upload === undefined) refuse(404, 'NoSuchUpload', { message: 'The specified multipart upload does not exist.' });
  return { uploadId, upload };
}
