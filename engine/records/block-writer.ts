import { ARRAY_HEADER_BYTES, BLOCK_HEADER_BYTES, FLAG_TAGGED, sealBlock } from './block-format.ts';
import { addToChecksum, type RecordChecksum } from './record-checksum.ts';
import { recordCodec } from './record-codec.ts';
import { createRecordSink, hashWritten, hashWrittenContent, type RecordSink, releaseBuffer, reserve, startHash } from './record-sink.ts';
import { forgetShapes } from './shape-table.ts';
import type { TaggedCodec } from './tagged-codec.ts';
import { writePair, writeRecord } from './write-record.ts';

/** Collects records into a block. Records are encoded at once: what happens to them later does not matter. */
export interface BlockWriter {
  /** Records in the block so far. */
  readonly recordCount: number;
  /** What `finish` would return now, in bytes. */
  readonly byteLength: number;
  /** Bytes of the buffer that holds them. */
  readonly capacity: number;
  /** Over every record since the writer was made, whatever block it went to. */
  readonly checksum: Readonly<RecordChecksum>;
  /** Throws `RECORD_NOT_ENCODABLE` with the path to the value; the block is as before then. */
  push(record: unknown): void;
  /** Pushes the record `[key, value]`, without the array. */
  pushPair(key: unknown, value: unknown): void;
  /** The block, in an ArrayBuffer of its own. The writer is empty again and can take the next block. */
  finish(): Uint8Array<ArrayBuffer>;
  /** As `finish`, without a copy: the block is a part of the writer's buffer and stands until the next record is pushed. */
  seal(): Uint8Array<ArrayBuffer>;
  /** Gives up the buffer of an empty writer: a block that was sealed in it may be kept then. */
  release(): void;
}

const BODY_START = BLOCK_HEADER_BYTES + ARRAY_HEADER_BYTES;

export function createBlockWriter(codec: TaggedCodec = recordCodec): BlockWriter {
  const sink = createRecordSink();
  const checksum: RecordChecksum = { low: 0, high: 0 };
  let recordCount = 0;
  let flags = 0;
  sink.position = BODY_START;

  function accept(): void {
    hashWritten(sink);
    addToChecksum(checksum, sink.hash);
    recordCount++;
  }

  /** The fast encoding met a value that it does not know. */
  function pushTagged(record: unknown): void {
    const bytes = codec.encode(record);
    startHash(sink);
    writeBinary(sink, bytes);
    flags |= FLAG_TAGGED;
    accept();
  }

  function rollback(start: number, shapeCount: number): void {
    sink.position = start;
    forgetShapes(sink.shapes, shapeCount);
  }

  function seal(): Uint8Array<ArrayBuffer> {
    reserve(sink, 0);
    const block = sink.bytes.subarray(0, sink.position);
    sealBlock(block, recordCount, flags);
    forgetShapes(sink.shapes, 0);
    sink.position = BODY_START;
    recordCount = 0;
    flags = 0;
    return block;
  }

  return {
    get recordCount() {
      return recordCount;
    },
    get byteLength() {
      return sink.position;
    },
    get capacity() {
      return sink.bytes.length;
    },
    checksum,
    push(record) {
      const start = sink.position;
      const shapeCount = sink.shapes.defined.length;
      let written = false;
      startHash(sink);
      try {
        written = writeRecord(sink, record);
      } finally {
        if (!written) rollback(start, shapeCount);
      }
      if (written) accept();
      else pushTagged(record);
    },
    pushPair(key, value) {
      const start = sink.position;
      const shapeCount = sink.shapes.defined.length;
      let written = false;
      startHash(sink);
      try {
        written = writePair(sink, key, value);
      } finally {
        if (!written) rollback(start, shapeCount);
      }
      if (written) accept();
      else pushTagged([key, value]);
    },
    finish: () => new Uint8Array(seal()),
    seal,
    release: () => releaseBuffer(sink),
  };
}

function writeBinary(sink: RecordSink, content: Uint8Array): void {
  const length = content.byteLength;
  reserve(sink, length + 5);
  const { bytes, view, position } = sink;
  const headerLength = length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
  bytes[position] = headerLength === 2 ? 0xc4 : headerLength === 3 ? 0xc5 : 0xc6;
  if (headerLength === 2) bytes[position + 1] = length;
  else if (headerLength === 3) view.setUint16(position + 1, length);
  else view.setUint32(position + 1, length);
  sink.position = position + headerLength;
  bytes.set(content, sink.position);
  hashWritten(sink);
  sink.position += length;
  hashWrittenContent(sink);
}
