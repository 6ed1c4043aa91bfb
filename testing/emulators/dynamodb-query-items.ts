import { type ExpressionContext, parseCondition } from './dynamodb-expression.ts';
import { type EmulatedTable, placeOfKey } from './dynamodb-state.ts';
import { type Item, invalid, sizeOfItem } from './dynamodb-values.ts';

export interface QueryInput {
  readonly TableName: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: ExpressionContext['names'];
  readonly ExpressionAttributeValues?: ExpressionContext['values'];
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
  readonly ConsistentRead?: boolean;
}

export interface QueryOutput {
  readonly Items: readonly Item[];
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
}

const MAX_PAGE_BYTES = 1024 * 1024;

/** One partition in the order of its sort keys' UTF-8 bytes, at most 1 MB at once. As DynamoDB, it says that there may be more when a page is full. */
export function queryTable(table: EmulatedTable, input: QueryInput): QueryOutput {
  const context = { names: input.ExpressionAttributeNames ?? {}, values: input.ExpressionAttributeValues ?? {} };
  const holds = parseCondition(input.KeyConditionExpression ?? invalid('KeyConditionExpression is missing.'), context);
  const start = input.ExclusiveStartKey === undefined ? null : placeOfKey(table, input.ExclusiveStartKey);
  if (start !== null && !holds(input.ExclusiveStartKey ?? {})) {
    invalid('The provided starting key is outside query boundaries based on provided conditions');
  }
  const after = start === null ? null : Buffer.from(start.sort);
  const items = [...(table.partitions.get(partitionOf(table, input)) ?? [])]
    .filter(([, item]) => holds(item))
    .map(([sort, item]) => ({ bytes: Buffer.from(sort), item }))
    .filter(({ bytes }) => after === null || bytes.compare(after) > 0)
    .sort((a, b) => a.bytes.compare(b.bytes));
  const limit = input.Limit ?? Number.POSITIVE_INFINITY;
  const page: Item[] = [];
  let size = 0;
  for (const { item } of items) {
    if (page.length >= limit || size >= MAX_PAGE_BYTES) break;
    page.push(item);
    size += sizeOfItem(item);
  }
  const last = page.at(-1);
  const full = last !== undefined && (page.length >= limit || page.length < items.length);
  return {
    Items: page,
    Count: page.length,
    ScannedCount: page.length,
    ...(full ? { LastEvaluatedKey: keyOf(table, last) } : {}),
  };
}

/** A query names its partition, first: `PK = :pk AND …`. */
function partitionOf({ partitionKey }: EmulatedTable, input: QueryInput): string {
  const [, name = '', value = ''] = /^\s*(#?\w+)\s*=\s*(:\w+)/.exec(input.KeyConditionExpression ?? '') ?? [];
  const attribute = name.startsWith('#') ? input.ExpressionAttributeNames?.[name] : name;
  if (attribute !== partitionKey) invalid(`Query condition missed key schema element: ${partitionKey} (the emulator wants it first)`);
  return input.ExpressionAttributeValues?.[value]?.S ?? invalid(`The partition key ${partitionKey} must be a string`);
}

function keyOf({ partitionKey, sortKey }: EmulatedTable, item: Item): Item {
  return { [partitionKey]: item[partitionKey] ?? {}, [sortKey]: item[sortKey] ?? {} };
}
