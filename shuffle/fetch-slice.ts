import { errorCode, LevinError } from '../engine/errors/levin-error.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { Assembled, BlockAssembler } from '../engine/records/block-assembler.ts';
import type { LostOutput } from '../engine/types/failure.ts';
import type { MapOutputSlice } from '../engine/types/task.ts';

/** Bytes `[start, end)` of a map output, all or some of a slice of it. */
export interface SlicePiece {
  readonly slice: MapOutputSlice;
  readonly start: number;
  readonly end: number;
  /** Bytes of the slice after these. */
  readonly bytesToCome: number;
}

const READS = 2;

/** Codes that say of committed output: what was written is not there any more. Others are the store's trouble, not the producer's. */
const lostCodes: ReadonlySet<string> = new Set(['OBJECT_NOT_FOUND', 'RANGE_NOT_SATISFIABLE', 'CORRUPT_DATA']);

/**
 * The ranged reads that slices take: one for each, whatever number of partitions it has; a slice of more than `pieceBytes` is cut.
 * Slices without records take none.
 */
export function* piecesOf(slices: readonly MapOutputSlice[], pieceBytes: number): Generator<SlicePiece, void, undefined> {
  for (const slice of slices) {
    const sliceEnd = slice.offsets.at(-1) ?? 0;
    for (let start = slice.offsets[0] ?? 0; start < sliceEnd; start += pieceBytes) {
      const end = Math.min(sliceEnd, start + pieceBytes);
      yield { slice, start, end, bytesToCome: sliceEnd - end };
    }
  }
}

/** Reads a piece. When the object is gone or too short it is read once more; then `FETCH_FAILED` names the producer in `details.lost`. */
export async function fetchPiece(objects: ObjectStore, piece: SlicePiece, signal: AbortSignal): Promise<Uint8Array> {
  for (let read = 1; ; read++) {
    try {
      return await objects.getRange(piece.slice.key, piece.start, piece.end, { signal });
    } catch (error) {
      if (!lostCodes.has(errorCode(error) ?? '')) throw error;
      if (read === READS) throw fetchFailed(piece.slice, error);
    }
  }
}

/**
 * The blocks that are whole with this piece. When one fails its checksum, all bytes that it may be made of are read once more;
 * then `FETCH_FAILED` as above.
 */
export async function assemblePiece(
  objects: ObjectStore,
  assembler: BlockAssembler,
  { piece, bytes, signal }: { readonly piece: SlicePiece; readonly bytes: Uint8Array; readonly signal: AbortSignal },
): Promise<Assembled> {
  try {
    return assembler.take(bytes, piece.bytesToCome);
  } catch (error) {
    if (errorCode(error) !== 'CORRUPT_DATA') throw error;
  }
  const again = { ...piece, start: piece.start - assembler.waitingBytes };
  assembler.drop();
  const fresh = await fetchPiece(objects, again, signal);
  try {
    return assembler.take(fresh, piece.bytesToCome);
  } catch (error) {
    throw errorCode(error) === 'CORRUPT_DATA' ? fetchFailed(piece.slice, error) : error;
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
