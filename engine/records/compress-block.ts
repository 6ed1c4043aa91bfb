import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { errorCode } from '../errors/levin-error.ts';
import { BLOCK_HEADER_BYTES, type BlockHeader, COMPRESSION_ZSTD, checksumBlock, corruptBlock } from './block-format.ts';

/** How blocks are stored. */
export type BlockCompression = 'none' | 'zstd';

/** Level 1 is the fastest that shrinks small records; level 3 takes up to three times as long and saves little more (docs/decisions.md). */
const LEVEL = 1;
/** Calls cost as much as some kilobytes: smaller blocks are not worth one. */
const SMALLEST_BYTES = 16_384;
/** A block that stays larger than this part of itself stays as it is: readers save a decompression. */
const LARGEST_PART = 0.9;
/** Length of the decoded body, in front of the compressed one. */
const LENGTH_BYTES = 4;
/** A decoder's output grows in steps of this at most, whatever length a header claims. */
const STEP_BYTES = 1024 * 1024;
/** Node takes no smaller one. */
const SMALLEST_STEP_BYTES = 64;

/** A sealed block with its body compressed, or the block itself where that does not pay. */
export function compressBlock(block: Uint8Array): Uint8Array {
  if (block.byteLength < SMALLEST_BYTES) return block;
  const body = block.subarray(BLOCK_HEADER_BYTES);
  const frame = zstdCompressSync(body, {
    chunkSize: body.byteLength,
    pledgedSrcSize: body.byteLength,
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  const size = BLOCK_HEADER_BYTES + LENGTH_BYTES + frame.byteLength;
  if (size > block.byteLength * LARGEST_PART) return block;
  const packed = new Uint8Array(size);
  packed.set(block.subarray(0, BLOCK_HEADER_BYTES));
  packed.set(frame, BLOCK_HEADER_BYTES + LENGTH_BYTES);
  const view = new DataView(packed.buffer);
  view.setUint8(2, COMPRESSION_ZSTD);
  view.setUint32(8, size - BLOCK_HEADER_BYTES);
  view.setUint32(BLOCK_HEADER_BYTES, body.byteLength);
  checksumBlock(packed);
  return packed;
}

/** The body of a checked block as its records were written. Never more than the length that the block names. */
export function bodyOf(bytes: Uint8Array, header: BlockHeader): Uint8Array {
  const stored = bytes.subarray(header.bodyStart, header.bodyEnd);
  return header.compression === COMPRESSION_ZSTD ? decompressed(stored, header.start) : stored;
}

function decompressed(stored: Uint8Array, start: number): Uint8Array {
  if (stored.byteLength < LENGTH_BYTES) throw corruptBlock(start, 'it is compressed and does not say how long it was');
  const length = new DataView(stored.buffer, stored.byteOffset, LENGTH_BYTES).getUint32(0);
  const body = decode(stored.subarray(LENGTH_BYTES), length, start);
  if (body.byteLength === length) return body;
  throw corruptBlock(start, `its body has ${body.byteLength} bytes when decompressed, ${length} were written`);
}

function decode(frame: Uint8Array, length: number, start: number): Uint8Array {
  try {
    const chunkSize = Math.max(SMALLEST_STEP_BYTES, Math.min(length, STEP_BYTES));
    return zstdDecompressSync(frame, { chunkSize, maxOutputLength: Math.max(1, length) });
  } catch (error) {
    const what = errorCode(error) === 'ERR_BUFFER_TOO_LARGE' ? `it is more than the ${length} bytes that were written` : 'it is not zstd';
    throw corruptBlock(start, `its body cannot be decompressed: ${what}`, error);
  }
}
