import { hashKey } from '../../records/hash-key.ts';
import { equalKeys } from '../../records/key-token.ts';
import { END_OF_RECORDS } from './end-of-records.ts';
import { createExternalSorter } from './external-sorter.ts';
import { cursorOver, type Run, type RunCursor, runBytes, writeRun } from './run.ts';
import { mergedCursor, recordsOf } from './run-merger.ts';
import type { SpillSpace } from './spill-space.ts';

/** A part of what an operator holds of a key; `seq` numbers the keys by first appearance. */
export type KeyedPiece = readonly [seq: number, key: unknown, piece: unknown];

type HashedPiece = readonly [hash: number, seq: number, key: unknown, piece: unknown];

/** What is wanted of keys that were marked (or not): `marked` gives each key once. */
export type MarkPolicy = 'all' | 'unmarked' | 'marked';

export interface SpillCause {
  /** What the table takes, by estimate. */
  readonly memoryBytes: number;
  readonly forced: boolean;
}

/** Tables of keys that did not fit, on disk, and all of them together in the order of the keys' first appearance. */
export interface KeyedRuns {
  readonly isEmpty: boolean;
  /** Writes what a table holds of its keys, in their order; the pieces of a key, named by its place, come out again one after the other. */
  spill(keys: readonly unknown[], piecesOf: (place: number) => Iterable<unknown>, cause: SpillCause): void;
  /** Marks these keys. */
  spillMarks(keys: readonly unknown[], cause: SpillCause): void;
  /** `KeyedPiece`s: keys by first appearance, the pieces of a key in the order in which they were spilled. Nothing is spilled after it. */
  inOrder(policy: MarkPolicy): RunCursor;
  /** Removes what is on disk. */
  drop(): void;
}

/** Seq of a mark. */
const MARK = -1;

/**
 * A key may stand in several tables. Sorted by hash they bring its pieces together, and it gets its number: that of its first appearance.
 * Sorted by these numbers, the keys come out in the order in which a table that never spilled would hold them.
 * ```
 *   table ─▶ run by hash ─┐
 *   table ─▶ run by hash ─┼─ merge: one number a key ─▶ sort by number ─▶ pieces in order
 *   marks ─▶ run by hash ─┘
 * ```
 */
export function createKeyedRuns(space: SpillSpace): KeyedRuns {
  // Merging and sorting go on at the same time: half of the memory for each.
  const half = space.withShare(space.shareBytes / 2);
  const sorter = createExternalSorter(half, { compare: bySeq });
  const [file, into] = [space.newFile(), space.newFile()];
  const runs: Run[] = [];
  const marks: Run[] = [];
  let nextSeq = 0;

  const write = (to: Run[], pieces: Iterable<HashedPiece>, { memoryBytes, forced }: SpillCause): void => {
    const run = writeRun(half, file, pieces);
    if (run === null) return;
    to.push(run);
    space.spilled({ memoryBytes, diskBytes: runBytes(run), forced });
  };
  const drop = (): void => {
    space.scratch.drop(file);
    space.scratch.drop(into);
  };
  return {
    get isEmpty() {
      return runs.length === 0;
    },
    spill(keys, piecesOf, cause) {
      write(runs, hashedPieces(keys, { firstSeq: nextSeq, piecesOf }), cause);
      nextSeq += keys.length;
    },
    spillMarks(keys, cause) {
      write(marks, hashedPieces(keys, { firstSeq: null, piecesOf: () => [null] }), cause);
    },
    inOrder(policy) {
      // Marks first: of each key they are known before its pieces come.
      const merged = mergedCursor(half, [...marks, ...runs], { compare: byHash, into });
      for (const piece of recordsOf(numbered(merged, policy))) sorter.add(piece);
      drop();
      const sorted = sorter.finish();
      return sorted.kind === 'array' ? cursorOver(sorted.records) : sorted.cursor;
    },
    drop() {
      drop();
      sorter.drop();
    },
  };
}

const byHash = (a: HashedPiece, b: HashedPiece): number => a[0] - b[0];
const bySeq = (a: KeyedPiece, b: KeyedPiece): number => a[0] - b[0];

/** Hash and place of a key in one number: hashes have 32 bits, a double holds 53. */
const MAX_KEYS = 2 ** 21;

/** The pieces of all keys, by the keys' hashes. */
function* hashedPieces(
  keys: readonly unknown[],
  { firstSeq, piecesOf }: { readonly firstSeq: number | null; readonly piecesOf: (place: number) => Iterable<unknown> },
): Generator<HashedPiece, void, undefined> {
  for (const [hash, place] of placesByHash(keys)) {
    const seq = firstSeq === null ? MARK : firstSeq + place;
    for (const piece of piecesOf(place)) yield [hash, seq, keys[place], piece];
  }
}

function* placesByHash(keys: readonly unknown[]): Generator<readonly [hash: number, place: number], void, undefined> {
  if (keys.length <= MAX_KEYS) {
    const places = Float64Array.from(keys, (key, place) => hashKey(key) * MAX_KEYS + place).sort();
    for (const place of places) yield [Math.floor(place / MAX_KEYS), place % MAX_KEYS];
    return;
  }
  const hashes = keys.map((key) => hashKey(key));
  for (const place of keys.map((_, at) => at).sort((a, b) => (hashes[a] as number) - (hashes[b] as number) || a - b))
    yield [hashes[place] as number, place];
}

interface KnownKey {
  readonly key: unknown;
  readonly marked: boolean;
  seq: number | null;
}

/** Gives each key its number. Pieces come by hash, those of a key in order, marks before them; few keys share a hash. */
function numbered(cursor: RunCursor, policy: MarkPolicy): RunCursor {
  let hash = -1;
  let known: KnownKey[] = [];

  const take = ([itsHash, seq, key, piece]: HashedPiece): KeyedPiece | null => {
    if (itsHash !== hash) {
      hash = itsHash;
      known = [];
    }
    let found = known.find((each) => equalKeys(each.key, key));
    if (found === undefined) {
      found = { key, marked: seq === MARK, seq: null };
      known.push(found);
    }
    if (seq === MARK) return null;
    const isFirst = found.seq === null;
    found.seq ??= seq;
    if (policy === 'unmarked' ? found.marked : policy === 'marked' && !(found.marked && isFirst)) return null;
    return [found.seq, found.marked ? key : found.key, piece];
  };
  return {
    next() {
      for (;;) {
        const record = cursor.next();
        if (record === END_OF_RECORDS) return END_OF_RECORDS;
        const piece = take(record as HashedPiece);
        if (piece !== null) return piece;
      }
    },
  };
}
