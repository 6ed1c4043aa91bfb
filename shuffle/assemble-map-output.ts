import { addToChecksum, checksumHex, type RecordChecksum } from '../engine/records/record-checksum.ts';
import { encodeFooter } from './map-output-format.ts';
import type { PartitionOutput } from './partition-buffers.ts';

export interface MapOutput {
  /** The whole object (map-output-format.ts). */
  readonly body: Uint8Array;
  readonly offsets: readonly number[];
  /** Over the records and the partitions they are in, not over their order, hex. */
  readonly checksum: string;
}

/** Puts the blocks of all partitions, in order, and the footer into one object. */
export function assembleMapOutput(partitions: readonly (PartitionOutput | null)[]): MapOutput {
  const offsets = [0];
  let end = 0;
  for (const partition of partitions) {
    for (const block of partition?.blocks ?? []) end += block.byteLength;
    offsets.push(end);
  }
  const footer = encodeFooter(offsets);
  const body = new Uint8Array(end + footer.byteLength);
  let position = 0;
  for (const partition of partitions) {
    for (const block of partition?.blocks ?? []) {
      body.set(block, position);
      position += block.byteLength;
    }
  }
  body.set(footer, end);
  return { body, offsets, checksum: overallChecksum(partitions) };
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
