import type { ObjectStore } from '../object-store.ts';

/** How often each method was called, failed calls included. */
type ObjectCalls = Readonly<Record<keyof ObjectStore, number>>;

interface ObjectUsage {
  readonly calls: ObjectCalls;
  readonly failedCalls: number;
  readonly bytesRead: number;
  /** Bodies of puts that were answered, stored or not. */
  readonly bytesWritten: number;
}

export interface MeteredObjectStore {
  readonly store: ObjectStore;
  /** What was used up to now. */
  usage(): ObjectUsage;
}

/** Counts calls by kind, and bytes. */
export function meterObjectStore(store: ObjectStore): MeteredObjectStore {
  const calls: Record<keyof ObjectStore, number> = { put: 0, get: 0, getRange: 0, head: 0, list: 0, deleteMany: 0 };
  let failedCalls = 0;
  let bytesRead = 0;
  let bytesWritten = 0;

  const count = async <T>(kind: keyof ObjectStore, call: Promise<T>): Promise<T> => {
    calls[kind]++;
    try {
      return await call;
    } catch (error) {
      failedCalls++;
      throw error;
    }
  };
  const countRead = async (kind: 'get' | 'getRange', call: Promise<Uint8Array>): Promise<Uint8Array> => {
    const bytes = await count(kind, call);
    bytesRead += bytes.length;
    return bytes;
  };

  return {
    store: {
      async put(key, body, options) {
        const { byteLength } = body;
        const result = await count('put', store.put(key, body, options));
        bytesWritten += byteLength;
        return result;
      },
      get: (key, options) => countRead('get', store.get(key, options)),
      getRange: (key, start, end, options) => countRead('getRange', store.getRange(key, start, end, options)),
      head: (key, options) => count('head', store.head(key, options)),
      list: (prefix, options) => count('list', store.list(prefix, options)),
      deleteMany: (keys, options) => count('deleteMany', store.deleteMany(keys, options)),
    },
    usage: () => ({ calls: { ...calls }, failedCalls, bytesRead, bytesWritten }),
  };
}
