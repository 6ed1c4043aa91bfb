import type { MetadataItem, MetadataStore, TransactWrite } from '../metadata-store.ts';
import { utf8Length } from '../utf8-order.ts';

interface MetadataUsage {
  /** How often each method was called, failed calls included. */
  readonly calls: Readonly<Record<keyof MetadataStore, number>>;
  readonly failedCalls: number;
  /** Items that were read or written, and their bytes as JSON; refused writes are not among them. */
  readonly itemsRead: number;
  readonly itemsWritten: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export interface MeteredMetadataStore {
  readonly store: MetadataStore;
  /** What was used up to now. */
  usage(): MetadataUsage;
}

/** Counts calls by kind, items and bytes. */
export function meterMetadataStore(store: MetadataStore): MeteredMetadataStore {
  const calls: Record<keyof MetadataStore, number> = { get: 0, put: 0, query: 0, transact: 0, delete: 0 };
  const totals = { failedCalls: 0, itemsRead: 0, itemsWritten: 0, bytesRead: 0, bytesWritten: 0 };

  const count = async <T>(kind: keyof MetadataStore, call: Promise<T>): Promise<T> => {
    calls[kind]++;
    try {
      return await call;
    } catch (error) {
      totals.failedCalls++;
      throw error;
    }
  };
  const countRead = (items: readonly MetadataItem[]): void => {
    totals.itemsRead += items.length;
    for (const item of items) totals.bytesRead += bytesOf(item);
  };
  const countWritten = async <T extends { readonly written: boolean }>(writes: readonly Written[], call: Promise<T>): Promise<T> => {
    const result = await call;
    if (result.written) {
      totals.itemsWritten += writes.length;
      for (const write of writes) if (write.kind === 'put') totals.bytesWritten += bytesOf(write.item);
    }
    return result;
  };

  return {
    store: {
      async get(key, options) {
        const item = await count('get', store.get(key, options));
        if (item !== null) countRead([item]);
        return item;
      },
      async query(partition, sortPrefix, options) {
        const page = await count('query', store.query(partition, sortPrefix, options));
        countRead(page.items.map(({ item }) => item));
        return page;
      },
      put: (key, item, options) => countWritten([{ kind: 'put', item }], count('put', store.put(key, item, options))),
      delete: (key, options) => countWritten([{ kind: 'delete' }], count('delete', store.delete(key, options))),
      transact: (checks, writes, options) => countWritten(writes, count('transact', store.transact(checks, writes, options))),
    },
    usage: () => ({ calls: { ...calls }, ...totals }),
  };
}

type Written = Pick<Extract<TransactWrite, { kind: 'put' }>, 'kind' | 'item'> | Pick<Extract<TransactWrite, { kind: 'delete' }>, 'kind'>;

function bytesOf(item: MetadataItem): number {
  return utf8Length(JSON.stringify(item));
}
