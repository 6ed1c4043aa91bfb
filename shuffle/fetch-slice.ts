import { errorCode, LevinError } from '../engine/errors/levin-error.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import { type BlockHeader, parseBlocks } from '../engine/records/block-format.ts';
import type { LostOutput } from '../engine/types/failure.ts';
import type { MapOutputSlice } from '../engine/types/task.ts';

/** A slice in memory, every block of it checked. */
export interface FetchedSlice {
  readonly bytes: Uint8Array;
  readonly blocks: readonly BlockHeader[];
}

const READS = 2;

/** Codes that say of committed output: what was written is not there any more. Others are the store's trouble, not the producer's. */
const lostCodes: ReadonlySet<string> = new Set(['OBJECT_NOT_FOUND', 'RANGE_NOT_SATISFIABLE', 'CORRUPT_DATA']);

/** Bytes of the slice, 0 for one without records. */
export function sliceBytes(slice: MapOutputSlice): number {
  const { offsets } = slice;
  return offsets.length < 2 ? 0 : (offsets.at(-1) as number) - (offsets[0] as number);
}

/**
 * One ranged read, whatever number of partitions the slice has. When the object is gone or a block fails its checksum it is read once more;
 * then `FETCH_FAILED` names the producer in `details.lost`.
 */
export async function fetchSlice(objects: ObjectStore, slice: MapOutputSlice, signal: AbortSignal): Promise<FetchedSlice> {
  const start = slice.offsets[0] as number;
  const end = slice.offsets.at(-1) as number;
  for (let read = 1; ; read++) {
    try {
      const bytes = await objects.getRange(slice.key, start, end, { signal });
      return { bytes, blocks: parseBlocks(bytes) };
    } catch (error) {
      if (!lostCodes.has(errorCode(error) ?? '')) throw error;
      if (read === READS) throw fetchFailed(slice, error);
    }
  }
}

function fetchFailed(slice: MapOutputSlice, cause: unknown): LevinError {
  const lost: LostOutput = { stageId: slice.stageId, partition: slice.mapPartition, generation: slice.generation };
  return new LevinError({
    code: 'FETCH_FAILED',
    fault: 'transient',
    message:
      `The output of map task ${slice.mapPartition} (stage ${slice.stageId}, generation ${slice.generation}) cannot be read: ` +
      `${cause instanceof Error ? cause.message : String(cause)} It was read twice. The task has to run again.`,
    details: { lost: [lost] },
    cause,
  });
}
