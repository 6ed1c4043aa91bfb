import { errorCode } from '../../errors/levin-error.ts';
import { type ObjectBody, wholeBody } from '../object-body.ts';
import type { ObjectStore, PutResult } from '../object-store.ts';
import { retryDeletes } from './retry-deletes.ts';
import { createRetryPolicy, outcomeUnknown, type RetryOptions } from './retry-policy.ts';

/** A larger body is not read back only to learn who wrote it. */
const MAX_READ_BACK_BYTES = 1024 * 1024;

/**
 * Tries transient failures again.
 *
 * Reads, deletes and plain puts may be done twice: the second changes nothing that the caller did not ask for. A body in chunks is iterated anew.
 * Keys of a batch that could not be deleted are tried again, too; those that remain are reported.
 *
 * An if-absent put may not. When its answer was lost it may stand, and asked again the store says "somebody's object is there" about our own.
 * So a refusal after a lost answer is settled by what stands there:
 * - other bytes: somebody else's object; `stored: false`.
 * - our bytes: ours, or as good as ours, since objects are immutable and nobody can tell the two apart; `stored: true`.
 *   Who elects a winner by put must therefore write its own identity into the body.
 * - our size, but more than 1 MB: not read back; `OUTCOME_UNKNOWN`.
 * - nothing any more: deleted meanwhile, so the put is tried again.
 * What looks is tried again by itself: a read that fails takes none of the put's attempts.
 * If the second call stores the object, the first one had not (or somebody deleted it), and a late first one is refused by the second's object.
 */
export function retryObjectStore(store: ObjectStore, options: RetryOptions): ObjectStore {
  const policy = createRetryPolicy(options);
  const retried: ObjectStore = {
    put: (key, body, putOptions = {}) =>
      policy.run(putOptions.signal, async (maybeDone, cause) => {
        const result = await store.put(key, body, putOptions);
        if (result.stored || !maybeDone) return result;
        return settlePut(retried, { key, body, signal: putOptions.signal, cause });
      }),
    get: (key, readOptions) => policy.run(readOptions?.signal, () => store.get(key, readOptions)),
    getRange: (key, start, end, readOptions) => policy.run(readOptions?.signal, () => store.getRange(key, start, end, readOptions)),
    head: (key, headOptions) => policy.run(headOptions?.signal, () => store.head(key, headOptions)),
    list: (prefix, listOptions) => policy.run(listOptions?.signal, () => store.list(prefix, listOptions)),
    deleteMany: (keys, deleteOptions) =>
      retryDeletes(policy, keys, { signal: deleteOptions?.signal, call: (left) => store.deleteMany(left, deleteOptions) }),
  };
  return retried;
}

interface RefusedPut {
  readonly key: string;
  readonly body: ObjectBody;
  readonly signal: AbortSignal | undefined;
  readonly cause: unknown;
}

async function settlePut(store: Pick<ObjectStore, 'head' | 'get'>, put: RefusedPut): Promise<PutResult> {
  const { key, body, cause } = put;
  const signal = put.signal === undefined ? {} : { signal: put.signal };
  try {
    const { size, etag } = await store.head(key, signal);
    if (size !== body.byteLength) return { stored: false };
    if (size > MAX_READ_BACK_BYTES) throw outcomeUnknown(`the object "${key}"`, cause);
    const standing = await store.get(key, { ...signal, ifMatch: etag });
    return Buffer.from(standing.buffer, standing.byteOffset, standing.byteLength).equals(wholeBody(key, body))
      ? { stored: true, etag }
      : { stored: false };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'OBJECT_NOT_FOUND') throw cause;
    // Exchanged while we looked: whoever did that is not this call.
    if (code === 'PRECONDITION_FAILED') return { stored: false };
    throw error;
  }
}
