import { itemBytes, writeUnits } from '../item-units.ts';
import type { Check, MetadataStore, TransactWrite } from '../metadata-store.ts';
import type { Demand, RateGovernor } from './rate-governor.ts';

/** DynamoDB counts read and write units of a partition key apart. */
export interface ItemGovernors {
  readonly reads: RateGovernor;
  readonly writes: RateGovernor;
}

/** Lets no more calls through than a partition takes. What a read will count is not known before: it is taken for one unit. */
export function governMetadataStore(store: MetadataStore, { reads, writes }: ItemGovernors): MetadataStore {
  return {
    get: (key, options) => reads.run(one(key.partition), options?.signal, () => store.get(key, options)),
    query: (partition, prefix, options) => reads.run(one(partition), options?.signal, () => store.query(partition, prefix, options)),
    put(key, item, options) {
      const demand = { place: key.partition, units: writeUnits(itemBytes(item)) };
      return writes.run([demand], options?.signal, () => store.put(key, item, options));
    },
    delete: (key, options) => writes.run(one(key.partition), options?.signal, () => store.delete(key, options)),
    transact: (checks, items, options) =>
      writes.run(ofTransaction(checks, items), options?.signal, () => store.transact(checks, items, options)),
  };
}

function one(place: string): readonly Demand[] {
  return [{ place, units: 1 }];
}

function ofTransaction(checks: readonly Check[], writes: readonly TransactWrite[]): readonly Demand[] {
  const units = new Map<string, number>();
  const add = (place: string, more: number): void => void units.set(place, (units.get(place) ?? 0) + 2 * more);
  for (const { key } of checks) add(key.partition, 1);
  for (const write of writes) add(write.key.partition, write.kind === 'put' ? writeUnits(itemBytes(write.item)) : 1);
  return [...units].map(([place, count]) => ({ place, units: count }));
}
