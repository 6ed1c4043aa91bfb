/**
 * Temporary bytes of one attempt, such as spilled runs: gone with the attempt, seen by nobody else.
 *
 * Always local, and synchronous: records are spilled in the middle of loops that await nothing, and a worker thread has nothing else to do.
 * Files are named by 1 to 100 letters, digits, `.`, `_` and `-`, not starting with a dot (`INVALID_KEY`); the first append makes one.
 * Each file may hold an open descriptor: put many runs into one file and remember their ranges.
 * Bounded: an append that would pass the limit over all files, or that the disk has no room for, fails with `SCRATCH_FULL` and stores nothing.
 * Missing: a read of a missing file fails with `OBJECT_NOT_FOUND`, a range past its end with `RANGE_NOT_SATISFIABLE`.
 * Dropped: a file that `drop` removed is missing, and an append begins it anew; dropping a missing file does nothing.
 * Bytes: belong to the caller on both sides; changing them after the call changes nothing that is stored.
 * After `dropAll`, which is idempotent, everything is gone and other calls fail with `SCRATCH_DROPPED`.
 */
export interface Scratch {
  /** Gives the offset in the file at which the bytes stand. */
  append(file: string, bytes: Uint8Array): number;
  /** Bytes `[start, end)` of what was appended. */
  read(file: string, start: number, end: number): Uint8Array;
  /** Removes one file, so that its space can be used again. */
  drop(file: string): void;
  /** Bytes held at present, over all files. */
  usedBytes(): number;
  dropAll(): void;
}
