import type { Random } from '../../ports/random.ts';
import { seededNumbers } from '../../ports/seeded-numbers.ts';

/** Randomness that a seed repeats whole, identifiers included: for tests and simulated runs. */
export function createSeededRandom(seed: string): Random {
  const numbers = seededNumbers(seed);
  const identifiers = seededNumbers(`${seed}/uuid`);
  return {
    uuid: () => Array.from({ length: 4 }, () => hexWord(identifiers())).join(''),
    next: numbers,
    seeded: seededNumbers,
  };
}

function hexWord(number: number): string {
  return Math.floor(number * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
}
