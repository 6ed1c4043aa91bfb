import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { refusalOf } from './refusal-of.ts';

export interface TableSubject {
  readonly client: DynamoDBClient;
  /** With the string keys PK and SK. */
  readonly table: string;
}

type Item = Record<string, AttributeValue>;

const INVALID = ['ValidationException', 400];

function keyOf(sort: string): Item {
  return { PK: { S: 'p' }, SK: { S: sort } };
}

function put({ client, table }: TableSubject, Item: Item, rules: Omit<PutItemCommandInput, 'TableName' | 'Item'> = {}): Promise<unknown> {
  return client.send(new PutItemCommand({ TableName: table, Item, ...rules }));
}

/** Whether a condition holds of the item `key` (absent if it was never put): an unconditional delete tells nothing, so it is a put that keeps it. */
async function holds(subject: TableSubject, item: Item, ConditionExpression: string, values: Item = {}): Promise<boolean> {
  const rules = Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values };
  const refusal = await refusalOf(put(subject, item, { ConditionExpression, ...rules }));
  if ('answered' in refusal) return true;
  expect(refusal).toEqual(['ConditionalCheckFailedException', 400]);
  return false;
}

async function queried(
  { client, table }: TableSubject,
  rules: Partial<QueryCommandInput>,
): Promise<readonly [sorts: readonly (string | undefined)[], last: string | undefined]> {
  const input = {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: 'PK = :p',
    ExpressionAttributeValues: { ':p': { S: 'p' } },
    ...rules,
  };
  const { Items = [], LastEvaluatedKey } = await client.send(new QueryCommand(input));
  return [Items.map(({ SK }) => SK?.S), LastEvaluatedKey?.['SK']?.S];
}

const BEGINS: Partial<QueryCommandInput> = {
  KeyConditionExpression: 'PK = :p AND begins_with(SK, :s)',
  ExpressionAttributeValues: { ':p': { S: 'p' }, ':s': { S: 'b' } },
};

const CASES: Readonly<Record<string, (subject: TableSubject) => Promise<void>>> = {
  'a refused put gives the item that stands there, if it is asked for': async (subject) => {
    await put(subject, { ...keyOf('a'), n: { N: '1' } });
    const rules = { ConditionExpression: 'attribute_not_exists(PK)' };
    const refused = put(subject, keyOf('a'), { ...rules, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: { ...keyOf('a'), n: { N: '1' } } });
    await expect(put(subject, keyOf('a'), rules)).rejects.not.toHaveProperty('Item.PK');
  },
  'conditions compare by type, text by bytes, numbers by value, and a missing attribute with nothing': async (subject) => {
    const item = { ...keyOf('a'), n: { N: '1.50' }, s: { S: 'b' }, b: { B: Uint8Array.of(1, 2, 3) } };
    await put(subject, item);
    const check = (condition: string, value: AttributeValue): Promise<boolean> => holds(subject, item, condition, { ':v': value });
    expect(await check('n = :v', { N: '15e-1' })).toBe(true);
    expect(await check('n = :v', { S: '1.50' })).toBe(false);
    expect(await check('n > :v', { N: '-1000' })).toBe(true);
    expect(await check('s < :v', { S: 'é' })).toBe(true);
    expect(await check('s <> :v', { N: '1' })).toBe(true);
    expect(await check('gone = :v', { N: '1' })).toBe(false);
    expect(await check('gone <= :v', { N: '1' })).toBe(false);
    expect(await check('gone <> :v', { N: '1' })).toBe(true);
    expect(await check('NOT gone = :v', { N: '1' })).toBe(true);
    expect(await check('begins_with(b, :v)', { B: Uint8Array.of(1, 2) })).toBe(true);
    expect(await check('begins_with(b, :v)', { B: Uint8Array.of(2) })).toBe(false);
    expect(await check('begins_with(s, :v)', { B: Uint8Array.of(98) })).toBe(false);
    expect(await holds(subject, item, 'attribute_exists(n) AND (attribute_exists(gone) OR attribute_not_exists(gone))')).toBe(true);
    expect(await holds(subject, item, 'attribute_exists(gone) OR attribute_exists(n) AND attribute_exists(gone)')).toBe(false);
  },
  'a placeholder that is not used, or not given, is refused': async (subject) => {
    const condition = { ConditionExpression: 'attribute_not_exists(#a)', ExpressionAttributeNames: { '#a': 'a' } };
    expect(await refusalOf(put(subject, keyOf('a'), { ...condition, ExpressionAttributeValues: { ':v': { N: '1' } } }))).toEqual(INVALID);
    expect(await refusalOf(put(subject, keyOf('a'), { ...condition, ExpressionAttributeNames: { '#a': 'a', '#b': 'b' } }))).toEqual(
      INVALID,
    );
    expect(await refusalOf(put(subject, keyOf('a'), { ConditionExpression: 'a = :v' }))).toEqual(INVALID);
    expect(await refusalOf(put(subject, keyOf('a'), { ConditionExpression: 'a = = b' }))).toEqual(INVALID);
  },
  'keys are neither empty nor too long, items at most 400 KB, numbers in range': async (subject) => {
    expect(await refusalOf(put(subject, { PK: { S: '' }, SK: { S: 'a' } }))).toEqual(INVALID);
    expect(await refusalOf(put(subject, { PK: { S: 'p' } }))).toEqual(INVALID);
    expect(await refusalOf(put(subject, { PK: { S: 'x'.repeat(2049) }, SK: { S: 'a' } }))).toEqual(INVALID);
    expect(await refusalOf(put(subject, { PK: { S: 'p' }, SK: { S: 'é'.repeat(513) } }))).toEqual(INVALID);
    // PK and SK with their names take 6 bytes, the name of the field 1.
    const fits = 400 * 1024 - 7;
    expect(await refusalOf(put(subject, { ...keyOf('a'), t: { S: 'x'.repeat(fits) } }))).toHaveProperty('answered');
    expect(await refusalOf(put(subject, { ...keyOf('a'), t: { S: 'x'.repeat(fits + 1) } }))).toEqual(INVALID);
    expect(await refusalOf(put(subject, { ...keyOf('a'), n: { N: '1e126' } }))).toEqual(INVALID);
    expect(await refusalOf(put(subject, { ...keyOf('a'), n: { N: '1e-131' } }))).toEqual(INVALID);
  },
  'a cancelled transaction has a reason for each item, and nothing was done': async (subject) => {
    const { client, table: TableName } = subject;
    await put(subject, { ...keyOf('there'), n: { N: '1' } });
    const absent = { ConditionExpression: 'attribute_not_exists(PK)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    const TransactItems: TransactWriteItem[] = [
      { ConditionCheck: { TableName, Key: keyOf('free'), ConditionExpression: 'attribute_not_exists(PK)' } },
      { Put: { TableName, Item: keyOf('new') } },
      { Put: { TableName, Item: keyOf('there'), ...absent } },
      {
        Delete: {
          TableName,
          Key: keyOf('gone'),
          ConditionExpression: 'attribute_exists(PK)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    ];
    const error = await client.send(new TransactWriteItemsCommand({ TransactItems })).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'TransactionCanceledException' });
    const reasons = (error as { CancellationReasons: readonly { Code?: string; Item?: Item }[] }).CancellationReasons;
    expect(reasons.map(({ Code, Item }) => [Code, Item])).toEqual([
      ['None', undefined],
      ['None', undefined],
      ['ConditionalCheckFailed', { ...keyOf('there'), n: { N: '1' } }],
      ['ConditionalCheckFailed', undefined],
    ]);
    expect((await queried(subject, {}))[0]).toEqual(['there']);
  },
  'a transaction may only check, names an item once, and at most 100': async ({ client, table: TableName }) => {
    const check = (sort: string): TransactWriteItem => ({
      ConditionCheck: { TableName, Key: keyOf(sort), ConditionExpression: 'attribute_not_exists(PK)' },
    });
    const send = (TransactItems: TransactWriteItem[]): Promise<unknown> => client.send(new TransactWriteItemsCommand({ TransactItems }));
    expect(await refusalOf(send([check('a'), check('b')]))).toHaveProperty('answered');
    expect(await refusalOf(send([check('a'), check('a')]))).toEqual(INVALID);
    expect(await refusalOf(send(Array.from({ length: 101 }, (_, i) => check(`k${i}`))))).toEqual(INVALID);
  },
  'a full page says where it ended, also when nothing follows': async (subject) => {
    for (const sort of ['a', 'b1', 'b2', 'c']) await put(subject, keyOf(sort));
    expect(await queried(subject, { Limit: 3 })).toEqual([['a', 'b1', 'b2'], 'b2']);
    expect(await queried(subject, { Limit: 4 })).toEqual([['a', 'b1', 'b2', 'c'], 'c']);
    expect(await queried(subject, { Limit: 5 })).toEqual([['a', 'b1', 'b2', 'c'], undefined]);
    expect(await queried(subject, { Limit: 4, ExclusiveStartKey: keyOf('c') })).toEqual([[], undefined]);
    expect(await queried(subject, BEGINS)).toEqual([['b1', 'b2'], undefined]);
  },
  'a query goes on after a key that is not there, within its condition': async (subject) => {
    for (const sort of ['a', 'b1', 'b2', 'c']) await put(subject, keyOf(sort));
    expect(await queried(subject, { ExclusiveStartKey: keyOf('bb') })).toEqual([['c'], undefined]);
    expect(await queried(subject, { ...BEGINS, ExclusiveStartKey: keyOf('b11') })).toEqual([['b2'], undefined]);
    expect(await refusalOf(queried(subject, { ...BEGINS, ExclusiveStartKey: keyOf('a') }))).toEqual(INVALID);
    expect(await refusalOf(queried(subject, { ...BEGINS, ExclusiveStartKey: keyOf('c') }))).toEqual(INVALID);
  },
  'a page ends at 1 MB': async (subject) => {
    for (const sort of ['a', 'b', 'c', 'd']) await put(subject, { ...keyOf(sort), t: { S: 'x'.repeat(400_000) } });
    expect(await queried(subject, {})).toEqual([['a', 'b', 'c'], 'c']);
    expect(await queried(subject, { ExclusiveStartKey: keyOf('c') })).toEqual([['d'], undefined]);
  },
  'a table takes an attribute as the time to live of its items': async ({ client, table: TableName }) => {
    const TimeToLiveSpecification = { AttributeName: 'TTL', Enabled: true };
    const answer = await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    expect(answer.TimeToLiveSpecification).toEqual(TimeToLiveSpecification);
  },
  'a delete is done whether there is an item or not; a table that is not there is ResourceNotFoundException': async ({ client, table }) => {
    const remove = (TableName: string): Promise<unknown> => client.send(new DeleteItemCommand({ TableName, Key: keyOf('a') }));
    expect(await refusalOf(remove(table))).toHaveProperty('answered');
    expect(await refusalOf(remove('no-such-table'))).toEqual(['ResourceNotFoundException', 400]);
    const get = new GetItemCommand({ TableName: table, Key: { PK: { S: 'p' } } });
    expect(await refusalOf(client.send(get))).toEqual(INVALID);
  },
};

/** What the adapters rely on, asked of the service itself: an emulator that passes is one to be trusted. `make` gives an empty table. */
export function dynamodbProtocol(name: string, make: () => Promise<TableSubject>): void {
  describe(`DynamoDB protocol: ${name}`, () => {
    test.for(Object.entries(CASES))('%s', async ([, run]) => {
      await run(await make());
    });
  });
}
