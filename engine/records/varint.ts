/** Integers from 0 to 2^53 − 1, seven bits a byte, low bits first, the high bit set on all bytes but the last. */

/** More bytes than any of them takes. */
export const MAX_VARINT_BYTES = 8;

export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Gives the position after it. */
export function writeVarint(target: Uint8Array, position: number, value: number): number {
  let at = position;
  let rest = value;
  // Not `>>`: offsets may pass 2^32.
  while (rest >= 128) {
    target[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  target[at++] = rest;
  return at;
}

/** Where the next number is read. */
export interface VarintCursor {
  at: number;
}

/** Moves the cursor behind the number; −1 when the bytes end in its middle, or it is not a safe integer. */
export function readVarint(source: Uint8Array, cursor: VarintCursor): number {
  let value = 0;
  let factor = 1;
  for (let at = cursor.at; at < source.length && factor <= 2 ** 49; at++) {
    const byte = source[at] as number;
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte >= 128) continue;
    cursor.at = at + 1;
    return Number.isSafeInteger(value) ? value : -1;
  }
  return -1;
}
