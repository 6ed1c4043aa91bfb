import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { checkObjectPrefix } from '../../ports/object-key.ts';
import type { ListPage, ObjectInfo } from '../../ports/object-store.ts';
import { checkedLimit } from '../../ports/page-limit.ts';
import { answerWithout } from './s3-answer.ts';
import { callS3, type S3Bucket, type S3Call } from './s3-bucket.ts';

/** S3 gives no more at once. */
const MAX_KEYS = 1000;

interface ListOptions {
  readonly after?: string;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** One page of the port: as many answers of S3 as it takes. */
export async function listObjects(bucket: S3Bucket, prefix: string, options: ListOptions): Promise<ListPage> {
  checkObjectPrefix(prefix);
  checkObjectPrefix(bucket.prefix + prefix);
  const limit = checkedLimit(options.limit);
  const found: ObjectInfo[] = [];
  let after = options.after ?? '';
  for (;;) {
    const page = await listOnce(bucket, { prefix, after, limit: Math.min(limit - found.length, MAX_KEYS), signal: options.signal });
    found.push(...page.objects);
    if (page.next === null || found.length >= limit) return { objects: found, next: page.next };
    after = page.next;
  }
}

interface PageQuery {
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

async function listOnce(bucket: S3Bucket, { prefix, after, limit, signal }: PageQuery): Promise<ListPage> {
  const call: S3Call = { action: 's3:ListBucket', verb: 'list', key: bucket.prefix + prefix, signal };
  const input = {
    ...bucket.fields,
    Prefix: bucket.prefix + prefix,
    // An empty one would be a value for S3, and with a prefix of ours before it a key.
    StartAfter: after === '' ? undefined : bucket.prefix + after,
    MaxKeys: limit,
  };
  const answer = await callS3(bucket, call, (send) => bucket.client.send(new ListObjectsV2Command(input), send));
  const objects = (answer.Contents ?? []).map((entry) => infoOf(bucket, call, entry));
  const last = objects.at(-1);
  if (answer.IsTruncated !== true) return { objects, next: null };
  if (last === undefined) throw answerWithout(call, 'a key, and said that there are more');
  return { objects, next: last.key };
}

function infoOf(bucket: S3Bucket, call: S3Call, entry: NonNullable<ListObjectsV2CommandOutput['Contents']>[number]): ObjectInfo {
  const { Key, Size, ETag } = entry;
  if (Key === undefined || Size === undefined || ETag === undefined) throw answerWithout(call, 'a key, size or etag');
  return { key: Key.slice(bucket.prefix.length), size: Size, etag: ETag };
}
