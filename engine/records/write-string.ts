import { hashWritten, hashWrittenContent, type RecordSink, reserve } from './record-sink.ts';

/** Longer strings are cheaper to check and write natively than character by character. */
const MAX_LOOP_CHARS = 64;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Writes a MessagePack string; false (and nothing written) for one that would not come back as it is:
 * with a lone surrogate, which UTF-8 cannot express, or with a byte order mark at its start, which decoders take away.
 */
export function writeString(sink: RecordSink, text: string): boolean {
  const length = text.length;
  if (length === 0) {
    reserve(sink, 1);
    sink.bytes[sink.position++] = 0xa0;
    return true;
  }
  if (text.charCodeAt(0) === BYTE_ORDER_MARK) return false;
  return length < MAX_LOOP_CHARS ? writeShort(sink, text) : writeLong(sink, text);
}

/** The header's size is guessed from the number of characters: exact for ASCII. */
function writeShort(sink: RecordSink, text: string): boolean {
  const length = text.length;
  reserve(sink, 3 * length + 2);
  const { bytes } = sink;
  const headerLength = length < 32 ? 1 : 2;
  const start = sink.position + headerLength;
  let at = start;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if ((unit & 0xf800) !== 0xd800) {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      const code = text.codePointAt(i) as number;
      if (code < 0x10000) return false;
      i++;
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
    }
  }
  finishString(sink, at - start, headerLength);
  return true;
}

function writeLong(sink: RecordSink, text: string): boolean {
  if (!text.isWellFormed()) return false;
  reserve(sink, 3 * text.length + 5);
  const headerLength = text.length < 0x100 ? 2 : text.length < 0x10000 ? 3 : 5;
  hashWritten(sink);
  const byteLength = sink.bytes.write(text, sink.position + headerLength, 'utf8');
  finishString(sink, byteLength, headerLength);
  hashWrittenContent(sink);
  return true;
}

/** Puts the header before the content, which stands `headerLength` bytes after the position. */
function finishString(sink: RecordSink, byteLength: number, headerLength: number): void {
  const { bytes, position } = sink;
  const needed = byteLength < 32 ? 1 : byteLength < 0x100 ? 2 : byteLength < 0x10000 ? 3 : 5;
  if (needed !== headerLength) bytes.copyWithin(position + needed, position + headerLength, position + headerLength + byteLength);
  if (needed === 1) {
    bytes[position] = 0xa0 | byteLength;
  } else if (needed === 2) {
    bytes[position] = 0xd9;
    bytes[position + 1] = byteLength;
  } else if (needed === 3) {
    bytes[position] = 0xda;
    sink.view.setUint16(position + 1, byteLength);
  } else {
    bytes[position] = 0xdb;
    sink.view.setUint32(position + 1, byteLength);
  }
  sink.position = position + needed + byteLength;
}
