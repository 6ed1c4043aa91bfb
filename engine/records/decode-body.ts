import { Unpackr } from 'msgpackr';
import { errorCode } from '../errors/levin-error.ts';
import { type BlockHeader, corruptBlock, FLAG_TAGGED } from './block-format.ts';
import { bodyOf } from './compress-block.ts';
import { recordCodec } from './record-codec.ts';
import type { PrepareRecords, TaggedCodec } from './tagged-codec.ts';

const unpackr: Unpackr = new Unpackr({ mapsAsObjects: true });

/** The records of a block whose header `parseBlock` or `parseArrivedBlocks` read from the same bytes. */
export function decodeBody(bytes: Uint8Array, header: BlockHeader, codec: TaggedCodec = recordCodec): unknown[] {
  const records = unpackBody(bytes, header);
  if ((header.flags & FLAG_TAGGED) === 0) return records;
  for (let i = 0; i < records.length; i++) {
    const record: unknown = records[i];
    if (record instanceof Uint8Array) records[i] = codec.decode(record);
  }
  return records;
}

export interface LoadingOptions {
  readonly prepare: PrepareRecords;
  readonly codec?: TaggedCodec;
}

/** As {@link decodeBody}; modules of classes that no task here has needed yet are loaded first. */
export async function decodeBodyLoading(bytes: Uint8Array, header: BlockHeader, options: LoadingOptions): Promise<unknown[]> {
  const { prepare, codec = recordCodec } = options;
  try {
    return decodeBody(bytes, header, codec);
  } catch (error) {
    if (errorCode(error) !== 'MODULES_NOT_LOADED') throw error;
    await prepare(unpackBody(bytes, header).filter((record) => record instanceof Uint8Array));
    return decodeBody(bytes, header, codec);
  }
}

/** Records as MessagePack has them: a tagged one is still bytes. */
function unpackBody(bytes: Uint8Array, header: BlockHeader): unknown[] {
  const records = unpack(bytes, header);
  if (!Array.isArray(records) || records.length !== header.recordCount) {
    throw corruptBlock(header.bodyStart, `its header counts ${header.recordCount} records, its body holds something else`);
  }
  return records;
}

/** A body whose checksum is right was written by us; what msgpackr cannot read then is damaged all the same, never a crash. */
function unpack(bytes: Uint8Array, header: BlockHeader): unknown {
  const body = bodyOf(bytes, header);
  try {
    return unpackr.unpack(body);
  } catch (error) {
    throw corruptBlock(header.bodyStart, 'its body is not what a writer of records writes', error);
  }
}
