import type { S3Client } from '@aws-sdk/client-s3';
import { LevinError } from '../../errors/levin-error.ts';
import { objectNotFound } from '../../ports/object-errors.ts';
import type { DeleteReport, ObjectStore } from '../../ports/object-store.ts';
import type { UserFiles } from '../../ports/route-files.ts';
import { s3Folder, splitS3Path } from '../../types/file-path.ts';
import { createS3ObjectStore } from './s3-object-store.ts';
import { createS3StagedFiles } from './s3-staged-files.ts';
import type { UploadCareOptions } from './s3-upload-care.ts';

export interface S3FilesOptions {
  /** With the SDK's own retry off: `createS3Client`. */
  readonly client: S3Client;
  /** Accept the cost of requests to buckets whose owner has others pay. */
  readonly requesterPays: boolean;
  /** Of `S3BucketOptions`. */
  readonly uploads?: UploadCareOptions;
}

/** The user's files in all buckets: keys are `s3://bucket/key`. */
export function createS3Files(options: S3FilesOptions): UserFiles {
  const opened = new Map<string, UserFiles>();
  const open = (bucket: string): UserFiles => {
    const known = opened.get(bucket);
    if (known !== undefined) return known;
    const of = { ...options, bucket };
    const made: UserFiles = { files: createS3ObjectStore(of), staged: createS3StagedFiles(of) };
    opened.set(bucket, made);
    return made;
  };
  const at = (path: string): Place => {
    const { bucket, key } = splitS3Path(path);
    checkBucket(bucket, path);
    return { ...open(bucket), bucket, key };
  };
  return { files: filesOf(at), staged: stagedOf(at) };
}

interface Place extends UserFiles {
  readonly bucket: string;
  readonly key: string;
}

type PlaceOf = (path: string) => Place;

function filesOf(at: PlaceOf): ObjectStore {
  return {
    put: async (path, body, options) => {
      const { files, key } = at(path);
      return await files.put(key, body, options);
    },
    get: async (path, options) => {
      const { files, key } = at(path);
      return await files.get(key, options);
    },
    getRange: async (path, start, end, options) => {
      const { files, key } = at(path);
      return await files.getRange(key, start, end, options);
    },
    head: async (path, options) => {
      const { files, bucket, key } = at(path);
      // A bucket is a folder, and folders are no objects.
      if (key === '') throw objectNotFound('', `the bucket ${bucket}`);
      return { ...(await files.head(key, options)), key: path };
    },
    list: async (prefix, { after, ...options } = {}) => {
      const { files, bucket, key } = at(prefix);
      const folder = s3Folder(bucket);
      const page = await files.list(key, { ...options, ...(after === undefined ? {} : { after: after.slice(folder.length) }) });
      return {
        objects: page.objects.map((object) => ({ ...object, key: folder + object.key })),
        next: page.next === null ? null : folder + page.next,
      };
    },
    async deleteMany(paths, options) {
      const failed: DeleteReport['failed'][number][] = [];
      for (const [bucket, places] of Map.groupBy(paths.map(at), (place) => place.bucket)) {
        const report = await (places[0] as Place).files.deleteMany(
          places.map(({ key }) => key),
          options,
        );
        failed.push(...inBucket(bucket, report).failed);
      }
      return { failed };
    },
  };
}

function stagedOf(at: PlaceOf): UserFiles['staged'] {
  return {
    mark: async (path) => {
      const { staged, key } = at(path);
      await staged.mark(key);
    },
    stage: async (path, body, options) => {
      const { staged, key } = at(path);
      await staged.stage(key, body, options);
    },
    publish: async (path) => {
      const { staged, key } = at(path);
      return await staged.publish(key);
    },
    list: async (path) => {
      const { staged, bucket, key } = at(path);
      return (await staged.list(key)).map((found) => s3Folder(bucket) + found);
    },
    discard: async (path, paths) => {
      const { staged, bucket, key } = at(path);
      const keys = paths.map((each) => splitS3Path(each).key);
      return inBucket(bucket, await staged.discard(key, keys));
    },
  };
}

function inBucket(bucket: string, { failed }: DeleteReport): DeleteReport {
  return { failed: failed.map(({ key, message }) => ({ key: s3Folder(bucket) + key, message })) };
}

/** S3's rules for names, and access points' ARNs and aliases: everything else would be sent to another host. */
function checkBucket(bucket: string, path: string): void {
  if (/^[a-z0-9][a-z0-9.-]{1,62}$/.test(bucket) || bucket.startsWith('arn:')) return;
  throw new LevinError({
    code: 'INVALID_PATH',
    fault: 'user',
    message: `${path} is no path on S3: "${bucket}" is not the name of a bucket. Write s3://bucket/key; patterns may stand in the key only.`,
    details: { path },
  });
}
