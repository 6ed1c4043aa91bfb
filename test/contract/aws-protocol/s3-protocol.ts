import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { text } from '../object-store/write-cases.ts';
import { refusalOf } from './refusal-of.ts';

export interface S3Subject {
  readonly client: S3Client;
  readonly bucket: string;
}

const MIN_PART = new Uint8Array(5 * 1024 * 1024);

interface Parts {
  readonly UploadId: string;
  readonly etags: readonly string[];
}

async function upload({ client, bucket: Bucket }: S3Subject, Key: string, parts: readonly Uint8Array[]): Promise<Parts> {
  const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const etags: string[] = [];
  for (const [i, Body] of parts.entries()) {
    const { ETag = '' } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: i + 1, Body }));
    etags.push(ETag);
  }
  return { UploadId, etags };
}

function complete(
  subject: S3Subject,
  Key: string,
  { UploadId, etags }: Parts,
  rules: { readonly IfNoneMatch?: '*' } = {},
): Promise<{ ETag?: string | undefined }> {
  const MultipartUpload = { Parts: etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 })) };
  return subject.client.send(new CompleteMultipartUploadCommand({ Bucket: subject.bucket, Key, UploadId, MultipartUpload, ...rules }));
}

function md5(...bytes: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5');
  for (const each of bytes) hash.update(each);
  return hash.digest();
}

const CASES: Readonly<Record<string, (subject: S3Subject) => Promise<void>>> = {
  'etags are digests, of parts the digest of their digests': async (subject) => {
    const { client, bucket: Bucket } = subject;
    expect((await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: text('hello') }))).ETag).toBe(
      '"5d41402abc4b2a76b9719d911017c592"',
    );
    const done = await complete(subject, 'large', await upload(subject, 'large', [MIN_PART, text('end')]));
    expect(done.ETag).toBe(`"${md5(md5(MIN_PART), md5(text('end'))).toString('hex')}-2"`);
  },
  'If-None-Match refuses a put with 412 and changes nothing': async ({ client, bucket: Bucket }) => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: text('first') }));
    expect(await refusalOf(client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: text('second'), IfNoneMatch: '*' })))).toEqual([
      'PreconditionFailed',
      412,
    ]);
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'key' }))).ContentLength).toBe(5);
  },
  'If-None-Match refuses to complete an upload with 412, and the upload stays': async (subject) => {
    const { client, bucket: Bucket } = subject;
    await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: text('first') }));
    const parts = await upload(subject, 'key', [text('second')]);
    expect(await refusalOf(complete(subject, 'key', parts, { IfNoneMatch: '*' }))).toEqual(['PreconditionFailed', 412]);
    const { UploadId } = parts;
    expect(await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'key', UploadId }))).toMatchObject({
      $metadata: { httpStatusCode: 204 },
    });
  },
  'If-Match of a read is 412 for another etag, 404 for no object': async ({ client, bucket: Bucket }) => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: text('x') }));
    expect(await refusalOf(client.send(new GetObjectCommand({ Bucket, Key: 'key', IfMatch: '"other"' })))).toEqual([
      'PreconditionFailed',
      412,
    ]);
    expect(await refusalOf(client.send(new GetObjectCommand({ Bucket, Key: 'none', IfMatch: '"other"' })))).toEqual(['NoSuchKey', 404]);
  },
  'errors to HEAD have no code': async ({ client, bucket: Bucket }) => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: text('x') }));
    expect(await refusalOf(client.send(new HeadObjectCommand({ Bucket, Key: 'none' })))).toEqual(['NotFound', 404]);
    expect(await refusalOf(client.send(new HeadObjectCommand({ Bucket: 'no-such-bucket', Key: 'none' })))).toEqual(['NotFound', 404]);
    expect(await refusalOf(client.send(new HeadObjectCommand({ Bucket, Key: 'key', IfMatch: '"other"' })))).toEqual(['Unknown', 412]);
  },
  'a range is cut at the end of the object, and one behind it is 416': async ({ client, bucket: Bucket }) => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: text('0123456789') }));
    const get = (Range: string): GetObjectCommand => new GetObjectCommand({ Bucket, Key: 'key', Range });
    const cut = await client.send(get('bytes=7-99'));
    expect([cut.$metadata.httpStatusCode, cut.ContentRange, cut.ContentLength]).toEqual([206, 'bytes 7-9/10', 3]);
    expect(await cut.Body?.transformToString()).toBe('789');
    expect(await refusalOf(client.send(get('bytes=10-12')))).toEqual(['InvalidRange', 416]);
    await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: new Uint8Array() }));
    expect(await refusalOf(client.send(get('bytes=0-0')))).toEqual(['InvalidRange', 416]);
  },
  'parts but the last have 5 MiB, stand in order and have their etags': async (subject) => {
    const small = await upload(subject, 'key', [text('small'), text('end')]);
    expect(await refusalOf(complete(subject, 'key', small))).toEqual(['EntityTooSmall', 400]);
    const parts = await upload(subject, 'key', [MIN_PART, text('end')]);
    expect(await refusalOf(complete(subject, 'key', { ...parts, etags: parts.etags.toReversed() }))).toEqual(['InvalidPart', 400]);
    const { client, bucket: Bucket } = subject;
    const Parts = parts.etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 })).toReversed();
    const reversed = new CompleteMultipartUploadCommand({ Bucket, Key: 'key', UploadId: parts.UploadId, MultipartUpload: { Parts } });
    expect(await refusalOf(client.send(reversed))).toEqual(['InvalidPartOrder', 400]);
  },
  'one empty part makes an empty object': async (subject) => {
    await complete(subject, 'key', await upload(subject, 'key', [new Uint8Array()]));
    expect((await subject.client.send(new HeadObjectCommand({ Bucket: subject.bucket, Key: 'key' }))).ContentLength).toBe(0);
  },
  'an upload that is gone is NoSuchUpload': async (subject) => {
    const { client, bucket: Bucket } = subject;
    const parts = await upload(subject, 'key', [text('x')]);
    const abort = new AbortMultipartUploadCommand({ Bucket, Key: 'key', UploadId: parts.UploadId });
    await client.send(abort);
    expect(await refusalOf(complete(subject, 'key', parts))).toEqual(['NoSuchUpload', 404]);
    expect(await refusalOf(client.send(abort))).toEqual(['NoSuchUpload', 404]);
  },
  'a bucket that is not there is NoSuchBucket': async ({ client }) => {
    const Bucket = 'no-such-bucket';
    expect(await refusalOf(client.send(new GetObjectCommand({ Bucket, Key: 'key' })))).toEqual(['NoSuchBucket', 404]);
    expect(await refusalOf(client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: text('x') })))).toEqual(['NoSuchBucket', 404]);
    expect(await refusalOf(client.send(new ListObjectsV2Command({ Bucket })))).toEqual(['NoSuchBucket', 404]);
    expect(await refusalOf(client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }] } })))).toEqual([
      'NoSuchBucket',
      404,
    ]);
  },
  'keys that are not there are deleted, too': async ({ client, bucket: Bucket }) => {
    const Objects = [{ Key: 'k0' }, { Key: 'k1' }];
    const { Deleted, Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect([Deleted?.map(({ Key }) => Key), Errors]).toEqual([['k0', 'k1'], undefined]);
  },
  'a page that holds the last key is not truncated': async ({ client, bucket: Bucket }) => {
    for (const Key of ['a', 'b', 'c']) await client.send(new PutObjectCommand({ Bucket, Key, Body: text('x') }));
    const list = async (MaxKeys: number, StartAfter: string): Promise<unknown> => {
      const { IsTruncated, Contents } = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys, StartAfter }));
      return [IsTruncated, Contents?.map(({ Key }) => Key)];
    };
    expect(await list(2, '0')).toEqual([true, ['a', 'b']]);
    expect(await list(2, 'a')).toEqual([false, ['b', 'c']]);
    expect(await list(2, 'aa')).toEqual([false, ['b', 'c']]);
    expect(await list(2, 'c')).toEqual([false, undefined]);
  },
};

/** What the adapters rely on, asked of the service itself: an emulator that passes is one to be trusted. `make` gives an empty bucket. */
export function s3Protocol(name: string, make: () => Promise<S3Subject>): void {
  describe(`S3 protocol: ${name}`, () => {
    test.for(Object.entries(CASES))('%s', async ([, run]) => {
      await run(await make());
    });
  });
}
