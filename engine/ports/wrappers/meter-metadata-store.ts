import { itemBytes, readUnits, writeUnits } from '../item-units.ts';
import type { MetadataItem, MetadataStore, TransactWrite } from '../metadata-store.ts';

interface MetadataUsage {
  /** How often each method was called, failed calls included. */
  readonly calls: Readonly<Record<keyof MetadataStore, number>>;
  readonly failedCalls: number;
  /** Items that were read or written, and their bytes as JSON; refused writes are not among them. */
  readonly itemsRead: number;
  readonly itemsWritten: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** What is billed of all calls, failed and refused ones included: of a failed read, and of an item that is deleted or only looked at, one unit. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface MeteredMetadataStore {
  readonly store: MetadataStore;
  /** What was used up to now. */
  usage(): MetadataUsage;
}

/** Counts calls by kind, items and bytes. */
export function meterMetadataStore(store: MetadataStore): MeteredMetadataStore {
  const calls: Record<keyof MetadataStore, number> = { get: 0, put: 0, query: 0, transact: 0, delete: 0 };
  const totals = { failedCalls: 0, itemsRead: 0, itemsWritten: 0, bytesRead: 0, bytesWritten: 0, readUnits: 0, writeUnits: 0 };

  const count = async <T>(kind: keyof MetadataStore, call: Promise<T>): Promise<T> => {
    calls[kind]++;
    try {
      return await call;
    } catch (error) {
      totals.failedCalls++;
      throw error;
    }
  };
  const countRead = async <T>(kind: 'get' | 'query', call: Promise<T>, itemsOf: (answer: T) => readonly MetadataItem[]): Promise<T> => {
    totals.readUnits++;
    const answer = await count(kind, call);
    const items = itemsOf(answer);
    const bytes = items.reduce((all, item) => all + itemBytes(item), 0);
    totals.itemsRead += items.length;
    totals.bytesRead += bytes;
    totals.readUnits += readUnits(bytes) - 1;
    return answer;
  };
  const countWritten = async <T extends { readonly written: boolean }>(
    { writes, units }: { readonly writes: readonly Written[]; readonly units: number },
    call: Promise<T>,
  ): Promise<T> => {
    totals.writeUnits += units;
    const result = await call;
    if (result.written) {
      totals.itemsWritten += writes.length;
      for (const write of writes) totals.bytesWritten += bytesOf(write);
    }
    return result;
  };

  return {
    store: {
      get: (key, options) => countRead('get', store.get(key, options), (item) => (item === null ? [] : [item])),
      query: (partition, prefix, options) =>
        countRead('query', store.query(partition, prefix, options), (page) => page.items.map(({ item }) => item)),
      put(key, item, options) {
        const write: Written = { kind: 'put', item };
        return countWritten({ writes: [write], units: unitsOf([write]) }, count('put', store.put(key, item, options)));
      },
      delete: (key, options) => countWritten({ writes: [{ kind: 'delete' }], units: 1 }, count('delete', store.delete(key, options))),
      transact: (checks, writes, options) =>
        countWritten({ writes, units: 2 * (checks.length + unitsOf(writes)) }, count('transact', store.transact(checks, writes, options))),
    },
    usage: () => ({ calls: { ...calls }, ...totals }),
  };
}

type Written = Pick<Extract<TransactWrite, { kind: 'put' }>, 'kind' | 'item'> | Pick<Extract<TransactWrite, { kind: 'delete' }>, 'kind'>;

function unitsOf(writes: readonly Written[]): number {
  return writes.reduce((all, write) => all + writeUnits(bytesOf(write)), 0);
}

function bytesOf(write: Written): number {
  return write.kind === 'put' ? itemBytes(write.item) : 0;
}
