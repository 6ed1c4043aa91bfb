import { createHash } from 'node:crypto';

/** State of xoshiro128**: four 32-bit words, not all zero. */
export type XoshiroState = [number, number, number, number];

/**
 * A generator of numbers in [0, 1) that are the same for the same seed, on every machine and for ever:
 * sampled data and resumed applications depend on it, so the algorithm must never change.
 *
 * The seed's SHA-256 starts xoshiro128** (Blackman and Vigna, 2018); each number takes 53 bits of two of its outputs.
 */
export function seededNumbers(seed: string): () => number {
  const digest = createHash('sha256').update(seed, 'utf8').digest();
  const state: XoshiroState = [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)];
  return () => {
    const high = nextWord(state) >>> 5;
    const low = nextWord(state) >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  };
}

/** One step of xoshiro128**: gives 32 bits and moves the state on in place. */
export function nextWord(state: XoshiroState): number {
  const result = Math.imul(rotateLeft(Math.imul(state[1], 5), 7), 9) >>> 0;
  const shifted = state[1] << 9;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotateLeft(state[3], 11);
  return result;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
