import type { ObjectChunks } from '../engine/ports/object-body.ts';
import { addToChecksum, checksumHex, type RecordChecksum } from '../engine/records/record-checksum.ts';
import { encodeFooter } from './map-output-format.ts';
import type { BufferedOutput, PartitionOutput } from './partition-buffers.ts';

export interface MapOutput {
  /** The whole object (map-output-format.ts). */
  readonly body: ObjectChunks;
  readonly offsets: readonly number[];
  /** Over the records and the partitions they are in, not over their order, hex. */
  readonly checksum: string;
}

/** Blocks smaller than this are put together: a store writes each chunk by itself. */
const CHUNK_BYTES = 262_144;

/** The blocks of all partitions, in order, and the footer as one object. What was spilled is read when its turn comes. */
export function assembleMapOutput({ partitions, spilled }: BufferedOutput): MapOutput {
  const offsets = [0];
  let end = 0;
  for (const [partition, output] of partitions.entries()) {
    end += spilled.bytesOf(partition);
    for (const block of output?.blocks ?? []) end += block.byteLength;
    offsets.push(end);
  }
  const footer = encodeFooter(offsets);

  function* pieces(): Iterable<Uint8Array> {
    const spilledOf = spilled.open();
    for (const [partition, output] of partitions.entries()) {
      if (output === null) continue;
      yield* spilledOf(partition);
      yield* output.blocks;
    }
    yield footer;
  }
  const body: ObjectChunks = { byteLength: end + footer.byteLength, [Symbol.iterator]: () => inChunks(pieces()) };
  return { body, offsets, checksum: overallChecksum(partitions) };
}

/** Gathers small pieces into one buffer, which each chunk uses again; large ones are given as they are. */
function* inChunks(pieces: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  for (const piece of pieces) {
    if (filled > 0 && filled + piece.byteLength > CHUNK_BYTES) {
      yield buffer.subarray(0, filled);
      filled = 0;
    }
    if (piece.byteLength >= CHUNK_BYTES / 2) {
      if (filled > 0) yield buffer.subarray(0, filled);
      filled = 0;
      yield piece;
    } else {
      buffer.set(piece, filled);
      filled += piece.byteLength;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

/** Which partition a record went to counts, its place in there does not: a record that moved is as bad for its readers as one that changed. */
function overallChecksum(partitions: readonly (PartitionOutput | null)[]): string {
  const overall: RecordChecksum = { low: 0, high: 0 };
  for (const [index, partition] of partitions.entries()) {
    if (partition === null) continue;
    let hash = Math.imul(index + 1, 0x9e3779b1);
    hash = Math.imul(hash ^ partition.checksum.low, 0x01000193);
    hash = Math.imul(hash ^ partition.checksum.high, 0x01000193);
    addToChecksum(overall, hash);
  }
  return checksumHex(overall);
}
