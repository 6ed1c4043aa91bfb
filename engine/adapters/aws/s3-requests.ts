import type { S3Client } from '@aws-sdk/client-s3';
import type { RequestUsage } from '../../types/request-usage.ts';

/** What S3 bills by number, each kind by itself. */
export type S3Requests = Pick<RequestUsage, 'puts' | 'gets' | 'heads' | 'lists' | 'deletes'>;

const KIND_OF: Readonly<Record<string, keyof S3Requests>> = {
  PutObjectCommand: 'puts',
  CreateMultipartUploadCommand: 'puts',
  UploadPartCommand: 'puts',
  CompleteMultipartUploadCommand: 'puts',
  GetObjectCommand: 'gets',
  HeadObjectCommand: 'heads',
  ListObjectsV2Command: 'lists',
  DeleteObjectCommand: 'deletes',
  DeleteObjectsCommand: 'deletes',
  AbortMultipartUploadCommand: 'deletes',
};

/**
 * Counts what a client sends: parts and completions of uploads, batches of deletes, second looks after refused ones, which a call of a port may be several
 * of. What is sent again by the wrappers counts again.
 */
export function countS3Requests(client: S3Client): () => S3Requests {
  const counts = { puts: 0, gets: 0, heads: 0, lists: 0, deletes: 0 };
  client.middlewareStack.add(
    (next, context) => (args) => {
      const kind = KIND_OF[context.commandName ?? ''];
      if (kind === undefined) throw new Error(`${context.commandName} is not among the requests that are counted`);
      counts[kind]++;
      return next(args);
    },
    // After the signature: what could not be signed is not sent.
    { step: 'deserialize', priority: 'low', name: 'levinCountRequests' },
  );
  return () => ({ ...counts });
}
