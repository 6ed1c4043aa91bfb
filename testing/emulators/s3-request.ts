import { createHash } from 'node:crypto';
import type { EmulatorRequest } from './emulator-server.ts';
import type { EmulatedBucket, S3State } from './s3-state.ts';
import { crcOf } from './s3-state.ts';
import { refuse } from './s3-xml.ts';

/** AWS's name of what is asked for; `Unknown` for what is not emulated. */
export function operationOf({ method, path, query, headers }: EmulatorRequest): string {
  const { key } = splitPath(path);
  const has = (name: string): boolean => query.has(name);
  if (key === '') {
    if (method === 'PUT') return 'CreateBucket';
    if (method === 'HEAD') return 'HeadBucket';
    if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
    if (method === 'POST' && has('delete')) return 'DeleteObjects';
    return 'Unknown';
  }
  if (method === 'PUT' && headers['x-amz-copy-source'] !== undefined) return 'Unknown';
  if (method === 'PUT') return has('uploadId') ? 'UploadPart' : 'PutObject';
  if (method === 'GET') return has('uploadId') ? 'Unknown' : 'GetObject';
  if (method === 'HEAD') return 'HeadObject';
  if (method === 'DELETE') return has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'POST' && has('uploads')) return 'CreateMultipartUpload';
  if (method === 'POST' && has('uploadId')) return 'CompleteMultipartUpload';
  return 'Unknown';
}

export function splitPath(path: string): { readonly bucket: string; readonly key: string } {
  const slash = path.indexOf('/', 1);
  const end = slash < 0 ? path.length : slash;
  return { bucket: decodeURIComponent(path.slice(1, end)), key: decodeURIComponent(path.slice(end + 1)) };
}

/** The bucket, if it may be asked this way. */
export function bucketFor(state: S3State, request: EmulatorRequest): EmulatedBucket {
  const { bucket: name } = splitPath(request.path);
  const bucket = state.buckets.get(name);
  if (bucket === undefined) refuse(404, 'NoSuchBucket', { message: 'The specified bucket does not exist', more: { BucketName: name } });
  const { region, requesterPays } = bucket.rules;
  const signedFor = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
  if (region !== null && signedFor !== region) {
    refuse(301, 'PermanentRedirect', {
      message: 'The bucket you are attempting to access must be addressed using the specified endpoint.',
      headers: { 'x-amz-bucket-region': region },
    });
  }
  if (requesterPays && request.headers['x-amz-request-payer'] !== 'requester') refuse(403, 'AccessDenied', { message: 'Access Denied' });
  return bucket;
}

/** The body, if it is what its sender says. */
export function checkedBody({ headers, body }: EmulatorRequest): Uint8Array {
  if (String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-'))
    refuse(501, 'NotImplemented', { message: 'Bodies in signed chunks are not emulated.' });
  const crc = headers['x-amz-checksum-crc32'];
  if (crc !== undefined && crc !== crcOf(body))
    refuse(400, 'BadDigest', { message: 'The CRC32 you specified did not match the calculated checksum.' });
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) refuse(400, 'BadDigest');
  return body;
}
