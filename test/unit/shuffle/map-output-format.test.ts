import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { errorCode } from '../../../engine/errors/levin-error.ts';
import { MAX_VARINT_BYTES, readVarint, varintLength, writeVarint } from '../../../engine/records/varint.ts';
import { createExchange } from '../../../shuffle/exchange.ts';
import { decodeFooter, encodeFooter } from '../../../shuffle/map-output-format.ts';
import { AMPLE_MEMORY, memoryScratch } from '../../support/task-memory.ts';
import { observeStore } from './observed-store.ts';

describe('varints', () => {
  test('are seven bits a byte, low bits first', () => {
    const target = new Uint8Array(3);
    expect(writeVarint(target, 0, 300)).toBe(2);
    expect([...target]).toEqual([0xac, 0x02, 0]);
  });

  test('hold every safe integer', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(300)), (value) => {
        const target = new Uint8Array(varintLength(value));
        expect(writeVarint(target, 0, value)).toBe(target.byteLength);
        const cursor = { at: 0 };
        expect(readVarint(target, cursor)).toBe(value);
        expect(cursor.at).toBe(target.byteLength);
        expect(target.byteLength).toBeLessThanOrEqual(MAX_VARINT_BYTES);
      }),
    );
  });

  test('that are cut off or too long are noticed', () => {
    expect(readVarint(Uint8Array.of(0x80), { at: 0 })).toBe(-1);
    expect(readVarint(new Uint8Array(), { at: 0 })).toBe(-1);
    expect(readVarint(new Uint8Array(30).fill(0xff), { at: 0 })).toBe(-1);
    expect(readVarint(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), { at: 0 })).toBe(-1);
  });
});

describe('the footer of a map output', () => {
  const arbitraryOffsets = fc.array(fc.oneof(fc.constant(0), fc.nat(100), fc.nat(1_000_000_000)), { maxLength: 50 }).map((lengths) => {
    const offsets = [0];
    for (const length of lengths) offsets.push((offsets.at(-1) as number) + length);
    return offsets;
  });

  test('is the lengths of the partitions and a tail', () => {
    // Checksum from Python's zlib.crc32.
    expect(Buffer.from(encodeFooter([0, 0, 5, 305])).toString('hex')).toBe(
      '0005ac02' + '00000003' + '00000004' + '01000000' + 'af33bbe2' + '4c56534f',
    );
  });

  test('gives back the offsets', () => {
    fc.assert(
      fc.property(arbitraryOffsets, (offsets) => {
        const footer = encodeFooter(offsets);
        expect(decodeFooter('k', footer, (offsets.at(-1) as number) + footer.byteLength)).toEqual(offsets);
      }),
    );
  });

  test('is CORRUPT_DATA for every bit that flips, and every other size of the object', () => {
    const footer = encodeFooter([0, 7, 7, 500]);
    const codeOf = (bytes: Uint8Array, size: number): string | undefined => {
      try {
        decodeFooter('k', bytes, size);
        return undefined;
      } catch (error) {
        return errorCode(error);
      }
    };
    const size = 500 + footer.byteLength;
    expect(codeOf(footer, size)).toBeUndefined();
    for (let bit = 0; bit < footer.byteLength * 8; bit++) {
      const damaged = Uint8Array.from(footer);
      (damaged[bit >> 3] as number) ^= 1 << (bit & 7);
      expect(codeOf(damaged, size)).toBe('CORRUPT_DATA');
    }
    for (let length = 0; length < footer.byteLength; length++) expect(codeOf(footer.subarray(0, length), size)).toBe('CORRUPT_DATA');
    expect(codeOf(footer, size + 1)).toBe('CORRUPT_DATA');
  });
});

describe('readOffsets', () => {
  const signal = new AbortController().signal;

  test.each([
    [4, ['head k', 'get k']],
    [30_000, ['head k', 'get k', 'get k']],
  ])('reads the offsets of %i partitions out of the tail', async (numPartitions, calls) => {
    const objects = observeStore(createMemoryObjectStore());
    const exchange = createExchange({ objects });
    const writer = exchange.openWriter({
      key: 'k',
      partitioner: { kind: 'roundRobin', numPartitions },
      bounds: [],
      combine: null,
      scratch: memoryScratch(),
      memoryBytes: AMPLE_MEMORY.executionBytes,
      seed: 0,
      signal,
    });
    for (let i = 0; i < numPartitions / 2; i++) writer.write(i);
    const { offsets } = await writer.finish();
    objects.calls.length = 0;
    expect(await exchange.readOffsets('k')).toEqual(offsets);
    expect(objects.calls.map((call) => call.split(' ').slice(0, 2).join(' '))).toEqual(calls);
  });

  test('says when the object is not a map output', async () => {
    const objects = createMemoryObjectStore();
    await objects.put('other', Buffer.from('not a map output at all'));
    await objects.put('short', Buffer.from('x'));
    const forged = encodeFooter([0]);
    new DataView(forged.buffer).setUint32(4, 5000);
    await objects.put('forged', forged);
    const exchange = createExchange({ objects });
    await expect(exchange.readOffsets('other')).rejects.toThrow(
      'The map output other is damaged: it does not end with the mark of a map output.',
    );
    await expect(exchange.readOffsets('short')).rejects.toThrow(
      'The map output short is damaged: it has 1 bytes, its tail alone needs 20.',
    );
    await expect(exchange.readOffsets('forged')).rejects.toThrow(
      'The map output forged is damaged: its index would have 5020 bytes, the object has 20.',
    );
    await expect(exchange.readOffsets('none')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });
});
