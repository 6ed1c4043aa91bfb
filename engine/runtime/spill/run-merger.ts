import { END_OF_RECORDS } from './end-of-records.ts';
import { type CompareRecords, mergeRuns } from './merge-runs.ts';
import { MERGE_FAN_IN, type Run, type RunCursor, readRun, writeRun } from './run.ts';
import type { SpillSpace } from './spill-space.ts';

/**
 * Sorted runs, given in the order in which equal records are to come, as one cursor. Neighbours are merged into longer runs first while there
 * are too many of them.
 * ```
 *   run run run run run run run …        more than 64
 *   └── merged ───┘ └── merged ──┘ …     into runs of the file `into`
 *   └────────────── merged ──────────▶   at most 64, as they are read
 * ```
 */
export function mergedCursor(
  space: SpillSpace,
  runs: readonly Run[],
  { compare, into }: { readonly compare: CompareRecords; readonly into: string },
): RunCursor {
  const left = [...runs];
  let at = 0;
  while (left.length > MERGE_FAN_IN) {
    if (at + 1 >= left.length) at = 0;
    // Not more than needed: what is merged here is written once more.
    const count = Math.min(MERGE_FAN_IN, left.length - MERGE_FAN_IN + 1, left.length - at);
    const merged = writeRun(space, into, recordsOf(open(space, left.slice(at, at + count), compare)));
    left.splice(at, count, merged as Run);
    at += 1;
  }
  return open(space, left, compare);
}

function open({ scratch }: SpillSpace, runs: readonly Run[], compare: CompareRecords): RunCursor {
  return mergeRuns(
    runs.map((run) => readRun(run, scratch)),
    compare,
  );
}

/** What a cursor gives, to its end. */
export function* recordsOf(cursor: RunCursor): Generator<unknown, void, undefined> {
  for (let record = cursor.next(); record !== END_OF_RECORDS; record = cursor.next()) yield record;
}
