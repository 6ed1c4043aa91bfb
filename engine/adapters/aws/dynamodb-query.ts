import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { isUnexpired } from '../../ports/metadata-condition.ts';
import { checkQuery } from '../../ports/metadata-item.ts';
import type { QueryPage } from '../../ports/metadata-store.ts';
import { checkedLimit } from '../../ports/page-limit.ts';
import { compareUtf8 } from '../../ports/utf8-order.ts';
import { decodeItem, decodeKey, encodeKey, KEY_ATTRIBUTES } from './dynamodb-item.ts';
import { type DynamodbTable, sendToTable, type TableCall, tableError } from './dynamodb-table.ts';

interface ItemQuery {
  readonly partition: string;
  readonly sortPrefix: string;
  readonly after?: string;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** One request: DynamoDB ends a page at 1 MB, too, and says whether there may be more. */
export async function queryItems(table: DynamodbTable, query: ItemQuery): Promise<QueryPage> {
  const { partition, sortPrefix, after = '', signal } = query;
  checkQuery(partition, sortPrefix);
  const limit = checkedLimit(query.limit);
  signal?.throwIfAborted();
  const begun = after !== '' && compareUtf8(after, sortPrefix) >= 0;
  // A start beyond the condition is an error for DynamoDB; here it is behind every key.
  if (begun && !after.startsWith(sortPrefix)) return { items: [], next: null };
  const call: TableCall = { action: 'dynamodb:Query', verb: 'query', signal };
  const input = queryInput(table.name, { partition, sortPrefix, start: begun ? after : null, limit });
  try {
    const { Items = [], LastEvaluatedKey } = await sendToTable(call, (send) => table.client.send(new QueryCommand(input), send));
    const nowMs = table.clock.now();
    return {
      items: Items.map((item) => ({ key: decodeKey(item), item: decodeItem(item) })).filter(({ item }) => isUnexpired(item, nowMs)),
      next: LastEvaluatedKey === undefined ? null : decodeKey(LastEvaluatedKey).sort,
    };
  } catch (error) {
    throw tableError(table, call, error);
  }
}

interface PageInput {
  readonly partition: string;
  readonly sortPrefix: string;
  readonly start: string | null;
  readonly limit: number;
}

/** An empty prefix is no value that DynamoDB compares a key with. */
function queryInput(tableName: string, { partition, sortPrefix, start, limit }: PageInput): QueryCommandInput {
  const prefixed = sortPrefix !== '';
  return {
    TableName: tableName,
    ConsistentRead: true,
    KeyConditionExpression: prefixed ? '#pk = :pk AND begins_with(#sk, :sk)' : '#pk = :pk',
    ExpressionAttributeNames: { '#pk': KEY_ATTRIBUTES.partition, ...(prefixed ? { '#sk': KEY_ATTRIBUTES.sort } : {}) },
    ExpressionAttributeValues: { ':pk': { S: partition }, ...(prefixed ? { ':sk': { S: sortPrefix } } : {}) },
    ExclusiveStartKey: start === null ? undefined : encodeKey({ partition, sort: start }),
    Limit: limit,
  };
}
