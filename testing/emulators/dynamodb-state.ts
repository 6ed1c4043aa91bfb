import { type Item, invalid, sizeOfItem, type Value } from './dynamodb-values.ts';

export interface EmulatedTable {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** Attribute by which DynamoDB itself deletes, some day: the emulator never does. */
  timeToLive: string | null;
  /** Partition → sort → item. */
  readonly partitions: Map<string, Map<string, Item>>;
}

export type Tables = Map<string, EmulatedTable>;

const MAX_PARTITION_BYTES = 2048;
const MAX_SORT_BYTES = 1024;
const MAX_ITEM_BYTES = 400 * 1024;

export interface Place {
  readonly table: EmulatedTable;
  readonly partition: string;
  readonly sort: string;
}

/** Where an item with these attributes lies. */
export function placeOf(table: EmulatedTable, key: Item): Place {
  const partition = keyPart(key[table.partitionKey], table.partitionKey, MAX_PARTITION_BYTES);
  const sort = keyPart(key[table.sortKey], table.sortKey, MAX_SORT_BYTES);
  return { table, partition, sort };
}

/** The same of a key, which has nothing else. */
export function placeOfKey(table: EmulatedTable, key: Item): Place {
  if (Object.keys(key).length !== 2) invalid('The provided key element does not match the schema');
  return placeOf(table, key);
}

function keyPart(value: Value | undefined, name: string, maxBytes: number): string {
  if (value?.S === undefined)
    return invalid(`One or more parameter values were invalid: Missing the key ${name} in the item, or it is no string`);
  if (value.S === '')
    invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    );
  if (Buffer.byteLength(value.S) > maxBytes)
    invalid(`One or more parameter values were invalid: Size of ${name} has exceeded the maximum size limit of ${maxBytes} bytes`);
  return value.S;
}

export function checkItemSize(item: Item): void {
  if (sizeOfItem(item) > MAX_ITEM_BYTES) invalid('Item size has exceeded the maximum allowed size');
}

export function itemAt({ table, partition, sort }: Place): Item | undefined {
  return table.partitions.get(partition)?.get(sort);
}

export function putAt({ table, partition, sort }: Place, item: Item): void {
  const items = table.partitions.get(partition) ?? new Map<string, Item>();
  items.set(sort, item);
  table.partitions.set(partition, items);
}

export function deleteAt({ table, partition, sort }: Place): void {
  table.partitions.get(partition)?.delete(sort);
}
