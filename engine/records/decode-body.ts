import { Unpackr } from 'msgpackr';
import { type BlockHeader, corruptBlock, FLAG_TAGGED } from './block-format.ts';
import { recordCodec } from './record-codec.ts';
import type { TaggedCodec } from './tagged-codec.ts';

const unpackr: Unpackr = new Unpackr({ mapsAsObjects: true });

/** The records of a block whose header `parseBlock` or `parseBlocks` read from the same bytes. */
export function decodeBody(bytes: Uint8Array, header: BlockHeader, codec: TaggedCodec = recordCodec): unknown[] {
  const records = unpackBody(bytes, header);
  if (!Array.isArray(records) || records.length !== header.recordCount) {
    throw corruptBlock(header.bodyStart, `its header counts ${header.recordCount} records, its body holds something else`);
  }
  if ((header.flags & FLAG_TAGGED) === 0) return records;
  for (let i = 0; i < records.length; i++) {
    const record: unknown = records[i];
    if (record instanceof Uint8Array) records[i] = codec.decode(record);
  }
  return records;
}

/** A body whose checksum is right was written by us; what msgpackr cannot read then is damaged all the same, never a crash. */
function unpackBody(bytes: Uint8Array, header: BlockHeader): unknown {
  try {
    return unpackr.unpack(bytes.subarray(header.bodyStart, header.bodyEnd));
  } catch (error) {
    throw corruptBlock(header.bodyStart, 'its body is not what a writer of records writes', error);
  }
}
