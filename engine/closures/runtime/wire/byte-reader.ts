import { Buffer } from 'node:buffer';
import { LevinError } from '../../../errors/levin-error.ts';
import { SHORT_STRING, SMALL_INT, TAG } from './tags.ts';

/** Reads what a ByteWriter wrote. Every read is checked against the end of the input. */
export interface ByteReader {
  u8(): number;
  varint(): number;
  /** A varint that counts things of at least `unitBytes` bytes each: what is left must hold them. */
  count(unitBytes: number): number;
  f64(): number;
  /** A view of the next bytes. */
  bytes(byteCount: number): Uint8Array;
  /** A string with its tag. */
  string(): string;
  /** The rest of a string whose tag was read. */
  stringAfter(tag: number): string;
  /** Bytes read so far. */
  position(): number;
  left(): number;
}

export function corrupt(what: string): LevinError {
  return new LevinError({
    code: 'CORRUPT_DATA',
    fault: 'transient',
    message: `Encoded data is corrupt: ${what}. It was truncated or changed after it was written; read it again or let its producer run again.`,
  });
}

export function createByteReader(input: Uint8Array): ByteReader {
  const buffer = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const end = buffer.length;
  let position = 0;

  function need(byteCount: number): void {
    if (byteCount > end - position) throw corrupt(`${byteCount} bytes are due at offset ${position}, ${end - position} are left`);
  }

  function u8(): number {
    if (position >= end) throw corrupt(`a byte is due at offset ${position}, the end`);
    return buffer[position++] as number;
  }

  function varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = u8();
      value += (byte & 127) * factor;
      if (byte < 128) break;
      factor *= 128;
      if (factor > Number.MAX_SAFE_INTEGER) throw corrupt(`a number at offset ${position} is too long`);
    }
    if (!Number.isSafeInteger(value)) throw corrupt(`a number at offset ${position} is too large`);
    return value;
  }

  function bytes(byteCount: number): Buffer {
    need(byteCount);
    const start = position;
    position += byteCount;
    return buffer.subarray(start, position);
  }

  function slice(byteCount: number, encoding: 'utf8' | 'utf16le'): string {
    need(byteCount);
    const start = position;
    position += byteCount;
    return buffer.toString(encoding, start, position);
  }

  function stringAfter(tag: number): string {
    if (tag >= SHORT_STRING && tag < SMALL_INT) return slice(tag - SHORT_STRING, 'utf8');
    if (tag === TAG.UTF8) return slice(varint(), 'utf8');
    if (tag === TAG.UTF16) return slice(varint(), 'utf16le');
    throw corrupt(`a string is due at offset ${position - 1}, found tag ${tag}`);
  }

  return {
    u8,
    varint,
    count(unitBytes) {
      const value = varint();
      if (value * unitBytes > end - position)
        throw corrupt(`${value} entries are due at offset ${position}, ${end - position} bytes are left`);
      return value;
    },
    f64() {
      need(8);
      const value = buffer.readDoubleLE(position);
      position += 8;
      return value;
    },
    bytes,
    string: () => stringAfter(u8()),
    stringAfter,
    position: () => position,
    left: () => end - position,
  };
}
