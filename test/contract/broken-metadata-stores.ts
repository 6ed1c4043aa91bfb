import type { MetadataItem, MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { MetadataSubject } from './metadata-store.ts';
import { memoryMetadata } from './metadata-subjects.ts';

/** A store that breaks one sentence of the contract. */
export interface BrokenMetadataStore {
  readonly flaw: string;
  readonly make: () => MetadataSubject;
}

function broken(flaw: string, change: (store: MetadataStore) => Partial<MetadataStore>): BrokenMetadataStore {
  return { flaw, make: () => memoryMetadata((store) => ({ ...store, ...change(store) })) };
}

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const brokenMetadataStores: readonly BrokenMetadataStore[] = [
  broken('ignores the condition of a put', (store) => ({ put: (key, item, { condition: _, ...rest } = {}) => store.put(key, item, rest) })),
  broken('ignores the condition of a delete', (store) => ({ delete: (key, { condition: _, ...rest } = {}) => store.delete(key, rest) })),
  broken('looks before it puts, instead of deciding at once', (store) => ({
    async put(key, item, { condition, ...rest } = {}) {
      if (condition === undefined) return store.put(key, item, rest);
      const looked = await store.transact([{ key, condition }], [], rest);
      await later();
      return looked.written ? store.put(key, item, rest) : { written: false, current: looked.current };
    },
  })),
  broken('looks at the first field of a condition only', (store) => ({
    put(key, item, options = {}) {
      const { condition } = options;
      if (condition?.kind !== 'equals') return store.put(key, item, options);
      const fields = Object.fromEntries(Object.entries(condition.fields).slice(0, 1));
      return store.put(key, item, { ...options, condition: { kind: 'equals', fields } });
    },
  })),
  broken('compares fields as text', (store) => ({
    async delete(key, options = {}) {
      const current = await store.get(key);
      const { condition } = options;
      if (condition?.kind !== 'equals' || current === null) return store.delete(key, options);
      const text = (value: unknown): string => JSON.stringify(value ?? null).replaceAll('"', '');
      const same = Object.entries(condition.fields).every(([field, wanted]) => text(current[field]) === text(wanted));
      return same ? store.delete(key) : { written: false, current };
    },
  })),
  broken('does not tell a loser the winner', (store) => ({
    async put(key, item, options) {
      const result = await store.put(key, item, options);
      return result.written ? result : { written: false, current: null };
    },
  })),
  broken('merges a put into the item that stands there', (store) => ({
    async put(key, item, options) {
      const current = await store.get(key);
      return store.put(key, { ...current, ...item } as MetadataItem, options);
    },
  })),
  broken("loses a transaction's second write", (store) => ({
    transact: (checks, writes, options) => store.transact(checks, writes.toSpliced(1, 1), options),
  })),
  broken('forgets the checks of a transaction', (store) => ({
    transact: (_checks, writes, options) => store.transact([], writes, options),
  })),
  broken('writes a transaction one write after the other', (store) => ({
    async transact(checks, writes, options) {
      const checked = await store.transact(checks, [], options);
      if (!checked.written) return checked;
      for (const write of writes) {
        const result = await store.transact([], [write], options);
        await later();
        if (!result.written) return result;
      }
      return { written: true };
    },
  })),
  broken('names the last condition that did not hold', (store) => ({
    transact: (checks, writes, options) => store.transact(checks.toReversed(), writes.toReversed(), options),
  })),
  broken('takes a transaction of any size', (store) => ({
    async transact(checks, writes, options) {
      const first = await store.transact(checks, writes.slice(0, 90), options);
      return first.written && writes.length > 90 ? store.transact([], writes.slice(90), options) : first;
    },
  })),
  broken('shows expired items to get', (store) => {
    const items = new Map<string, MetadataItem>();
    return {
      async put(key, item, options) {
        const result = await store.put(key, item, options);
        if (result.written && item.expiresAtMs !== undefined) items.set(key.sort, item);
        return result;
      },
      get: async (key, options) => (await store.get(key, options)) ?? items.get(key.sort) ?? null,
    };
  }),
  broken('forgets when items expire', (store) => ({
    put(key, item, options) {
      const { expiresAtMs: _, ...lasting } = item;
      return store.put(key, lasting, options);
    },
  })),
  broken('queries in the order of the writes', (store) => {
    const order: string[] = [];
    return {
      put(key, item, options) {
        order.push(key.sort);
        return store.put(key, item, options);
      },
      async query(partition, prefix, options) {
        const page = await store.query(partition, prefix, options);
        return { ...page, items: page.items.toSorted((a, b) => order.indexOf(a.key.sort) - order.indexOf(b.key.sort)) };
      },
    };
  }),
  broken('queries without the prefix', (store) => ({ query: (partition, _prefix, options) => store.query(partition, '', options) })),
  broken('forgets the next page', (store) => ({
    query: async (partition, prefix, options) => ({ ...(await store.query(partition, prefix, options)), next: null }),
  })),
  broken('queries again what the last page ended with', (store) => ({
    async query(partition, prefix, options = {}) {
      const page = await store.query(partition, prefix, options);
      const item = options.after === undefined ? null : await store.get({ partition, sort: options.after }).catch(() => null);
      if (item === null || options.after === undefined || !options.after.startsWith(prefix)) return page;
      return { ...page, items: [{ key: { partition, sort: options.after }, item }, ...page.items] };
    },
  })),
  broken('hands out its own items', (store) => {
    const handedOut = new Map<string, MetadataItem>();
    return {
      put(key, item, options) {
        if (options?.condition === undefined) handedOut.delete(key.sort);
        return store.put(key, item, options);
      },
      async get(key, options) {
        const item = await store.get(key, options);
        if (item === null || key.sort !== 'item' || !('list' in item)) return item;
        const shared = handedOut.get(key.sort) ?? item;
        handedOut.set(key.sort, shared);
        return shared;
      },
    };
  }),
  broken('loses what JSON loses', (store) => ({
    put: async (key, item, options) =>
      store.put(key, JSON.parse(JSON.stringify(item, (_, value) => (typeof value === 'bigint' ? 0 : value))), options),
  })),
  broken('ignores the signal', (store) => ({
    put: (key, item, { signal: _, ...rest } = {}) => store.put(key, item, rest),
  })),
];
