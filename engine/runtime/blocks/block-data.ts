import type { Scratch } from '../../ports/scratch.ts';
import { parseBlock } from '../../records/block-format.ts';
import { createBlockWriter } from '../../records/block-writer.ts';
import { decodeBody } from '../../records/decode-body.ts';
import type { Batch, RecordStream } from '../record-path/record-stream.ts';
import { recordsStream } from '../record-path/record-stream.ts';

/** The records of a kept partition: as they are, or encoded in pieces, in Buffers or in a scratch file. */
export type BlockData =
  | { readonly kind: 'records'; readonly records: Batch; readonly bytes: number }
  | { readonly kind: 'encoded'; readonly pieces: readonly Uint8Array[]; readonly bytes: number }
  /** Piece i is `[borders[i], borders[i + 1])` of the file. */
  | { readonly kind: 'disk'; readonly file: string; readonly borders: readonly number[]; readonly bytes: number };

/** A piece is decoded at once. A little less than a power of two: the buffer that it grows in is one. */
export const PIECE_BYTES = 245_760;

/** Takes encoded pieces of one partition to disk. */
export interface PieceFile {
  append(piece: Uint8Array): void;
  /** All that was appended. */
  data(): Extract<BlockData, { kind: 'disk' }>;
}

export function openPieceFile({ file, scratch }: { readonly file: string; readonly scratch: Scratch }): PieceFile {
  scratch.drop(file);
  const borders = [0];
  return {
    append(piece) {
      borders.push(scratch.append(file, piece) + piece.byteLength);
    },
    data: () => ({ kind: 'disk', file, borders: [...borders], bytes: borders.at(-1) as number }),
  };
}

/** The same block on disk; null: it cannot be there, for want of space or because a record cannot be encoded. */
export function moveToDisk(data: BlockData, to: { readonly file: string; readonly scratch: Scratch }): BlockData | null {
  try {
    const file = openPieceFile(to);
    for (const piece of piecesOf(data)) file.append(piece);
    return file.data();
  } catch {
    // A block that is not kept is computed again: nobody has to be told of more than that.
    to.scratch.drop(to.file);
    return null;
  }
}

function* piecesOf(data: BlockData): Iterable<Uint8Array> {
  if (data.kind === 'encoded') yield* data.pieces;
  if (data.kind !== 'records') return;
  const writer = createBlockWriter();
  for (const record of data.records) {
    writer.push(record);
    if (writer.byteLength >= PIECE_BYTES) yield writer.finish();
  }
  if (writer.recordCount > 0) yield writer.finish();
}

export function dropData(data: BlockData, scratch: Scratch | null): void {
  if (data.kind === 'disk') scratch?.drop(data.file);
}

/** The records of a block. What lies in memory as it is comes whole, and is not copied. */
export function blockStream(data: BlockData, scratch: () => Scratch): RecordStream {
  switch (data.kind) {
    case 'records':
      return recordsStream(data.records);
    case 'encoded':
      return pieceStream(data.pieces.length, (i) => data.pieces[i] as Uint8Array);
    case 'disk': {
      const { file, borders } = data;
      return pieceStream(borders.length - 1, (i) => scratch().read(file, borders[i] as number, borders[i + 1] as number));
    }
  }
}

function pieceStream(count: number, read: (i: number) => Uint8Array): RecordStream {
  let at = 0;
  return {
    prepare: async () => undefined,
    pull() {
      if (at >= count) return null;
      const piece = read(at);
      at += 1;
      // Classes of these records are loaded: they were here when they were written.
      return decodeBody(piece, parseBlock(piece, 0));
    },
    async close() {
      at = count;
    },
  };
}
