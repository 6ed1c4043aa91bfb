import { type ExpressionContext, type Predicate, parseCondition } from './dynamodb-expression.ts';
import { checkItemSize, deleteAt, type EmulatedTable, itemAt, type Place, placeOf, placeOfKey, putAt } from './dynamodb-state.ts';
import { DynamodbRefusalError, type Item, invalid, sizeOfItem } from './dynamodb-values.ts';

/** PutItem, DeleteItem, or one of TransactWriteItems. */
export interface WriteInput {
  readonly TableName: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: ExpressionContext['names'];
  readonly ExpressionAttributeValues?: ExpressionContext['values'];
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

export interface Write {
  readonly place: Place;
  readonly condition: Predicate | null;
  readonly returnsOld: boolean;
  readonly bytes: number;
  apply(): void;
}

export function prepareWrite(table: EmulatedTable, kind: 'put' | 'delete' | 'check', input: WriteInput): Write {
  const place = kind === 'put' ? placeOf(table, input.Item ?? {}) : placeOfKey(table, input.Key ?? {});
  if (kind === 'put') checkItemSize(input.Item ?? {});
  const context = { names: input.ExpressionAttributeNames ?? {}, values: input.ExpressionAttributeValues ?? {} };
  if (kind === 'check' && input.ConditionExpression === undefined) invalid('The expression can not be empty;');
  return {
    place,
    condition: input.ConditionExpression === undefined ? null : parseCondition(input.ConditionExpression, context),
    returnsOld: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
    bytes: sizeOfItem(input.Item ?? {}),
    apply() {
      if (kind === 'put') putAt(place, input.Item ?? {});
      if (kind === 'delete') deleteAt(place);
    },
  };
}

function isRefused({ place, condition }: Write): boolean {
  return condition !== null && !condition(itemAt(place) ?? {});
}

export function writeOne(write: Write): Record<string, never> {
  if (isRefused(write)) {
    const old = write.returnsOld ? itemAt(write.place) : undefined;
    throw new DynamodbRefusalError(
      'ConditionalCheckFailedException',
      'The conditional request failed',
      old === undefined ? {} : { Item: old },
    );
  }
  write.apply();
  return {};
}

const MAX_ACTIONS = 100;
const MAX_TRANSACT_BYTES = 4 * 1024 * 1024;

/** All or none; a refusal gives a reason for each, `None` for those that held. */
export function writeAll(writes: readonly Write[]): Record<string, never> {
  if (writes.length === 0 || writes.length > MAX_ACTIONS) {
    invalid(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to ${MAX_ACTIONS} and at least 1`,
    );
  }
  const places = new Set(writes.map(({ place }) => JSON.stringify([place.partition, place.sort])));
  if (places.size < writes.length) invalid('Transaction request cannot include multiple operations on one item');
  if (writes.reduce((sum, { bytes }) => sum + bytes, 0) > MAX_TRANSACT_BYTES)
    invalid('Collection size exceeded: transaction is larger than 4 MB');
  const refused = writes.map(isRefused);
  if (refused.some((is) => is)) throw cancelled(writes, refused);
  for (const { apply } of writes) apply();
  return {};
}

function cancelled(writes: readonly Write[], refused: readonly boolean[]): DynamodbRefusalError {
  const reasons = writes.map(({ place, returnsOld }, i) => {
    if (refused[i] !== true) return { Code: 'None' };
    const old = returnsOld ? itemAt(place) : undefined;
    return { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', ...(old === undefined ? {} : { Item: old }) };
  });
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new DynamodbRefusalError('TransactionCanceledException', message, { CancellationReasons: reasons });
}
