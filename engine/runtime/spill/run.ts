import type { Scratch } from '../../ports/scratch.ts';
import { parseBlock } from '../../records/block-format.ts';
import { createBlockWriter } from '../../records/block-writer.ts';
import { decodeBody } from '../../records/decode-body.ts';
import { END_OF_RECORDS } from './end-of-records.ts';
import type { SpillSpace } from './spill-space.ts';

/** Records on disk, in order: blocks one after the other in a scratch file. */
export interface Run {
  readonly file: string;
  /** Offsets in the file: block i is `[borders[i], borders[i + 1])`. */
  readonly borders: readonly number[];
}

/** Runs that are merged at once; more are merged in several passes. */
export const MERGE_FAN_IN = 64;
/** Decoded, a block takes about so many times its bytes. */
const DECODED_FACTOR = 6;
/** A little less than a power of two: the buffer that a block grows in is one. */
const MAX_BLOCK_BYTES = 245_760;

/** So large that a block of each run that is merged fits the memory of one operator, decoded. */
function blockBytesFor({ shareBytes }: SpillSpace): number {
  return Math.min(MAX_BLOCK_BYTES, Math.floor(shareBytes / (MERGE_FAN_IN * DECODED_FACTOR)));
}

/** What one record of a run should take in memory at most: larger ones are cut into pieces where they can be. */
export function pieceBytesOf(space: SpillSpace): number {
  return Math.max(1, blockBytesFor(space) * DECODED_FACTOR);
}

/** Appends records to a scratch file as a run; null when there are none. */
export function writeRun(space: SpillSpace, file: string, records: Iterable<unknown>): Run | null {
  const blockBytes = blockBytesFor(space);
  const writer = createBlockWriter();
  const borders: number[] = [];
  let end = 0;
  const flush = (): void => {
    const block = writer.finish();
    const start = space.scratch.append(file, block);
    if (borders.length === 0) borders.push(start);
    end = start + block.byteLength;
    borders.push(end);
  };
  for (const record of records) {
    writer.push(record);
    if (writer.byteLength >= blockBytes) flush();
  }
  if (writer.recordCount > 0) flush();
  return borders.length === 0 ? null : { file, borders };
}

export function runBytes({ borders }: Run): number {
  return (borders.at(-1) as number) - (borders[0] as number);
}

/** The records of a run one by one, a block in memory. */
export interface RunCursor {
  /** `END_OF_RECORDS` behind the last one. */
  next(): unknown;
}

/** Records that are in memory. */
export function cursorOver(records: readonly unknown[]): RunCursor {
  let at = 0;
  return { next: () => (at < records.length ? records[at++] : END_OF_RECORDS) };
}

export function readRun({ file, borders }: Run, scratch: Scratch): RunCursor {
  let records: readonly unknown[] = [];
  let at = 0;
  let block = 0;
  return {
    next() {
      if (at < records.length) return records[at++];
      if (block + 1 >= borders.length) return END_OF_RECORDS;
      const bytes = scratch.read(file, borders[block] as number, borders[block + 1] as number);
      // Classes of these records are loaded: they were here when they were written.
      records = decodeBody(bytes, parseBlock(bytes, 0));
      block += 1;
      at = 1;
      return records[0];
    },
  };
}
