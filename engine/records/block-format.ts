import { crc32 } from 'node:zlib';
import { LevinError } from '../errors/levin-error.ts';

/**
 * A block of records:
 * ```
 * 0   u8   0x4c ('L')
 * 1   u8   format version: 1
 * 2   u8   compression of the body: 0 none, 1 zstd
 * 3   u8   flags: 1 = some records are tagged
 * 4   u32  number of records
 * 8   u32  length of the body in bytes
 * 12  u32  CRC-32 (zlib's) over bytes 0 to 11 and the body
 * 16  body: one MessagePack array (always with a 32-bit header) of the records; a tagged record stands in it as `bin`
 * ```
 * A compressed body is a u32, the length that it has when decompressed, and one zstd frame (compress-block.ts).
 * Numbers are big-endian. Blocks may follow each other without anything in between.
 */
export const BLOCK_HEADER_BYTES = 16;
/** Length of the header of the array that is the body. */
export const ARRAY_HEADER_BYTES = 5;

const MAGIC = 0x4c;
const VERSION = 1;
const COMPRESSION_NONE = 0;
export const COMPRESSION_ZSTD = 1;

export const FLAG_TAGGED = 1;

export interface BlockHeader {
  readonly recordCount: number;
  readonly flags: number;
  /** {@link COMPRESSION_ZSTD}, or 0. */
  readonly compression: number;
  /** Where the block begins in the bytes that were parsed. */
  readonly start: number;
  /** Where the body begins and ends in the bytes that were parsed. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Fills in the header of a block whose body ends where the bytes end. */
export function sealBlock(block: Uint8Array, recordCount: number, flags: number): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  view.setUint8(0, MAGIC);
  view.setUint8(1, VERSION);
  view.setUint8(2, COMPRESSION_NONE);
  view.setUint8(3, flags);
  view.setUint32(4, recordCount);
  view.setUint32(8, block.byteLength - BLOCK_HEADER_BYTES);
  view.setUint8(BLOCK_HEADER_BYTES, 0xdd);
  view.setUint32(BLOCK_HEADER_BYTES + 1, recordCount);
  checksumBlock(block);
}

/** Sets the checksum of a block that is otherwise complete. */
export function checksumBlock(block: Uint8Array): void {
  new DataView(block.buffer, block.byteOffset, BLOCK_HEADER_BYTES).setUint32(12, blockChecksum(block, 0, block.byteLength));
}

/** Reads and checks the header of the block that begins at `start`, and the checksum of the whole block. */
export function parseBlock(bytes: Uint8Array, start: number): BlockHeader {
  const left = bytes.byteLength - start;
  if (left < BLOCK_HEADER_BYTES) throw corruptBlock(start, `its header needs ${BLOCK_HEADER_BYTES} bytes, ${left} are left`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, left);
  if (view.getUint8(0) !== MAGIC) throw corruptBlock(start, `it begins with byte ${view.getUint8(0)}, not ${MAGIC}`);
  const bodyLength = view.getUint32(8);
  const bodyEnd = start + BLOCK_HEADER_BYTES + bodyLength;
  if (bodyEnd > bytes.byteLength) throw corruptBlock(start, `its body needs ${bodyLength} bytes, ${left - BLOCK_HEADER_BYTES} are left`);
  const expected = view.getUint32(12);
  const actual = blockChecksum(bytes, start, bodyEnd);
  if (actual !== expected) throw corruptBlock(start, `its checksum is ${hex(actual)}, ${hex(expected)} was written`);
  // Only now: of a damaged block these bytes say nothing.
  if (view.getUint8(1) !== VERSION) throw unsupportedFormat('format version', view.getUint8(1), `${VERSION}`);
  const compression = view.getUint8(2);
  if (compression !== COMPRESSION_NONE && compression !== COMPRESSION_ZSTD)
    throw unsupportedFormat('compression', compression, '0 (none) and 1 (zstd)');
  return {
    compression,
    recordCount: view.getUint32(4),
    flags: view.getUint8(3),
    start,
    bodyStart: start + BLOCK_HEADER_BYTES,
    bodyEnd,
  };
}

export interface ArrivedBlocks {
  readonly blocks: readonly BlockHeader[];
  /** Where the first block begins that has not arrived whole. */
  readonly end: number;
  /** Bytes from there that are needed to go on; 0 when nothing is left. */
  readonly neededBytes: number;
}

/** Checks the blocks that stand one after the other in `bytes`, without decoding them. `bytesToCome` follow, and a block may end in them. */
export function parseArrivedBlocks(bytes: Uint8Array, bytesToCome: number): ArrivedBlocks {
  const blocks: BlockHeader[] = [];
  let start = 0;
  while (start < bytes.byteLength) {
    const left = bytes.byteLength - start;
    const neededBytes = left < BLOCK_HEADER_BYTES ? BLOCK_HEADER_BYTES : BLOCK_HEADER_BYTES + bodyLengthOf(bytes, start);
    if (neededBytes > left && neededBytes <= left + bytesToCome) return { blocks, end: start, neededBytes };
    const header = parseBlock(bytes, start);
    blocks.push(header);
    start = header.bodyEnd;
  }
  return { blocks, end: start, neededBytes: 0 };
}

function bodyLengthOf(bytes: Uint8Array, start: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + start, BLOCK_HEADER_BYTES).getUint32(8);
}

export function corruptBlock(start: number, what: string, cause?: unknown): LevinError {
  return new LevinError({
    code: 'CORRUPT_DATA',
    fault: 'transient',
    message: `The block of records at byte ${start} is damaged: ${what}. Read it again, or let its producer run again.`,
    details: { start },
    cause,
  });
}

function blockChecksum(bytes: Uint8Array, start: number, end: number): number {
  return crc32(bytes.subarray(start + BLOCK_HEADER_BYTES, end), crc32(bytes.subarray(start, start + 12)));
}

function unsupportedFormat(what: string, found: number, known: string): LevinError {
  return new LevinError({
    code: 'UNSUPPORTED_FORMAT',
    fault: 'internal',
    message: `A block of records has ${what} ${found}; this version of levin reads ${known}. Run driver and executors with the same version of levin.`,
  });
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
