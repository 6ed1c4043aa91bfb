import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { LevinError } from '../errors/levin-error.ts';
import { createShapeTable, type ShapeTable } from './shape-table.ts';

/**
 * Where records are written: a growing buffer, the object shapes that the block has defined, and a running hash of the record at hand.
 * Plain mutable fields, because every byte of a shuffle goes through here.
 */
export interface RecordSink {
  bytes: Buffer<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  position: number;
  readonly shapes: ShapeTable;
  /** Hash of the record's bytes before `hashedTo`. */
  hash: number;
  hashedTo: number;
}

/** Lengths in a block are 32-bit. */
const MAX_SINK_BYTES = 0xffff_ffff;
const FNV_SEED = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

const SMALLEST_BYTES = 256;
const NO_BYTES: Buffer<ArrayBuffer> = Buffer.alloc(0);

/** Without a buffer until the first byte comes: a task may have thousands of sinks. */
export function createRecordSink(): RecordSink {
  const bytes = NO_BYTES;
  return { bytes, view: viewOf(bytes), position: 0, shapes: createShapeTable(), hash: 0, hashedTo: 0 };
}

/** Makes room for `byteCount` more bytes. */
export function reserve(sink: RecordSink, byteCount: number): void {
  const needed = sink.position + byteCount;
  if (needed > sink.bytes.length) grow(sink, needed);
}

/** Gives the buffer away; the next byte makes a new one. */
export function releaseBuffer(sink: RecordSink): void {
  sink.bytes = NO_BYTES;
  sink.view = viewOf(NO_BYTES);
}

/** A new record starts at the sink's position. */
export function startHash(sink: RecordSink): void {
  sink.hash = FNV_SEED;
  sink.hashedTo = sink.position;
}

/** Takes the bytes written since the last call into the hash. */
export function hashWritten(sink: RecordSink): void {
  const { bytes, position } = sink;
  let h = sink.hash;
  for (let i = sink.hashedTo; i < position; i++) h = Math.imul(h ^ (bytes[i] as number), FNV_PRIME);
  sink.hash = h;
  sink.hashedTo = position;
}

/** As {@link hashWritten} for long content: one native checksum of it instead of a loop. */
export function hashWrittenContent(sink: RecordSink): void {
  const checksum = crc32(sink.bytes.subarray(sink.hashedTo, sink.position));
  sink.hashedTo = sink.position;
  hashWord(sink, checksum);
}

/** Takes a number into the hash in place of bytes. */
export function hashWord(sink: RecordSink, word: number): void {
  sink.hash = Math.imul(sink.hash ^ word, FNV_PRIME);
}

/** Bytes written since the last call do not count: they depend on what the block held before the record. */
export function skipHash(sink: RecordSink): void {
  sink.hashedTo = sink.position;
}

function grow(sink: RecordSink, needed: number): void {
  if (needed > MAX_SINK_BYTES) {
    throw new LevinError({
      code: 'BLOCK_TOO_LARGE',
      fault: 'resource',
      message:
        `A block of records would need ${needed} bytes; a block can have ${MAX_SINK_BYTES}. ` +
        'Use more partitions, or smaller records: one record, and one task result, must fit into a block.',
    });
  }
  const bytes = Buffer.allocUnsafeSlow(Math.min(MAX_SINK_BYTES, Math.max(needed, sink.bytes.length * 2, SMALLEST_BYTES)));
  sink.bytes.copy(bytes, 0, 0, Math.min(sink.position, sink.bytes.length));
  sink.bytes = bytes;
  sink.view = viewOf(bytes);
}

function viewOf(bytes: Buffer<ArrayBuffer>): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
