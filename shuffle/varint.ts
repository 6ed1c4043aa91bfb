/** Integers from 0 to 2^53 − 1, seven bits a byte, low bits first, the high bit set on all bytes but the last. */

export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Gives the position after it. */
export function writeVarint(target: Uint8Array, position: number, value: number): number {
  let at = position;
  let rest = value;
  while (rest >= 128) {
    target[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  target[at++] = rest;
  return at;
}

/** null when the bytes end in the middle, or the value is not a safe integer. */
export function readVarint(source: Uint8Array, position: number): { readonly value: number; readonly next: number } | null {
  let value = 0;
  let factor = 1;
  for (let at = position; at < source.byteLength && factor <= 2 ** 49; at++) {
    const byte = source[at] as number;
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte < 128) return Number.isSafeInteger(value) ? { value, next: at + 1 } : null;
  }
  return null;
}
