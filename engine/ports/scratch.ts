/**
 * Temporary bytes of one attempt, such as spilled runs: gone with the attempt, seen by nobody else.
 *
 * Files are named by 1 to 100 letters, digits, `.`, `_` and `-`, not starting with a dot (`INVALID_KEY`); the first append makes one.
 * Ordering: appends to one file stand in the order of the calls, also when none was awaited.
 * Bounded: an append that would pass `limitBytes` over all files fails with `SCRATCH_FULL` and stores nothing.
 * Missing: a read of a missing file fails with `OBJECT_NOT_FOUND`, a range past its end with `RANGE_NOT_SATISFIABLE`.
 * Bytes: appended bytes must not change until the append has settled; what a read returns belongs to the caller.
 * After `dropAll`, which is idempotent and waits for what runs, everything is gone and other calls fail with `SCRATCH_DROPPED`.
 * Abort: an aborted call rejects with the signal's reason; whether an aborted append was stored is unknown.
 */
export interface Scratch {
  /** Gives the offset in the file at which the bytes stand. */
  append(file: string, bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<number>;
  /** Bytes `[start, end)` of what was appended before. */
  read(file: string, start: number, end: number, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
  /** Bytes held at present, over all files. */
  usedBytes(): number;
  dropAll(): Promise<void>;
}
