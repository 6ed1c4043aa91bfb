import { heapBytesOf } from '../../records/heap-bytes.ts';
import { createSizeTracker } from '../../records/size-tracker.ts';
import { END_OF_RECORDS } from './end-of-records.ts';
import { cursorOver, type Run, type RunCursor, readRun, runBytes, writeRun } from './run.ts';
import type { SpillSpace } from './spill-space.ts';

/** Of a record in an array that grows by halves. */
const BYTES_PER_PLACE = 12;

/** Records to be read again, any number of times, in the order in which they came: in memory where they fit. */
export interface RecordSpool {
  add(record: unknown): void;
  /** The records in memory when these are all; else null. */
  array(): readonly unknown[] | null;
  /** All records so far, from the first. */
  open(): RunCursor;
  /** Nothing comes any more: from now on the memory is counted against what all spools of the task may hold together. */
  finish(): void;
  /** Removes what is on disk and in memory. */
  drop(): void;
}

/**
 * ```
 *   add ─▶ array ──share full──▶ run on disk, run on disk …      open ─▶ the runs, then the array
 * ```
 */
export function createRecordSpool(space: SpillSpace): RecordSpool {
  const tracker = createSizeTracker();
  const runs: Run[] = [];
  let records: unknown[] = [];
  let file: string | null = null;
  let counted = 0;

  const spill = (forced: boolean): void => {
    file ??= space.newFile();
    const run = writeRun(space, file, records);
    if (run !== null) {
      runs.push(run);
      space.spilled({ memoryBytes: tracker.bytes, diskBytes: runBytes(run), forced });
    }
    records = [];
    tracker.clear();
  };
  return {
    add(record) {
      records.push(record);
      tracker.countdown -= 1;
      if (tracker.countdown > 0) return;
      const why = space.mustSpill(tracker.measured(heapBytesOf(record) + BYTES_PER_PLACE));
      if (why !== null) spill(why === 'forced');
    },
    array: () => (runs.length === 0 ? records : null),
    open: () => chained([...runs.map((run) => () => readRun(run, space.scratch)), () => cursorOver(records)]),
    finish() {
      if (space.keepSpooled(tracker.bytes)) counted = tracker.bytes;
      else spill(false);
    },
    drop() {
      space.releaseSpooled(counted);
      counted = 0;
      records = [];
      runs.length = 0;
      if (file !== null) space.scratch.drop(file);
    },
  };
}

function chained(openers: readonly (() => RunCursor)[]): RunCursor {
  let at = 0;
  let cursor: RunCursor | null = null;
  return {
    next() {
      for (;;) {
        cursor ??= (openers[at] as () => RunCursor)();
        const record = cursor.next();
        if (record !== END_OF_RECORDS || at + 1 >= openers.length) return record;
        at += 1;
        cursor = null;
      }
    },
  };
}
