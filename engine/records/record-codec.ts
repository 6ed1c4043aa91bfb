import { decodeValue, encodeValue } from '../closures/runtime/value-codec.ts';
import './key-map.ts';
import type { TaggedCodec } from './tagged-codec.ts';

/** The codec of every block, unless a caller brings another: records follow the rules of captured values. */
export const recordCodec: TaggedCodec = {
  encode: (value) => encodeValue(value, 'record'),
  decode: (bytes) => decodeValue(bytes),
};
