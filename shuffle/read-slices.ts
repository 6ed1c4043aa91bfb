import type { ExchangeReadOptions } from '../engine/ports/exchange.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import { createBlockAssembler } from '../engine/records/block-assembler.ts';
import { decodeBodyLoading } from '../engine/records/decode-body.ts';
import type { PrepareRecords } from '../engine/records/tagged-codec.ts';
import type { MapOutputSlice } from '../engine/types/task.ts';
import { assemblePiece, fetchPiece, piecesOf, type SlicePiece } from './fetch-slice.ts';

export interface ReadSetup {
  /** Bytes asked for or waiting for the consumer. */
  readonly maxBytesInFlight: number;
  readonly maxReadsInFlight: number;
  /** Loads what records of classes need. */
  readonly prepare: PrepareRecords;
}

interface Pending {
  readonly piece: SlicePiece;
  readonly fetched: Promise<Uint8Array>;
}

/**
 * Records of the slices, a block at a time, in the order of the slices. Later slices are read while earlier ones are consumed; a slice of
 * more than half of the bytes that may be in flight is read in pieces. When the consumer stops, or a read fails, reads in flight are
 * aborted and waited for.
 */
export async function* readSlices(
  objects: ObjectStore,
  slices: readonly MapOutputSlice[],
  options: ExchangeReadOptions & ReadSetup,
): AsyncGenerator<readonly unknown[], void, undefined> {
  const abort = new AbortController();
  const signal = AbortSignal.any([options.signal, abort.signal]);
  const maxBytesInFlight = Math.max(1, Math.min(options.maxBytesInFlight, options.memoryBytes));
  const pieces = piecesOf(slices, Math.ceil(maxBytesInFlight / 2));
  const assembler = createBlockAssembler();
  const pending: Pending[] = [];
  let next = pieces.next();
  let bytesInFlight = 0;

  function readAhead(): void {
    while (next.done !== true && pending.length < options.maxReadsInFlight) {
      const piece = next.value;
      const byteLength = piece.end - piece.start;
      if (pending.length > 0 && bytesInFlight + byteLength > maxBytesInFlight) return;
      const fetched = fetchPiece(objects, piece, signal);
      // It is awaited in its turn; until then a failure is not unhandled.
      fetched.catch(() => undefined);
      pending.push({ piece, fetched });
      bytesInFlight += byteLength;
      next = pieces.next();
    }
  }

  try {
    for (;;) {
      options.signal.throwIfAborted();
      readAhead();
      const head = pending[0];
      if (head === undefined) return;
      const { piece } = head;
      const { bytes, blocks } = await assemblePiece(objects, assembler, { piece, bytes: await head.fetched, signal });
      for (const block of blocks) {
        options.signal.throwIfAborted();
        const records = await decodeBodyLoading(bytes, block, options);
        options.onRead(block.bodyEnd - block.start, records.length);
        yield records;
      }
      pending.shift();
      bytesInFlight -= piece.end - piece.start;
    }
  } finally {
    abort.abort();
    await Promise.allSettled(pending.map((read) => read.fetched));
  }
}
