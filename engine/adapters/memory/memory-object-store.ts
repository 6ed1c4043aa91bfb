import { wholeBody } from '../../ports/object-body.ts';
import { objectNotFound, preconditionFailed } from '../../ports/object-errors.ts';
import { checkObjectKey, checkObjectPrefix } from '../../ports/object-key.ts';
import { checkObjectRange } from '../../ports/object-range.ts';
import type { ListPage, ObjectInfo, ObjectStore, ReadOptions } from '../../ports/object-store.ts';
import { checkedLimit } from '../../ports/page-limit.ts';
import { compareUtf8 } from '../../ports/utf8-order.ts';
import { answerLater } from './answer-later.ts';

interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
}

/** Objects in this process's memory: for tests and for runs inside one process. */
export function createMemoryObjectStore(): ObjectStore {
  const objects = new Map<string, StoredObject>();
  let puts = 0;

  const find = (key: string, options: ReadOptions = {}): StoredObject => {
    checkObjectKey(key);
    options.signal?.throwIfAborted();
    const found = objects.get(key);
    if (found === undefined) throw objectNotFound(key, 'memory');
    if (options.ifMatch !== undefined && options.ifMatch !== found.etag) throw preconditionFailed(key, options.ifMatch, found.etag);
    return found;
  };

  return {
    async put(key, body, { ifAbsent = false, signal } = {}) {
      checkObjectKey(key);
      signal?.throwIfAborted();
      if (ifAbsent && objects.has(key)) return { stored: false };
      const stored = wholeBody(key, body);
      // The body's own iteration may take long, and abort or put.
      signal?.throwIfAborted();
      if (ifAbsent && objects.has(key)) return { stored: false };
      const etag = `m${++puts}`;
      objects.set(key, { body: stored, etag });
      return answerLater({ stored: true, etag }, signal);
    },
    async get(key, options) {
      return answerLater(find(key, options).body.slice(), options?.signal);
    },
    async getRange(key, start, end, options) {
      const { body } = find(key, options);
      checkObjectRange(key, { start, end }, body.length);
      return answerLater(body.slice(start, end), options?.signal);
    },
    async head(key, options) {
      const { body, etag } = find(key, options);
      return answerLater({ key, size: body.length, etag }, options?.signal);
    },
    async list(prefix, options = {}) {
      checkObjectPrefix(prefix);
      options.signal?.throwIfAborted();
      return answerLater(pageOf(objects, prefix, { after: options.after, limit: checkedLimit(options.limit) }), options.signal);
    },
    async deleteMany(keys, { signal } = {}) {
      for (const key of keys) checkObjectKey(key);
      signal?.throwIfAborted();
      for (const key of keys) objects.delete(key);
      return answerLater({ failed: [] }, signal);
    },
  };
}

function pageOf(
  objects: ReadonlyMap<string, StoredObject>,
  prefix: string,
  page: { readonly after: string | undefined; readonly limit: number },
): ListPage {
  const found: ObjectInfo[] = [];
  for (const [key, { body, etag }] of objects) {
    if (!key.startsWith(prefix)) continue;
    if (page.after !== undefined && compareUtf8(key, page.after) <= 0) continue;
    found.push({ key, size: body.length, etag });
  }
  found.sort((a, b) => compareUtf8(a.key, b.key));
  const listed = found.slice(0, page.limit);
  return { objects: listed, next: found.length > page.limit ? (listed.at(-1)?.key ?? null) : null };
}
