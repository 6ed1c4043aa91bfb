import { type BlockHeader, corruptBlock, parseBlock } from './block-format.ts';
import { createBlockWriter } from './block-writer.ts';
import { decodeBody, decodeBodyLoading, type LoadingOptions } from './decode-body.ts';
import { recordCodec } from './record-codec.ts';
import type { TaggedCodec } from './tagged-codec.ts';

/** Some records as one block. Throws `RECORD_NOT_ENCODABLE` with the path to a value that cannot travel. */
export function encodeBlock(records: Iterable<unknown>, codec: TaggedCodec = recordCodec): Uint8Array<ArrayBuffer> {
  const writer = createBlockWriter(codec);
  for (const record of records) writer.push(record);
  return writer.finish();
}

/** The records of one block, which must be all of `bytes`. Throws `CORRUPT_DATA` for anything that was not written as one. */
export function decodeBlock(bytes: Uint8Array, codec: TaggedCodec = recordCodec): unknown[] {
  return decodeBody(bytes, onlyBlock(bytes), codec);
}

/** As {@link decodeBlock} where records may have classes of modules that are not loaded yet: on executors. */
export async function decodeBlockLoading(bytes: Uint8Array, options: LoadingOptions): Promise<unknown[]> {
  return await decodeBodyLoading(bytes, onlyBlock(bytes), options);
}

function onlyBlock(bytes: Uint8Array): BlockHeader {
  const header = parseBlock(bytes, 0);
  if (header.bodyEnd !== bytes.byteLength) throw corruptBlock(0, `${bytes.byteLength - header.bodyEnd} bytes follow it`);
  return header;
}
