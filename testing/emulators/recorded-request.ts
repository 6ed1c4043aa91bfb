import type { IncomingMessage } from 'node:http';

/** A request that reached an emulator, whatever became of it. */
export interface RecordedRequest {
  /** AWS's name of the operation: `PutObject`, `TransactWriteItems`. */
  readonly operation: string;
  /** Access key id that it was signed with; null: it was not signed. Functions of an emulated engine have one each. */
  readonly caller: string | null;
  /** Bucket or table. */
  readonly resource: string;
  /** Keys of the objects, or `<partition key> <sort key>` of the items; the prefix of a listing; the partition of a query. */
  readonly keys: readonly string[];
  /** The `Range` header: `bytes=0-99`. */
  readonly range: string | null;
  /** Of a transaction: the operation that each of its items is, `PutItem`, `DeleteItem` or `ConditionCheckItem`. */
  readonly parts?: readonly string[];
}

export function callerOf(headers: IncomingMessage['headers']): string | null {
  return /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? null;
}
