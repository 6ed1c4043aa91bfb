import { randomBytes } from 'node:crypto';
import type { Random } from '../../ports/random.ts';
import { seededNumbers } from '../../ports/seeded-numbers.ts';

/** Randomness of the operating system; `seeded` is the same as everywhere. */
export function createSystemRandom(): Random {
  return {
    uuid: () => randomBytes(16).toString('hex'),
    next: () => Math.random(),
    seeded: seededNumbers,
  };
}
