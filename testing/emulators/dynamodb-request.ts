import type { EmulatedTable, Tables } from './dynamodb-state.ts';
import type { Item } from './dynamodb-values.ts';
import type { RecordedRequest } from './recorded-request.ts';

interface ItemInput {
  readonly TableName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
}

interface RequestInput extends ItemInput {
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeValues?: Item;
  readonly TransactItems?: readonly { readonly Put?: ItemInput; readonly Delete?: ItemInput; readonly ConditionCheck?: ItemInput }[];
}

const TRANSACTED: Readonly<Record<string, string>> = { Put: 'PutItem', Delete: 'DeleteItem', ConditionCheck: 'ConditionCheckItem' };

/** What a request is about, even one that is going to be refused. */
export function subjectOf(tables: Tables, body: Uint8Array): Pick<RecordedRequest, 'resource' | 'keys' | 'parts'> {
  const input = parsed(body);
  const items = input.TransactItems?.map(({ Put, Delete, ConditionCheck }) => Put ?? Delete ?? ConditionCheck ?? {}) ?? [input];
  const resource = items[0]?.TableName ?? '';
  const table = tables.get(resource);
  if (table === undefined) return { resource, keys: [] };
  if (input.KeyConditionExpression !== undefined) return { resource, keys: partitionsIn(input) };
  const keys = items.flatMap(({ Key, Item }) => keyOf(table, Key ?? Item ?? {}));
  if (input.TransactItems === undefined) return { resource, keys };
  return { resource, keys, parts: input.TransactItems.map((item) => TRANSACTED[Object.keys(item)[0] ?? ''] ?? 'unknown') };
}

function keyOf({ partitionKey, sortKey }: EmulatedTable, item: Item): readonly string[] {
  const [partition, sort] = [item[partitionKey]?.S, item[sortKey]?.S];
  return partition === undefined || sort === undefined ? [] : [`${partition} ${sort}`];
}

/** Of a condition as `PK = :pk AND …`: the value that stands first. */
function partitionsIn({ KeyConditionExpression = '', ExpressionAttributeValues = {} }: RequestInput): readonly string[] {
  const value = ExpressionAttributeValues[/:\w+/.exec(KeyConditionExpression)?.[0] ?? '']?.S;
  return value === undefined ? [] : [value];
}

function parsed(body: Uint8Array): RequestInput {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as RequestInput;
  } catch {
    return {};
  }
}
