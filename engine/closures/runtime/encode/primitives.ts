import { Buffer } from 'node:buffer';
import type { ByteWriter } from '../wire/byte-writer.ts';
import { SMALL_INT, TAG } from '../wire/tags.ts';
import { writeSymbol } from './shapes.ts';

export function writePrimitive(out: ByteWriter, value: unknown): void {
  switch (typeof value) {
    case 'number':
      writeNumber(out, value);
      return;
    case 'string':
      out.string(value);
      return;
    case 'boolean':
      out.u8(value ? TAG.TRUE : TAG.FALSE);
      return;
    case 'bigint':
      writeBigInt(out, value);
      return;
    case 'symbol':
      writeSymbol(out, value);
      return;
    case 'undefined':
      out.u8(TAG.UNDEFINED);
      return;
    default:
      out.u8(TAG.NULL);
      return;
  }
}

function writeNumber(out: ByteWriter, value: number): void {
  const isInt = (value | 0) === value && !Object.is(value, -0);
  if (isInt && value >= 0 && value <= 127) {
    out.u8(SMALL_INT + value);
  } else if (isInt) {
    out.u8(TAG.INT);
    out.varint(((value << 1) ^ (value >> 31)) >>> 0);
  } else {
    out.u8(TAG.F64);
    // Every NaN is one value to JavaScript, so it is written as one.
    out.f64(Number.isNaN(value) ? Number.NaN : value);
  }
}

function writeBigInt(out: ByteWriter, value: bigint): void {
  const hex = (value < 0n ? -value : value).toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').reverse();
  out.u8(TAG.BIGINT);
  out.u8(value < 0n ? 1 : 0);
  out.varint(bytes.length);
  out.bytes(bytes);
}
