import { type RecordSink, reserve } from './record-sink.ts';

/** First bytes of the header of up to 15, and up to 65,535 entries; one more for the longest. */
export const ARRAY = { small: 0x90, sixteen: 0xdc };
export const MAP: typeof ARRAY = { small: 0x80, sixteen: 0xde };

/** 0x40 to 0x7f name shapes, so that small integers end at 0x3f. */
export function writeNumber(sink: RecordSink, value: number): void {
  reserve(sink, 9);
  const { bytes, position } = sink;
  if (value >>> 0 === value && (value !== 0 || Object.is(value, 0))) {
    if (value < 0x40) {
      bytes[position] = value;
      sink.position = position + 1;
    } else if (value < 0x100) {
      bytes[position] = 0xcc;
      bytes[position + 1] = value;
      sink.position = position + 2;
    } else if (value < 0x10000) {
      bytes[position] = 0xcd;
      bytes[position + 1] = value >> 8;
      bytes[position + 2] = value;
      sink.position = position + 3;
    } else {
      bytes[position] = 0xce;
      sink.view.setUint32(position + 1, value);
      sink.position = position + 5;
    }
  } else if ((value | 0) === value && value < 0) {
    writeNegative(sink, value);
  } else {
    bytes[position] = 0xcb;
    // One NaN, whatever bits this one has: equal records must have equal bytes.
    sink.view.setFloat64(position + 1, Number.isNaN(value) ? Number.NaN : value);
    sink.position = position + 9;
  }
}

function writeNegative(sink: RecordSink, value: number): void {
  const { bytes, position } = sink;
  if (value >= -0x20) {
    bytes[position] = value;
    sink.position = position + 1;
  } else if (value >= -0x80) {
    bytes[position] = 0xd0;
    bytes[position + 1] = value;
    sink.position = position + 2;
  } else if (value >= -0x8000) {
    bytes[position] = 0xd1;
    sink.view.setInt16(position + 1, value);
    sink.position = position + 3;
  } else {
    bytes[position] = 0xd2;
    sink.view.setInt32(position + 1, value);
    sink.position = position + 5;
  }
}

/** False for one of more than 64 bits. */
export function writeBigint(sink: RecordSink, value: bigint): boolean {
  const signed = BigInt.asIntN(64, value) === value;
  if (!signed && BigInt.asUintN(64, value) !== value) return false;
  reserve(sink, 9);
  sink.bytes[sink.position] = signed ? 0xd3 : 0xcf;
  if (signed) sink.view.setBigInt64(sink.position + 1, value);
  else sink.view.setBigUint64(sink.position + 1, value);
  sink.position += 9;
  return true;
}

/** Timestamp 96: the one of the three formats that is exact for every date. */
export function writeDate(sink: RecordSink, date: Date): void {
  const timeMs = date.getTime();
  if (Number.isNaN(timeMs)) {
    reserve(sink, 3);
    sink.bytes[sink.position++] = 0xd4;
    sink.bytes[sink.position++] = 0xff;
    sink.bytes[sink.position++] = 0xff;
    return;
  }
  reserve(sink, 15);
  const { bytes, view, position } = sink;
  const seconds = Math.floor(timeMs / 1000);
  bytes[position] = 0xc7;
  bytes[position + 1] = 12;
  bytes[position + 2] = 0xff;
  view.setUint32(position + 3, (timeMs - seconds * 1000) * 1_000_000);
  view.setBigInt64(position + 7, BigInt(seconds));
  sink.position = position + 15;
}

/** Header of an array or map of `length` entries. */
export function writeHeader(sink: RecordSink, length: number, codes: typeof ARRAY): void {
  reserve(sink, 5);
  const { bytes, view, position } = sink;
  if (length < 16) {
    bytes[position] = codes.small | length;
    sink.position = position + 1;
  } else if (length < 0x10000) {
    bytes[position] = codes.sixteen;
    view.setUint16(position + 1, length);
    sink.position = position + 3;
  } else {
    bytes[position] = codes.sixteen + 1;
    view.setUint32(position + 1, length);
    sink.position = position + 5;
  }
}
