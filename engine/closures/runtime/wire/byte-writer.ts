import { Buffer } from 'node:buffer';
import { SHORT_STRING, TAG } from './tags.ts';

/** A growing buffer. */
export interface ByteWriter {
  u8(value: number): void;
  /** An integer from 0 to 2^53 - 1, seven bits a byte, low bits first. */
  varint(value: number): void;
  f64(value: number): void;
  bytes(source: Uint8Array): void;
  /** Tag and content of a string. */
  string(value: string): void;
  /** A copy of what was written. */
  finish(): Uint8Array;
  /** The same without a copy, for what is large and stays in this thread: part of a larger buffer, and nothing may be written after it. */
  view(): Uint8Array;
}

const INITIAL_BYTES = 256;
/** Longer strings are cheaper to write natively than character by character. */
const MAX_LOOP_CHARS = 48;

export function createByteWriter(): ByteWriter {
  let buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  let position = 0;

  function reserve(byteCount: number): void {
    if (position + byteCount <= buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(buffer.length * 2, position + byteCount));
    buffer.copy(grown, 0, 0, position);
    buffer = grown;
  }

  function varint(value: number): void {
    reserve(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      buffer[position++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      buffer[position++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[position++] = rest;
  }

  /** Writes the ASCII string at once; false (and nothing written) when it holds anything else. */
  function asciiLoop(value: string): boolean {
    reserve(value.length + 1);
    let at = position + 1;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      buffer[at++] = code;
    }
    buffer[position] = SHORT_STRING + value.length;
    position = at;
    return true;
  }

  function string(value: string): void {
    if (value.length <= MAX_LOOP_CHARS && asciiLoop(value)) return;
    if (!value.isWellFormed()) {
      reserve(value.length * 2 + 10);
      buffer[position++] = TAG.UTF16;
      varint(value.length * 2);
      reserve(value.length * 2);
      position += buffer.write(value, position, 'utf16le');
      return;
    }
    const byteCount = Buffer.byteLength(value);
    reserve(byteCount + 10);
    if (byteCount < 64) {
      buffer[position++] = SHORT_STRING + byteCount;
    } else {
      buffer[position++] = TAG.UTF8;
      varint(byteCount);
    }
    position += buffer.write(value, position, 'utf8');
  }

  return {
    u8(value) {
      reserve(1);
      buffer[position++] = value;
    },
    varint,
    f64(value) {
      reserve(8);
      position = buffer.writeDoubleLE(value, position);
    },
    bytes(source) {
      reserve(source.length);
      buffer.set(source, position);
      position += source.length;
    },
    string,
    finish: () => new Uint8Array(buffer.subarray(0, position)),
    view: () => buffer.subarray(0, position),
  };
}
