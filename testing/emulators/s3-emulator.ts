import { type EmulatorServer, startEmulator } from './emulator-server.ts';
import { keysToDelete } from './s3-delete-objects.ts';
import { answerS3 } from './s3-operations.ts';
import { operationOf, splitPath } from './s3-request.ts';
import { createS3State, type EmulatedBucket } from './s3-state.ts';
import { errorAnswer } from './s3-xml.ts';

export interface S3Emulator extends EmulatorServer {
  /** Makes an empty bucket; `CreateBucket` does, too. */
  addBucket(name: string, rules?: Partial<EmulatedBucket['rules']>): void;
  /** Keys of the uploads that were begun and neither completed nor aborted, in the order of their beginning. */
  openUploads(bucket: string): readonly string[];
}

/**
 * S3 in this process, over HTTP, in memory: the operations that levin uses, with S3's conditions, limits, checksums and errors.
 *
 * As S3: strong consistency, conditional writes, ranges, pages of at most 1,000 keys, batches of at most 1,000, parts of at least 5 MiB,
 * errors to HEAD without a body, redirects of requests for another region, requester pays.
 * Not as S3: signatures are not verified, there is no latency and no limit of rate (inject `SlowDown`), no versions, no virtual-host addresses.
 * Anything else is answered with 501 `NotImplemented`, never with a guess.
 */
export async function startS3Emulator(): Promise<S3Emulator> {
  const state = createS3State();
  const server = await startEmulator({
    operationOf,
    subjectOf: ({ path, query, body }) => {
      const { bucket, key } = splitPath(path);
      if (query.has('delete')) return { resource: bucket, keys: keysToDelete(body) };
      return { resource: bucket, keys: [key === '' ? (query.get('prefix') ?? '') : key] };
    },
    answer: (operation, request, faults) => answerS3(state, { operation, request, faults }),
    refuse: ({ status, code, message = code, headers = {} }) => errorAnswer({ status, code, message, headers }),
  });
  return {
    ...server,
    addBucket: (name, rules) => state.addBucket(name, rules),
    openUploads: (bucket) => [...(state.buckets.get(bucket)?.uploads.values() ?? [])].map(({ key }) => key),
  };
}
