export interface MetadataKey {
  readonly partition: string;
  readonly sort: string;
}

export type MetadataValue = string | number | boolean | null | readonly MetadataValue[] | { readonly [field: string]: MetadataValue };

/** A JSON object. `expiresAtMs` (epoch milliseconds) hides the item from readers once passed; all other fields are free. */
export type MetadataItem = { readonly [field: string]: MetadataValue } & { readonly expiresAtMs?: number };

/**
 * What must hold of the item under a key.
 * - `absent`: there is no (unexpired) item.
 * - `equals`: there is an item, and each named field equals the scalar (null also matches a field that is not there).
 */
export type Condition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'equals'; readonly fields: Readonly<Record<string, string | number | boolean | null>> };

/** Of a conditional write: when it was refused, the item that stands there, so that the loser learns the winner. */
export type WriteResult = { readonly written: true } | { readonly written: false; readonly current: MetadataItem | null };

export interface Check {
  readonly key: MetadataKey;
  readonly condition: Condition;
}

export type TransactWrite =
  | { readonly kind: 'put'; readonly key: MetadataKey; readonly item: MetadataItem; readonly condition?: Condition }
  | { readonly kind: 'delete'; readonly key: MetadataKey; readonly condition?: Condition };

/** When refused: the first check or write whose condition did not hold, and the item that stands there. */
export type TransactResult =
  | { readonly written: true }
  | { readonly written: false; readonly failed: MetadataKey; readonly current: MetadataItem | null };

export interface QueryPage {
  /** Ascending by UTF-8 bytes of `sort`. */
  readonly items: readonly { readonly key: MetadataKey; readonly item: MetadataItem }[];
  /** Pass as `after` for the next page; null on the last page. */
  readonly next: string | null;
}

/**
 * Small items by `{ partition, sort }`, with conditional writes.
 *
 * Atomicity: a write is seen whole or not at all; of concurrent conditional writes to one key each sees the others' effect (linearizable per key).
 * `transact` is all or nothing over at most 100 keys, each named once (`INVALID_TRANSACTION`), and isolated against other writes to those keys.
 * An item has at most 400 KB of JSON (`ITEM_TOO_LARGE`), is at most 32 levels deep and loses nothing as JSON (`INVALID_ITEM`);
 * partition keys have 1 to 2,048 bytes of UTF-8, sort keys 1 to 1,024, both without NUL (`INVALID_KEY`).
 * Expired items are as if they were not there, for reads and for conditions.
 * Items belong to the caller: changing one that was put or read changes nothing in the store.
 * Missing: `get` gives null; `delete` of a missing item is written.
 * Abort: an aborted call rejects with the signal's reason; whether an aborted write was done is unknown.
 */
export interface MetadataStore {
  get(key: MetadataKey, options?: { readonly signal?: AbortSignal }): Promise<MetadataItem | null>;
  put(
    key: MetadataKey,
    item: MetadataItem,
    options?: { readonly condition?: Condition; readonly signal?: AbortSignal },
  ): Promise<WriteResult>;
  /** Items of one partition whose sort key starts with `sortPrefix`, at most `limit` (default 1,000) after sort key `after`. Only `next: null` tells the last page. */
  query(
    partition: string,
    sortPrefix: string,
    options?: { readonly after?: string; readonly limit?: number; readonly signal?: AbortSignal },
  ): Promise<QueryPage>;
  /** Checks come first, then the writes' conditions; one that is refused changes nothing. */
  transact(
    checks: readonly Check[],
    writes: readonly TransactWrite[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<TransactResult>;
  delete(key: MetadataKey, options?: { readonly condition?: Condition; readonly signal?: AbortSignal }): Promise<WriteResult>;
}
