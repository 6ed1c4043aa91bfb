import { type QueryInput, queryTable } from './dynamodb-query-items.ts';
import { type EmulatedTable, itemAt, placeOfKey, type Tables } from './dynamodb-state.ts';
import { DynamodbRefusalError, type Item, invalid } from './dynamodb-values.ts';
import { prepareWrite, type WriteInput, writeAll, writeOne } from './dynamodb-writes.ts';

interface TableInput {
  readonly TableName: string;
  readonly KeySchema?: readonly { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' }[];
  readonly TimeToLiveSpecification?: { readonly AttributeName: string; readonly Enabled: boolean };
  readonly Key?: Item;
}

interface TransactInput {
  readonly TransactItems: readonly { readonly Put?: WriteInput; readonly Delete?: WriteInput; readonly ConditionCheck?: WriteInput }[];
}

/** Fields that change what a request means and are not emulated. */
const NOT_EMULATED = [
  'IndexName',
  'FilterExpression',
  'ProjectionExpression',
  'AttributesToGet',
  'Expected',
  'KeyConditions',
  'ScanIndexForward',
  'Select',
  'ReturnValues',
];

export function performOperation(tables: Tables, operation: string, input: unknown): unknown {
  for (const field of NOT_EMULATED) if (field in (input as object)) invalid(`The emulator does not know ${field}.`);
  switch (operation) {
    case 'CreateTable':
      return createTable(tables, input as TableInput);
    case 'DescribeTable':
      return { Table: describe(input as TableInput, find(tables, (input as TableInput).TableName)) };
    case 'UpdateTimeToLive':
      return updateTimeToLive(tables, input as TableInput);
    case 'GetItem': {
      const { TableName, Key = {} } = input as TableInput;
      const item = itemAt(placeOfKey(find(tables, TableName), Key));
      return item === undefined ? {} : { Item: item };
    }
    case 'PutItem':
      return write(tables, 'put', input as WriteInput);
    case 'DeleteItem':
      return write(tables, 'delete', input as WriteInput);
    case 'Query':
      return queryTable(find(tables, (input as QueryInput).TableName), input as QueryInput);
    case 'TransactWriteItems':
      return transact(tables, input as TransactInput);
    default:
      throw new DynamodbRefusalError('UnknownOperationException', `${operation} is not emulated.`);
  }
}

function find(tables: Tables, name: string): EmulatedTable {
  const table = tables.get(name);
  if (table === undefined)
    throw new DynamodbRefusalError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
  return table;
}

function createTable(tables: Tables, input: TableInput): unknown {
  if (tables.has(input.TableName)) throw new DynamodbRefusalError('ResourceInUseException', `Table already exists: ${input.TableName}`);
  const keyOf = (type: 'HASH' | 'RANGE'): string => input.KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName ?? '';
  const table: EmulatedTable = { partitionKey: keyOf('HASH'), sortKey: keyOf('RANGE'), timeToLive: null, partitions: new Map() };
  if (table.partitionKey === '' || table.sortKey === '') invalid('The emulator has tables with a partition and a sort key only.');
  tables.set(input.TableName, table);
  return { TableDescription: describe(input, table) };
}

function describe({ TableName }: TableInput, { partitionKey, sortKey }: EmulatedTable): unknown {
  return {
    TableName,
    TableStatus: 'ACTIVE',
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
  };
}

function updateTimeToLive(tables: Tables, { TableName, TimeToLiveSpecification }: TableInput): unknown {
  const specification = TimeToLiveSpecification ?? invalid('TimeToLiveSpecification is missing.');
  find(tables, TableName).timeToLive = specification.Enabled ? specification.AttributeName : null;
  return { TimeToLiveSpecification: specification };
}

function write(tables: Tables, kind: 'put' | 'delete', input: WriteInput): unknown {
  return writeOne(prepareWrite(find(tables, input.TableName), kind, input));
}

function transact(tables: Tables, { TransactItems }: TransactInput): unknown {
  return writeAll(
    TransactItems.map(({ Put, Delete, ConditionCheck }) => {
      const [kind, input] =
        (
          [
            ['put', Put],
            ['delete', Delete],
            ['check', ConditionCheck],
          ] as const
        ).find(([, each]) => each !== undefined) ?? [];
      if (kind === undefined || input === undefined) return invalid('The emulator knows Put, Delete and ConditionCheck in transactions.');
      return prepareWrite(find(tables, input.TableName), kind, input);
    }),
  );
}
