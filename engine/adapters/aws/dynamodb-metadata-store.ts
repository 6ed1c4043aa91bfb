import { type ConditionalCheckFailedException, DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../ports/clock.ts';
import { checkMetadataKey } from '../../ports/metadata-item.ts';
import type { Condition, MetadataStore, WriteResult } from '../../ports/metadata-store.ts';
import { awsCode } from './aws-errors.ts';
import { type ConditionExpression, conditionExpression } from './dynamodb-condition.ts';
import { encodeKey } from './dynamodb-item.ts';
import { queryItems } from './dynamodb-query.ts';
import {
  checkedAttributes,
  type DynamodbTable,
  readable,
  type SendOptions,
  sendToTable,
  type TableCall,
  tableError,
} from './dynamodb-table.ts';
import { transactItems } from './dynamodb-transact.ts';

/** Items of one DynamoDB table. Every call is one attempt: wrap it in `retryMetadataStore`. */
export function createDynamodbMetadataStore(options: {
  /** With the SDK's own retry off: `createDynamodbClient`. */
  readonly client: DynamodbTable['client'];
  /** Made with the keys `KEY_ATTRIBUTES`, both strings, and `TTL_ATTRIBUTE` as its time to live. */
  readonly table: string;
  readonly clock: Pick<Clock, 'now'>;
}): MetadataStore {
  const table: DynamodbTable = { client: options.client, name: options.table, clock: options.clock };
  return {
    async get(key, { signal } = {}) {
      checkMetadataKey(key);
      const call: TableCall = { action: 'dynamodb:GetItem', verb: 'read', signal };
      const input = { TableName: table.name, Key: encodeKey(key), ConsistentRead: true };
      try {
        const { Item } = await sendToTable(call, (send) => table.client.send(new GetItemCommand(input), send));
        return readable(Item, table.clock.now());
      } catch (error) {
        throw tableError(table, call, error);
      }
    },
    async put(key, item, { condition, signal } = {}) {
      const input = { TableName: table.name, Item: checkedAttributes(key, item) };
      const call: TableCall = { action: 'dynamodb:PutItem', verb: 'write', signal };
      return writeIf(table, { call, condition }, (expression, send) =>
        table.client.send(new PutItemCommand({ ...input, ...expression }), send),
      );
    },
    query: (partition, sortPrefix, queryOptions = {}) => queryItems(table, { partition, sortPrefix, ...queryOptions }),
    transact: (checks, writes, { signal } = {}) => transactItems(table, { checks, writes, signal }),
    async delete(key, { condition, signal } = {}) {
      checkMetadataKey(key);
      const input = { TableName: table.name, Key: encodeKey(key) };
      const call: TableCall = { action: 'dynamodb:DeleteItem', verb: 'delete', signal };
      return writeIf(table, { call, condition }, (expression, send) =>
        table.client.send(new DeleteItemCommand({ ...input, ...expression }), send),
      );
    },
  };
}

/** A condition that did not hold is an answer, and DynamoDB gives the item of which it did not. */
async function writeIf(
  table: DynamodbTable,
  { call, condition }: { readonly call: TableCall; readonly condition: Condition | undefined },
  write: (expression: ConditionExpression | Record<never, never>, send: SendOptions) => Promise<unknown>,
): Promise<WriteResult> {
  const nowMs = table.clock.now();
  const expression = condition === undefined ? {} : conditionExpression(condition, nowMs);
  try {
    await sendToTable(call, (send) => write(expression, send));
    return { written: true };
  } catch (error) {
    if (awsCode(error) === 'ConditionalCheckFailedException') {
      return { written: false, current: readable((error as ConditionalCheckFailedException).Item, nowMs) };
    }
    throw tableError(table, call, error);
  }
}
