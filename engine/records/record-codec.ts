import { LevinError } from '../errors/levin-error.ts';
import { describeValue } from './describe-value.ts';
import type { TaggedCodec } from './tagged-codec.ts';

/** The codec of every block, unless a caller brings another. */
export const recordCodec: TaggedCodec = {
  encode(value) {
    throw new LevinError({
      code: 'RECORD_NOT_ENCODABLE',
      fault: 'user',
      message: `A record cannot be encoded: record is ${describeValue(value)}.`,
    });
  },
  decode() {
    throw new LevinError({ code: 'CORRUPT_DATA', fault: 'transient', message: 'A tagged record cannot be decoded.' });
  },
};
