import {
  type CancellationReason,
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { invalidTransaction } from '../../ports/metadata-errors.ts';
import { checkTransaction } from '../../ports/metadata-item.ts';
import type { Check, MetadataKey, TransactResult, TransactWrite } from '../../ports/metadata-store.ts';
import { awsCode } from './aws-errors.ts';
import { conditionExpression } from './dynamodb-condition.ts';
import { encodeKey, itemBytes } from './dynamodb-item.ts';
import { checkedAttributes, type DynamodbTable, readable, sendToTable, type TableCall, tableError } from './dynamodb-table.ts';

/** DynamoDB's limit of all items of one transaction. */
const MAX_TRANSACT_BYTES = 4 * 1024 * 1024;

interface Transaction {
  readonly checks: readonly Check[];
  readonly writes: readonly TransactWrite[];
  readonly signal: AbortSignal | undefined;
}

/** Checks first, then writes: DynamoDB gives a reason for each in this order, and the first that did not hold is named. */
export async function transactItems(table: DynamodbTable, { checks, writes, signal }: Transaction): Promise<TransactResult> {
  checkTransaction(checks, writes);
  signal?.throwIfAborted();
  const nowMs = table.clock.now();
  const keys = [...checks, ...writes].map(({ key }) => key);
  const items = [
    ...checks.map((check) => checkItem(table.name, check, nowMs)),
    ...writes.map((write) => writeItem(table.name, write, nowMs)),
  ];
  if (items.length === 0) return { written: true };
  const bytes = items.reduce((sum, { Put }) => sum + (Put?.Item === undefined ? 0 : itemBytes(Put.Item)), 0);
  if (bytes > MAX_TRANSACT_BYTES) throw invalidTransaction(`its items take ${bytes} bytes, and DynamoDB takes 4 MB at once`);
  const call: TableCall = { action: 'dynamodb:TransactWriteItems', verb: 'write', signal };
  const input = { TransactItems: items };
  try {
    await sendToTable(call, (send) => table.client.send(new TransactWriteItemsCommand(input), send));
    return { written: true };
  } catch (error) {
    const reasons = reasonsOf(error);
    return refusalOf(keys, reasons, nowMs) ?? fail(tableError(table, call, firstReason(error, reasons)));
  }
}

function checkItem(TableName: string, { key, condition }: Check, nowMs: number): TransactWriteItem {
  return { ConditionCheck: { TableName, Key: encodeKey(key), ...conditionExpression(condition, nowMs) } };
}

function writeItem(TableName: string, write: TransactWrite, nowMs: number): TransactWriteItem {
  const expression = write.condition === undefined ? {} : conditionExpression(write.condition, nowMs);
  return write.kind === 'put'
    ? { Put: { TableName, Item: checkedAttributes(write.key, write.item), ...expression } }
    : { Delete: { TableName, Key: encodeKey(write.key), ...expression } };
}

/** What DynamoDB says of each item of a transaction that it cancelled; none for any other failure. */
function reasonsOf(error: unknown): readonly CancellationReason[] {
  return awsCode(error) === 'TransactionCanceledException' ? ((error as TransactionCanceledException).CancellationReasons ?? []) : [];
}

function refusalOf(keys: readonly MetadataKey[], reasons: readonly CancellationReason[], nowMs: number): TransactResult | null {
  const at = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
  const failed = keys[at];
  return failed === undefined ? null : { written: false, failed, current: readable(reasons[at]?.Item, nowMs) };
}

/** The reason of a cancelled transaction under its own name: a conflict and a throttle are tried again, an invalid item is not. */
function firstReason(error: unknown, reasons: readonly CancellationReason[]): unknown {
  const reason = reasons.find(({ Code }) => Code !== undefined && Code !== 'None');
  if (reason?.Code === undefined || !(error instanceof Error)) return error;
  const named = new Error(reason.Message ?? error.message, { cause: error });
  named.name = reason.Code;
  return Object.assign(named, { $metadata: '$metadata' in error ? error.$metadata : {} });
}

function fail(error: unknown): never {
  throw error;
}
