import { createMemoryObjectStore } from '../../engine/adapters/memory/memory-object-store.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import { wholeBody } from '../../engine/ports/object-body.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';

/** What one call does: it sends for so long (puts), answers after so long again, or fails then. */
export interface Scripted {
  readonly ms: number;
  readonly sendMs?: number;
  readonly error?: Error;
  /** Aborted calls have their effect all the same. */
  readonly zombie?: boolean;
}

export interface SlowStore {
  readonly store: ObjectStore;
  /** Calls as they came, and how each ended. */
  readonly log: {
    readonly call: string;
    readonly atMs: number;
    end: 'open' | 'answered' | 'failed' | 'aborted';
    readonly signal: AbortSignal | undefined;
  }[];
  readonly inner: ObjectStore;
}

/** A store whose calls take the time that `next` says, on a virtual clock. */
export function slowStore(clock: Pick<Clock, 'sleep' | 'monotonic'>, next: (call: string) => Scripted): SlowStore {
  const inner = createMemoryObjectStore();
  const log: SlowStore['log'] = [];
  const slow = async <T>(
    call: string,
    { signal, onSent }: { readonly signal?: AbortSignal; readonly onSent?: () => void },
    effect: () => Promise<T>,
  ): Promise<T> => {
    const { ms, sendMs = 0, error, zombie = false } = next(call);
    const entry: SlowStore['log'][number] = { call, atMs: clock.monotonic(), end: 'open', signal };
    log.push(entry);
    try {
      const options = signal === undefined ? {} : { signal };
      if (sendMs > 0) await clock.sleep(sendMs, options);
      onSent?.();
      await clock.sleep(ms, options);
      if (error !== undefined) throw error;
      const result = await effect();
      entry.end = 'answered';
      return result;
    } catch (thrown) {
      entry.end = signal?.aborted === true ? 'aborted' : 'failed';
      if (zombie) void clock.sleep(ms).then(effect);
      throw thrown;
    }
  };
  return {
    inner,
    log,
    store: {
      put(key, body, options = {}) {
        const { signal: _, onSent: __, ...plain } = options;
        const bytes = wholeBody(key, body);
        return slow('put', options, () => inner.put(key, bytes, plain));
      },
      get: (key, { signal, ...options } = {}) => slow('get', signal === undefined ? {} : { signal }, () => inner.get(key, options)),
      getRange: (key, start, end, { signal, ...options } = {}) =>
        slow('getRange', signal === undefined ? {} : { signal }, () => inner.getRange(key, start, end, options)),
      head: (key, options = {}) => slow('head', options, () => inner.head(key)),
      list: (prefix, { signal, ...options } = {}) =>
        slow('list', signal === undefined ? {} : { signal }, () => inner.list(prefix, options)),
      deleteMany: (keys, options = {}) => slow('deleteMany', options, () => inner.deleteMany(keys)),
    },
  };
}
