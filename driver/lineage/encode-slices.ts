import { hash } from 'node:crypto';
import { encodeBlock } from '../../engine/records/block.ts';
import type { EncodedSlices } from './lineage-node.ts';

/** Encodes the records of `parallelize`, slice i of n being `[floor(i·len/n), floor((i+1)·len/n))`; empty slices take no bytes. */
export function encodeSlices(records: readonly unknown[], numSlices: number): EncodedSlices {
  const blocks: Uint8Array[] = [];
  const offsets = [0];
  let end = 0;
  for (let i = 0; i < numSlices; i++) {
    const slice = records.slice(Math.floor((i * records.length) / numSlices), Math.floor(((i + 1) * records.length) / numSlices));
    if (slice.length > 0) {
      const block = encodeBlock(slice);
      blocks.push(block);
      end += block.length;
    }
    offsets.push(end);
  }
  const bytes = Buffer.concat(blocks);
  return { bytes, offsets, hash: hash('sha256', bytes, 'hex') };
}
