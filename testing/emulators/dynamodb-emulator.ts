import { performOperation } from './dynamodb-operations.ts';
import { subjectOf } from './dynamodb-request.ts';
import type { Tables } from './dynamodb-state.ts';
import { DynamodbRefusalError } from './dynamodb-values.ts';
import { type EmulatorAnswer, type EmulatorServer, startEmulator } from './emulator-server.ts';

export interface DynamodbEmulator extends EmulatorServer {
  /** Makes an empty table; `CreateTable` does, too. */
  addTable(name: string, keys: { readonly partition: string; readonly sort: string }): void;
}

/**
 * DynamoDB in this process, over HTTP, in memory: the operations that levin uses, with DynamoDB's conditions, limits, order and errors.
 *
 * As DynamoDB: conditional writes that return the item that stands there, transactions with a reason for each item, items of at most 400 KB, pages of
 * at most 1 MB, keys in the order of UTF-8 bytes, unused placeholders refused.
 * Not as DynamoDB: signatures are not verified, all reads are consistent, requests are done one after the other, so that transactions never conflict and nothing is
 * throttled (inject it), expired items are never deleted, keys are strings, no indexes, streams or updates in place.
 * Anything else is answered with `UnknownOperationException` or a `ValidationException` that says so, never with a guess.
 */
export async function startDynamodbEmulator(): Promise<DynamodbEmulator> {
  const tables: Tables = new Map();
  const server = await startEmulator({
    subjectOf: ({ body }) => subjectOf(tables, body),
    operationOf: ({ headers }) => String(headers['x-amz-target'] ?? '').replace(/^DynamoDB_20120810\./, ''),
    answer(operation, request) {
      try {
        return json(200, performOperation(tables, operation, JSON.parse(Buffer.from(request.body).toString('utf8'))));
      } catch (error) {
        if (error instanceof DynamodbRefusalError) return refusal(400, error);
        throw error;
      }
    },
    refuse: ({ status, code, message = code, fields = {} }) => refusal(status, new DynamodbRefusalError(code, message, fields)),
  });
  return {
    ...server,
    addTable: (name, { partition: partitionKey, sort: sortKey }) =>
      void tables.set(name, { partitionKey, sortKey, timeToLive: null, partitions: new Map() }),
  };
}

function refusal(status: number, { type, message, more }: DynamodbRefusalError): EmulatorAnswer {
  return json(status, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, ...more });
}

function json(status: number, content: unknown): EmulatorAnswer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(content) };
}
