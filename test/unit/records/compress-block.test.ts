import { createCipheriv } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBlock, encodeBlock } from '../../../engine/records/block.ts';
import { BLOCK_HEADER_BYTES, checksumBlock } from '../../../engine/records/block-format.ts';
import { compressBlock } from '../../../engine/records/compress-block.ts';

const records = Array.from({ length: 2000 }, (_, i) => [`word ${i % 71}`, i % 10, i % 100 === 0 ? new Map([[i, -0]]) : null]);
const block = encodeBlock(records);

describe('a compressed block', () => {
  test('is smaller and holds the same records', () => {
    const packed = compressBlock(block);
    expect(packed.byteLength).toBeLessThan(block.byteLength / 2);
    expect(packed[2]).toBe(1);
    expect(new DataView(packed.buffer).getUint32(BLOCK_HEADER_BYTES)).toBe(block.byteLength - BLOCK_HEADER_BYTES);
    expect(decodeBlock(packed)).toEqual(records);
  });

  test('is the same for the same records', () => {
    expect(Buffer.compare(compressBlock(block), compressBlock(encodeBlock(records)))).toBe(0);
  });

  test('notices any flipped bit', () => {
    const packed = compressBlock(block);
    fc.assert(
      fc.property(fc.nat(packed.byteLength - 1), fc.nat(7), (at, bit) => {
        const damaged = new Uint8Array(packed);
        damaged[at] = (damaged[at] as number) ^ (1 << bit);
        expect(() => decodeBlock(damaged)).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA' }));
      }),
    );
  });
});

describe('a block stays as it is', () => {
  test('when it is small', () => {
    const small = encodeBlock(['x'.repeat(16_000)]);
    expect(compressBlock(small)).toBe(small);
  });

  test('when it would not shrink', () => {
    const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(100_000));
    const dense = encodeBlock([new Uint8Array(noise)]);
    expect(compressBlock(dense)).toBe(dense);
  });
});

describe('a compressed block whose checksum is right is distrusted all the same:', () => {
  /** A block with this compressed body and this length of what it holds. */
  const forged = (frame: Uint8Array, length: number): Uint8Array => {
    const bytes = new Uint8Array(BLOCK_HEADER_BYTES + 4 + frame.byteLength);
    bytes.set(block.subarray(0, BLOCK_HEADER_BYTES));
    bytes.set(frame, BLOCK_HEADER_BYTES + 4);
    const view = new DataView(bytes.buffer);
    view.setUint8(2, 1);
    view.setUint32(8, bytes.byteLength - BLOCK_HEADER_BYTES);
    view.setUint32(BLOCK_HEADER_BYTES, length);
    checksumBlock(bytes);
    return bytes;
  };
  const damaged = (what: string): object =>
    expect.objectContaining({
      code: 'CORRUPT_DATA',
      message: `The block of records at byte 0 is damaged: ${what}. Read it again, or let its producer run again.`,
    });
  const bomb = zstdCompressSync(new Uint8Array(64 * 1024 * 1024));

  test('a bomb is stopped at the length that the block names', () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decodeBlock(forged(bomb, 1000))).toThrow(
      damaged('its body cannot be decompressed: it is more than the 1000 bytes that were written'),
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
  });

  test('a body that is shorter than the block says', () => {
    const frame = zstdCompressSync(block.subarray(BLOCK_HEADER_BYTES));
    const length = block.byteLength - BLOCK_HEADER_BYTES;
    expect(decodeBlock(forged(frame, length))).toEqual(records);
    expect(() => decodeBlock(forged(frame, length + 1))).toThrow(
      damaged(`its body has ${length} bytes when decompressed, ${length + 1} were written`),
    );
    expect(() => decodeBlock(forged(frame, 0xffff_ffff))).toThrow(
      damaged(`its body has ${length} bytes when decompressed, 4294967295 were written`),
    );
  });

  test('a body that is none', () => {
    expect(() => decodeBlock(forged(new Uint8Array(20).fill(7), 100))).toThrow(damaged('its body cannot be decompressed: it is not zstd'));
    const short = forged(new Uint8Array(0), 0).slice(0, BLOCK_HEADER_BYTES + 2);
    new DataView(short.buffer).setUint32(8, 2);
    checksumBlock(short);
    expect(() => decodeBlock(short)).toThrow(damaged('it is compressed and does not say how long it was'));
  });
});
