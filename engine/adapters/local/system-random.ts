import { randomBytes } from 'node:crypto';
import type { Random } from '../../ports/random.ts';
import { seededNumbers } from '../../ports/seeded-numbers.ts';

const UUID_BYTES = 16;
/** Asking the operating system costs as much as a good part of a small task, whatever it is asked for. */
const UUIDS_AT_ONCE = 128;

/** Randomness of the operating system; `seeded` is the same as everywhere. */
export function createSystemRandom(): Random {
  let bytes: Buffer = Buffer.alloc(0);
  let used = 0;
  return {
    uuid() {
      if (used === bytes.length) {
        bytes = randomBytes(UUID_BYTES * UUIDS_AT_ONCE);
        used = 0;
      }
      used += UUID_BYTES;
      return bytes.toString('hex', used - UUID_BYTES, used);
    },
    next: () => Math.random(),
    seeded: seededNumbers,
  };
}
