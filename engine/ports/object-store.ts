import type { ObjectBody } from './object-body.ts';

/** What a store says of an object. `etag` changes whenever the content does. */
export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

export interface PutOptions {
  /** Write only if no object has this key: the one conditional write. */
  readonly ifAbsent?: boolean;
  readonly signal?: AbortSignal;
  /** Told when the whole body has been sent and only the answer is missing, by stores that can tell. */
  readonly onSent?: () => void;
}

/** `stored: false` only with `ifAbsent`: somebody else's object stands there unchanged. */
export type PutResult = { readonly stored: true; readonly etag: string } | { readonly stored: false };

export interface ReadOptions {
  /** Fail with `PRECONDITION_FAILED` unless the object still has this etag. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

export interface ListPage {
  /** Ascending by UTF-8 bytes of the key. */
  readonly objects: readonly ObjectInfo[];
  /** Pass as `after` for the next page; null on the last page. */
  readonly next: string | null;
}

/** Of a batch delete: what could not be deleted, and why. Missing keys count as deleted. */
export interface DeleteReport {
  readonly failed: readonly { readonly key: string; readonly message: string }[];
}

/**
 * Immutable objects by key.
 *
 * Atomicity: a put is seen whole or not at all, also after a crash in the middle; the last of two puts stands.
 * A body in chunks is taken one chunk after the other and becomes the object after the last; if its iteration fails, the put rejects with that
 * error and nothing is stored. Either way, and when the put is aborted, the iteration is ended. Where the put is refused, it may not begin at all.
 * With `ifAbsent` exactly one of many concurrent puts is stored. Reads after a put see it (strong consistency, as S3).
 * Keys are relative, `/` separated, 1 to 1,024 bytes of UTF-8, without NUL and without empty, `.` or `..` segments: anything else is
 * `INVALID_KEY`, as is a prefix that no key can start with. Do not use a key that is also a folder of other keys (`a` beside `a/b`): a store may refuse it.
 * Missing: get, getRange and head of a missing key fail with `OBJECT_NOT_FOUND`; list of an unknown prefix is empty.
 * Bytes: a body must not change until the put has settled; what a read returns belongs to the caller, in a buffer of its own that can be transferred.
 * Abort: an aborted call rejects with the signal's reason; whether an aborted put was stored is unknown.
 */
export interface ObjectStore {
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<PutResult>;
  get(key: string, options?: ReadOptions): Promise<Uint8Array>;
  /** Bytes `[start, end)`, which may be empty; an end past the object's is `RANGE_NOT_SATISFIABLE`, never a short answer. */
  getRange(key: string, start: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
  head(key: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectInfo>;
  /** Objects whose key starts with `prefix`, in key order, at most `limit` (default 1,000) after key `after`. Only `next: null` tells the last page. */
  list(prefix: string, options?: { readonly after?: string; readonly limit?: number; readonly signal?: AbortSignal }): Promise<ListPage>;
  deleteMany(keys: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<DeleteReport>;
}
