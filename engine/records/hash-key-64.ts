import { keyToken } from './key-token.ts';

const double = new DataView(new ArrayBuffer(8));

/** Both halves of a 64-bit hash, as signed 32-bit integers. */
export interface Hash64 {
  high: number;
  low: number;
}

/**
 * A well mixed 64-bit hash of a key, written into `out`; equal keys have equal hashes. For sketches: it need not be the same in another
 * version of levin, unlike `hashKey`.
 *
 * Two lanes of MurmurHash3's 32-bit mixing with different constants, over the UTF-16 units of a string or the halves of a double.
 */
export function hashKey64(key: unknown, out: Hash64): void {
  const token = keyToken(key);
  let [h1, h2] = [0, 0];
  const lanes = (word: number): void => {
    h1 = lane(h1, Math.imul(word, 0xcc9e2d51), 0x1b873593);
    h2 = lane(h2, Math.imul(word, 0x239b961b), 0xab0e9789);
  };
  let length: number;
  if (typeof token === 'number') {
    double.setFloat64(0, Number.isNaN(token) ? Number.NaN : token + 0);
    lanes(1);
    lanes(double.getUint32(0));
    lanes(double.getUint32(4));
    length = 8;
  } else {
    const text = typeof token === 'string' ? token : String(token);
    lanes(typeof token === 'string' ? 2 : typeof token === 'bigint' ? 3 : 4);
    for (let i = 0; i < text.length; i++) lanes(text.charCodeAt(i));
    length = text.length;
  }
  h1 = (h1 ^ length) | 0;
  h2 = (h2 ^ length) | 0;
  h1 = (h1 + h2) | 0;
  h2 = (h2 + h1) | 0;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  out.high = (h1 + h2) | 0;
  out.low = (h2 + out.high) | 0;
}

function lane(h: number, k: number, factor: number): number {
  const mixed = h ^ Math.imul((k << 15) | (k >>> 17), factor);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finalMix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
