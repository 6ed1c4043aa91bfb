import type { EmulatorAnswer } from './emulator-server.ts';
import type { EmulatedBucket } from './s3-state.ts';
import { refuse, xmlAnswer } from './s3-xml.ts';

const MAX_KEYS = 1000;
const KNOWN: ReadonlySet<string> = new Set(['list-type', 'prefix', 'start-after', 'continuation-token', 'max-keys', 'x-id']);

/** Keys in the order of their UTF-8 bytes. A continuation token is the last key of the page before. */
export function listAnswer(bucket: EmulatedBucket, name: string, query: URLSearchParams): EmulatorAnswer {
  for (const parameter of query.keys())
    if (!KNOWN.has(parameter)) refuse(501, 'NotImplemented', { message: `${parameter} is not emulated.` });
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const after = Buffer.from(token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url'));
  const limit = Math.min(Number(query.get('max-keys') ?? MAX_KEYS), MAX_KEYS);
  const keys = [...bucket.objects.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => ({ key, bytes: Buffer.from(key) }))
    .filter(({ bytes }) => after.length === 0 || bytes.compare(after) > 0)
    .sort((a, b) => a.bytes.compare(b.bytes));
  const page = keys.slice(0, limit);
  const truncated = keys.length > limit;
  return xmlAnswer('ListBucketResult', {
    Name: name,
    Prefix: prefix,
    KeyCount: page.length,
    MaxKeys: limit,
    IsTruncated: truncated,
    NextContinuationToken: truncated ? page.at(-1)?.bytes.toString('base64url') : undefined,
    Contents: page.map(({ key }) => {
      const { body, etag } = bucket.objects.get(key) ?? refuse(500, 'InternalError');
      return { Key: key, LastModified: '2026-01-01T00:00:00.000Z', ETag: etag, Size: body.length, StorageClass: 'STANDARD' };
    }),
  });
}
