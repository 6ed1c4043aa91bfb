import { deserialize, serialize } from 'node:v8';
import type { TaggedCodec } from '../../../engine/records/tagged-codec.ts';

/** Stands for the tagged encoding where only the block around it matters: exact for built-in types without functions. */
export const v8Codec: TaggedCodec = { encode: (value) => serialize(value), decode: (bytes) => deserialize(bytes) };

/** Refuses everything: what a block holds then went the fast way. */
export const noCodec: TaggedCodec = {
  encode() {
    throw new Error('needs the tagged encoding');
  },
  decode() {
    throw new Error('is tagged');
  },
};
