import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createS3Client } from '../engine/adapters/aws/s3-client.ts';
import { createS3ObjectStore } from '../engine/adapters/aws/s3-object-store.ts';
import { LevinError } from '../engine/errors/levin-error.ts';
import { everyPage } from '../engine/ports/every-page.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';

/** An engine that is there for tests: what a job and its test need to know of it, wherever its functions run. */
export interface TestEngine extends AsyncDisposable {
  /** For `--on`, `LEVIN_MASTER` and `Context.create({ master })`: `aws:test`. */
  readonly master: string;
  /** Environment variables with which a driver finds it: addresses, a region, credentials. Nothing of whoever runs the tests. */
  readonly env: Readonly<Record<string, string>>;
  /** Bucket of levin's own objects. */
  readonly bucket: string;
  /** Makes an empty bucket for input or output. */
  makeBucket(name: string): Promise<void>;
  /** Stores an object: `put('s3://input/a.txt', 'some text')`. */
  put(path: string, content: string | Uint8Array): Promise<void>;
  /** An object's bytes as text. */
  text(path: string): Promise<string>;
  /** Paths of the objects that begin with this one, ascending. */
  list(path: string): Promise<readonly string[]>;
}

/** Where S3 answers. */
export interface S3Address {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The part of a `TestEngine` that is about objects. */
export function openTestFiles(address: S3Address): Pick<TestEngine, 'put' | 'text' | 'list'> & { close(): void } {
  const client = createS3Client(address);
  const at = (path: string): { readonly bucket: string; readonly key: string; readonly store: ObjectStore } => {
    const { bucket, key } = splitS3Path(path);
    return { bucket, key, store: createS3ObjectStore({ client, bucket }) };
  };
  return {
    async put(path, content) {
      const { bucket, key } = splitS3Path(path);
      // Any key, for buckets of others hold what levin itself would not write: `folder/`.
      const Body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, RequestPayer: 'requester' }));
    },
    async text(path) {
      const { store, key } = at(path);
      return new TextDecoder().decode(await store.get(key));
    },
    async list(path) {
      const { bucket, store, key } = at(path);
      return (await everyPage((page) => store.list(key, page))).map((object) => `s3://${bucket}/${object.key}`);
    },
    close: () => client.destroy(),
  };
}

function splitS3Path(path: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(path) ?? [];
  if (bucket !== undefined && key !== undefined) return { bucket, key };
  const message = `"${path}" is no path of an object. Write s3://bucket/key, for example s3://input/a.txt.`;
  throw new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message });
}
