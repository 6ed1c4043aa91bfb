import { writeUnits } from '../item-units.ts';
import { encodeMetadataItem } from '../metadata-item.ts';
import type { Check, MetadataItem, MetadataKey, MetadataStore, TransactWrite } from '../metadata-store.ts';
import { utf8Length } from '../utf8-order.ts';
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
    async put(key, item, options) {
      const demand = { place: key.partition, units: unitsOf(key, item) };
      return await writes.run([demand], options?.signal, () => store.put(key, item, options));
    },
    delete: (key, options) => writes.run(one(key.partition), options?.signal, () => store.delete(key, options)),
    async transact(checks, items, options) {
      return await writes.run(ofTransaction(checks, items), options?.signal, () => store.transact(checks, items, options));
    },
  };
}

function one(place: string): readonly Demand[] {
  return [{ place, units: 1 }];
}

function ofTransaction(checks: readonly Check[], writes: readonly TransactWrite[]): readonly Demand[] {
  const units = new Map<string, number>();
  const add = (place: string, more: number): void => void units.set(place, (units.get(place) ?? 0) + 2 * more);
  for (const { key } of checks) add(key.partition, 1);
  for (const write of writes) add(write.key.partition, write.kind === 'put' ? unitsOf(write.key, write.item) : 1);
  return [...units].map(([place, count]) => ({ place, units: count }));
}

function unitsOf(key: MetadataKey, item: MetadataItem): number {
  return writeUnits(utf8Length(encodeMetadataItem(key, item)));
}
