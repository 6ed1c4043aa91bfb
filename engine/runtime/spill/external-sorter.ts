import { heapBytesOf } from '../../records/heap-bytes.ts';
import { createSizeTracker } from '../../records/size-tracker.ts';
import type { CompareRecords } from './merge-runs.ts';
import { type Run, type RunCursor, runBytes, writeRun } from './run.ts';
import { mergedCursor } from './run-merger.ts';
import type { SpillSpace } from './spill-space.ts';

/** Beside the record itself: its place in the array, which grows by halves, and in those that sorting needs. */
const BYTES_PER_PLACE = 28;

export interface SorterOptions {
  readonly compare: CompareRecords;
  /** What memory holds, in the order of `compare`, stable; may change the array it gets. Default: the array's own way. */
  readonly sort?: (records: unknown[]) => unknown[];
}

/** Sorts any number of records within the memory of one operator; equal ones keep their order. */
export interface ExternalSorter {
  add(record: unknown): void;
  /** All records in order: as an array when they fit, else as a cursor over sorted runs. Nothing is added after it. */
  finish(): { readonly kind: 'array'; readonly records: unknown[] } | { readonly kind: 'cursor'; readonly cursor: RunCursor };
  /** Removes what is on disk. */
  drop(): void;
}

/**
 * ```
 *   add ─▶ array ──share full──▶ sort ─▶ run on disk
 *                                        run on disk  ─▶ merge ─▶ cursor
 *          what is left ───────▶ sort ─▶ run on disk
 * ```
 */
export function createExternalSorter(
  space: SpillSpace,
  { compare, sort = (records) => records.sort(compare as never) }: SorterOptions,
): ExternalSorter {
  const tracker = createSizeTracker();
  const runs: Run[] = [];
  const files: string[] = [];
  let records: unknown[] = [];

  const fileAt = (index: number): string => {
    files[index] ??= space.newFile();
    return files[index];
  };
  const spill = (forced: boolean): void => {
    const run = writeRun(space, fileAt(0), sort(records));
    if (run !== null) {
      runs.push(run);
      space.spilled({ memoryBytes: tracker.bytes, diskBytes: runBytes(run), forced });
    }
    records = [];
    tracker.clear();
  };
  const look = (record: unknown): void => {
    const bytes = tracker.measured(heapBytesOf(record) + BYTES_PER_PLACE);
    const why = space.mustSpill(bytes);
    if (why !== null) spill(why === 'forced');
  };
  return {
    add(record) {
      records.push(record);
      tracker.countdown -= 1;
      if (tracker.countdown === 0) look(record);
    },
    finish() {
      if (runs.length === 0) {
        return { kind: 'array', records: sort(records) };
      }
      spill(false);
      return { kind: 'cursor', cursor: mergedCursor(space, runs, { compare, into: fileAt(1) }) };
    },
    drop() {
      records = [];
      for (const file of files.splice(0)) if (file !== undefined) space.scratch.drop(file);
    },
  };
}
