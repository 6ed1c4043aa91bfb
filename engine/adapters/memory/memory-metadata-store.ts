import type { Clock } from '../../ports/clock.ts';
import { conditionHolds, isUnexpired, transactConditions } from '../../ports/metadata-condition.ts';
import { checkMetadataKey, checkQuery, checkTransaction, encodeMetadataItem } from '../../ports/metadata-item.ts';
import type { Condition, MetadataItem, MetadataKey, MetadataStore, WriteResult } from '../../ports/metadata-store.ts';
import { checkedLimit } from '../../ports/page-limit.ts';
import { compareUtf8 } from '../../ports/utf8-order.ts';
import { answerLater } from './answer-later.ts';

/** Partition → sort → the item's JSON, so that no caller shares an object with the store. */
type Partitions = Map<string, Map<string, string>>;

/** Items in this process's memory: for tests and for runs inside one process. */
export function createMemoryMetadataStore(options: { readonly clock: Pick<Clock, 'now'> }): MetadataStore {
  const partitions: Partitions = new Map();

  const read = (key: MetadataKey): MetadataItem | null => {
    const json = partitions.get(key.partition)?.get(key.sort);
    if (json === undefined) return null;
    const item = JSON.parse(json) as MetadataItem;
    return isUnexpired(item, options.clock.now()) ? item : null;
  };
  const writeIf = (key: MetadataKey, condition: Condition | undefined, write: () => void): WriteResult => {
    const current = condition === undefined ? null : read(key);
    if (condition !== undefined && !conditionHolds(condition, current)) return { written: false, current };
    write();
    return { written: true };
  };

  return {
    async get(key, { signal } = {}) {
      checkMetadataKey(key);
      signal?.throwIfAborted();
      return answerLater(read(key), signal);
    },
    async put(key, item, { condition, signal } = {}) {
      checkMetadataKey(key);
      const json = encodeMetadataItem(key, item);
      signal?.throwIfAborted();
      return answerLater(
        writeIf(key, condition, () => store(partitions, key, json)),
        signal,
      );
    },
    async query(partition, sortPrefix, { after, limit, signal } = {}) {
      checkQuery(partition, sortPrefix);
      const most = checkedLimit(limit);
      signal?.throwIfAborted();
      const found = [...(partitions.get(partition)?.keys() ?? [])]
        .filter((sort) => sort.startsWith(sortPrefix) && (after === undefined || compareUtf8(sort, after) > 0))
        .sort(compareUtf8)
        .map((sort) => ({ key: { partition, sort }, item: read({ partition, sort }) }))
        .filter((entry): entry is { key: MetadataKey; item: MetadataItem } => entry.item !== null);
      const items = found.slice(0, most);
      return answerLater({ items, next: found.length > most ? (items.at(-1)?.key.sort ?? null) : null }, signal);
    },
    async transact(checks, writes, { signal } = {}) {
      checkTransaction(checks, writes);
      const encoded = writes.map((write) => (write.kind === 'put' ? encodeMetadataItem(write.key, write.item) : null));
      signal?.throwIfAborted();
      for (const { key, condition } of transactConditions(checks, writes)) {
        const current = read(key);
        if (!conditionHolds(condition, current)) return answerLater({ written: false, failed: key, current }, signal);
      }
      for (const [i, { key }] of writes.entries()) store(partitions, key, encoded[i] ?? null);
      return answerLater({ written: true }, signal);
    },
    async delete(key, { condition, signal } = {}) {
      checkMetadataKey(key);
      signal?.throwIfAborted();
      return answerLater(
        writeIf(key, condition, () => store(partitions, key, null)),
        signal,
      );
    },
  };
}

function store(partitions: Partitions, key: MetadataKey, json: string | null): void {
  if (json === null) {
    const items = partitions.get(key.partition);
    items?.delete(key.sort);
    if (items?.size === 0) partitions.delete(key.partition);
    return;
  }
  const items = partitions.get(key.partition) ?? new Map<string, string>();
  items.set(key.sort, json);
  partitions.set(key.partition, items);
}
