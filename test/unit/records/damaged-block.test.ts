import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorCode } from '../../../engine/errors/levin-error.ts';
import { decodeBlock, encodeBlock } from '../../../engine/records/block.ts';
import { parseArrivedBlocks, sealBlock } from '../../../engine/records/block-format.ts';
import { decodeValue } from '../../../engine/records/value.ts';
import { v8Codec } from './v8-codec.ts';

const block = encodeBlock([['a', 1], { x: 1.5, y: 'é' }, new Map([[1, 2]]), null], v8Codec);

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return errorCode(error);
  }
}

function resealed(change: (view: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(block);
  const view = new DataView(copy.buffer);
  change(view);
  view.setUint32(12, crc32(copy.subarray(16), crc32(copy.subarray(0, 12))));
  return copy;
}

describe('a damaged block is CORRUPT_DATA', () => {
  test('for every bit that flips', () => {
    for (let bit = 0; bit < block.byteLength * 8; bit++) {
      const damaged = Uint8Array.from(block);
      (damaged[bit >> 3] as number) ^= 1 << (bit & 7);
      expect(codeOf(() => decodeBlock(damaged, v8Codec))).toBe('CORRUPT_DATA');
    }
  });

  test('for every length it is cut to, and for bytes that follow it', () => {
    for (let length = 0; length < block.byteLength; length++) {
      expect(codeOf(() => decodeBlock(block.subarray(0, length), v8Codec))).toBe('CORRUPT_DATA');
    }
    expect(() => decodeBlock(Buffer.concat([block, Buffer.from([0])]), v8Codec)).toThrow(
      'The block of records at byte 0 is damaged: 1 bytes follow it.',
    );
  });

  test('for a body of any bytes under a right checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(20), fc.nat(1), (body, count, flags) => {
        const forged = new Uint8Array(16 + 5 + body.byteLength);
        forged.set(body, 21);
        sealBlock(forged, count, flags);
        expect(['CORRUPT_DATA', undefined]).toContain(codeOf(() => decodeBlock(forged)));
      }),
      { numRuns: 5000 },
    );
  });

  test('for arrays that promise more than there is, or nest without end', () => {
    const huge = Uint8Array.from([...new Uint8Array(21), 0xdd, 0x7f, 0xff, 0xff, 0xff]);
    sealBlock(huge, 1, 0);
    expect(codeOf(() => decodeBlock(huge))).toBe('CORRUPT_DATA');
    const deep = new Uint8Array(21 + 2_000_000).fill(0x91, 21);
    sealBlock(deep, 1, 0);
    expect(codeOf(() => decodeBlock(deep))).toBe('CORRUPT_DATA');
  });

  test('for a value that is not one record', () => {
    expect(() => decodeValue(encodeBlock([1, 2]))).toThrow('it holds 2 records where one value is due');
  });

  test('and among several blocks the place is named', () => {
    const two = Buffer.concat([block, block]);
    expect(parseArrivedBlocks(two, 0).blocks.map((header) => header.recordCount)).toEqual([4, 4]);
    (two[block.byteLength + 20] as number) ^= 1;
    expect(() => parseArrivedBlocks(two, 0).blocks).toThrow(`The block of records at byte ${block.byteLength} is damaged: its checksum is`);
  });
});

describe('a block of a newer format says so', () => {
  test('by its version', () => {
    expect(() => decodeBlock(resealed((view) => view.setUint8(1, 2)))).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_FORMAT',
        message:
          'A block of records has format version 2; this version of levin reads 1. Run driver and executors with the same version of levin.',
      }),
    );
  });

  test('by its compression', () => {
    expect(() => decodeBlock(resealed((view) => view.setUint8(2, 2)))).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_FORMAT',
        message:
          'A block of records has compression 2; this version of levin reads 0 (none) and 1 (zstd). Run driver and executors with the same version of levin.',
      }),
    );
  });
});
