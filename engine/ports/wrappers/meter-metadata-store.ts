import { hadNoEffect, isTransient } from '../../errors/transient.ts';
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
  /** What is billed of all calls that a store may have done, refused writes included: of a read whose answer was lost, and of an item that is deleted or only looked at, one unit. */
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
    try {
      const answer = await count(kind, call);
      const items = itemsOf(answer);
      const bytes = items.reduce((all, item) => all + itemBytes(item), 0);
      totals.itemsRead += items.length;
      totals.bytesRead += bytes;
      totals.readUnits += readUnits(bytes);
      return answer;
    } catch (error) {
      if (isTransient(error) && !hadNoEffect(error)) totals.readUnits++;
      throw error;
    }
  };
  const countWritten = async <T extends { readonly written: boolean }>(
    { writes, unitsOf }: { readonly writes: readonly Written[]; readonly unitsOf: () => number },
    call: Promise<T>,
  ): Promise<T> => {
    try {
      const result = await call;
      totals.writeUnits += unitsOf();
      if (result.written) {
        totals.itemsWritten += writes.length;
        for (const write of writes) totals.bytesWritten += bytesOf(write);
      }
      return result;
    } catch (error) {
      // What was no request at all (an item that cannot be stored) has no size either.
      if (isTransient(error) && !hadNoEffect(error)) totals.writeUnits += unitsOf();
      throw error;
    }
  };

  return {
    store: {
      get: (key, options) => countRead('get', store.get(key, options), (item) => (item === null ? [] : [item])),
      query: (partition, prefix, options) =>
        countRead('query', store.query(partition, prefix, options), (page) => page.items.map(({ item }) => item)),
      put(key, item, options) {
        const write: Written = { kind: 'put', item };
        return countWritten({ writes: [write], unitsOf: () => unitsOf([write]) }, count('put', store.put(key, item, options)));
      },
      delete: (key, options) =>
        countWritten({ writes: [{ kind: 'delete' }], unitsOf: () => 1 }, count('delete', store.delete(key, options))),
      transact: (checks, writes, options) =>
        countWritten(
          { writes, unitsOf: () => 2 * (checks.length + unitsOf(writes)) },
          count('transact', store.transact(checks, writes, options)),
        ),
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
