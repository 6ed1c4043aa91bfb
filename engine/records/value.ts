import { decodeBlock, encodeBlock } from './block.ts';
import { corruptBlock } from './block-format.ts';
import { recordCodec } from './record-codec.ts';
import type { TaggedCodec } from './tagged-codec.ts';

/** One value in the format of records: a block that holds it alone. */
export function encodeValue(value: unknown, codec: TaggedCodec = recordCodec): Uint8Array<ArrayBuffer> {
  return encodeBlock([value], codec);
}

/** The value that `encodeValue` was given. Throws `CORRUPT_DATA`. */
export function decodeValue(bytes: Uint8Array, codec: TaggedCodec = recordCodec): unknown {
  const records = decodeBlock(bytes, codec);
  if (records.length !== 1) throw corruptBlock(0, `it holds ${records.length} records where one value is due`);
  return records[0];
}
