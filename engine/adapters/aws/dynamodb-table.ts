import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LevinError } from '../../errors/levin-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { isUnexpired } from '../../ports/metadata-condition.ts';
import { metadataKeyText } from '../../ports/metadata-errors.ts';
import { checkMetadataKey, encodeMetadataItem } from '../../ports/metadata-item.ts';
import type { MetadataItem, MetadataKey } from '../../ports/metadata-store.ts';
import { utf8Length } from '../../ports/utf8-order.ts';
import { awsError } from './aws-errors.ts';
import { type Attributes, decodeItem, encodeItem, itemBytes } from './dynamodb-item.ts';

/** DynamoDB's limit of one item, names and key included. */
const MAX_ITEM_BYTES = 400 * 1024;

/** A table, and the time by which its items expire. */
export interface DynamodbTable {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly clock: Pick<Clock, 'now'>;
}

export interface TableCall {
  /** IAM's name of what is done: `dynamodb:PutItem`. */
  readonly action: string;
  readonly verb: 'read' | 'write' | 'query' | 'delete';
  readonly signal: AbortSignal | undefined;
}

export interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/** Sends one request. Failures come as the SDK's errors; `tableError` makes ours of them. An aborted call rejects with the signal's reason. */
export async function sendToTable<T>({ signal }: TableCall, send: (options: SendOptions) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    const answer = await send(signal === undefined ? {} : { abortSignal: signal });
    signal?.throwIfAborted();
    return answer;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

export function tableError({ name }: DynamodbTable, { action, verb }: TableCall, error: unknown): unknown {
  return awsError(error, { action, resource: `the table ${name}`, doing: `${verb} in the DynamoDB table ${name}` });
}

/** One put of an item, if it fits: one whose JSON is short enough may not, for it has many small fields or hardly compresses. */
export function checkedAttributes(key: MetadataKey, item: MetadataItem): Attributes {
  checkMetadataKey(key);
  const json = encodeMetadataItem(key, item);
  const attributes = encodeItem(key, item);
  const bytes = itemBytes(attributes);
  if (bytes <= MAX_ITEM_BYTES) return attributes;
  throw new LevinError({
    code: 'ITEM_TOO_LARGE',
    fault: 'internal',
    message: `The metadata item ${metadataKeyText(key)} has ${utf8Length(json)} bytes of JSON and takes ${bytes} in DynamoDB, compressed and with its names, and at most 409,600 are allowed. Put large data into the object store and its key into the item.`,
    details: { key, bytes },
  });
}

/** The item as readers see it: none when it has expired. */
export function readable(attributes: Attributes | undefined, nowMs: number): MetadataItem | null {
  if (attributes === undefined) return null;
  const item = decodeItem(attributes);
  return isUnexpired(item, nowMs) ? item : null;
}
