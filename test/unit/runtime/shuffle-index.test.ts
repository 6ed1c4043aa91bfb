import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { encodeShuffleIndex, type MapOutput, readShuffleIndexRow } from '../../../engine/runtime/sources/shuffle-index.ts';

const signal = new AbortController().signal;

async function readBack(index: Uint8Array, row: number, wrap = (store: ObjectStore): ObjectStore => store) {
  const objects = createMemoryObjectStore();
  await objects.put('index', index);
  return await readShuffleIndexRow({ objects: wrap(objects), key: 'index', row, signal });
}

/** Bytes for each of six reducers; many have none, some more than 2^32. */
const sizes = fc.array(
  fc.oneof(
    fc.constant(0),
    fc.nat(2 ** 31 - 1).map((n) => n * 1000),
  ),
  { minLength: 6, maxLength: 6 },
);
const producer = fc.record({
  stageId: fc.constantFrom('a1', 'a2', 'b'),
  mapPartition: fc.nat(5),
  generation: fc.nat(2),
  key: fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('apps/a/shuffle/a1/0-x', 'apps/a/shuffle/a1/1-y', 'p😀', 'p😁'),
  ),
  sizes,
});
/** Ascending borders of rows within the six reducers. */
const bounds = fc.uniqueArray(fc.nat(6), { minLength: 2, maxLength: 7 }).map((borders) => borders.sort((a, b) => a - b));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
const offsetsOf = (of: readonly number[]): number[] => [0, ...of.map((_, i) => sum(of.slice(0, i + 1)))];

describe('the shuffle index', () => {
  test('gives each row the slices that hold something, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(producer, { maxLength: 6 }), bounds, async (producers, borders) => {
        const outputs = producers.map(({ sizes: of, ...rest }): MapOutput => ({ ...rest, offsets: Float64Array.from(offsetsOf(of)) }));
        const index = encodeShuffleIndex(outputs, borders);
        for (let row = 0; row + 1 < borders.length; row++) {
          const [from, to] = [borders[row] as number, borders[row + 1] as number];
          const expected = producers.flatMap(({ sizes: of, ...rest }) => {
            const [start, length] = [sum(of.slice(0, from)), sum(of.slice(from, to))];
            return length === 0 ? [] : [{ ...rest, offsets: [start, start + length] }];
          });
          expect(await readBack(index, row)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('names each producer once: 200 maps times 1,000 partitions take less than 5 bytes a location', async () => {
    const key = (m: number) => `apps/9b2f/shuffle/0123456789abcdef0123456789abcdef/${m}-${'0123456789abcdef'.repeat(2)}`;
    const outputs = Array.from(
      { length: 200 },
      (_, m): MapOutput => ({
        stageId: 's',
        mapPartition: m,
        generation: 0,
        key: key(m),
        offsets: Array.from({ length: 1001 }, (_, p) => p * 80),
      }),
    );
    const index = encodeShuffleIndex(
      outputs,
      Array.from({ length: 1001 }, (_, p) => p),
    );
    expect(index.length / 200_000).toBeLessThan(5);
    const read: number[] = [];
    const slices = await readBack(index, 999, (store) => ({
      ...store,
      getRange: (k, start, end, options) => {
        read.push(end - start);
        return store.getRange(k, start, end, options);
      },
    }));
    expect(slices.map(({ mapPartition, offsets }) => [mapPartition, ...offsets])).toEqual(
      Array.from({ length: 200 }, (_, m) => [m, 79_920, 80_000]),
    );
    expect(read.length).toBe(4);
    expect(sum(read)).toBeLessThan(10_000);
  });

  test('any cut or changed byte is an error or gives the same, never a crash or a hang', async () => {
    const outputs = [
      { stageId: 's', mapPartition: 0, generation: 0, key: 'k', offsets: [0, 10, 20] },
      { stageId: 's', mapPartition: 1, generation: 0, key: 'l', offsets: [0, 10, 20] },
    ];
    const index = encodeShuffleIndex(outputs, [0, 1, 2]);
    const whole = await readBack(index, 0);
    expect(whole.map(({ key, offsets }) => [key, ...offsets])).toEqual([
      ['k', 0, 10],
      ['l', 0, 10],
    ]);
    const outcomeOf = (bytes: Uint8Array): Promise<string | undefined> =>
      readBack(bytes, 0).then(
        (slices) => (isDeepStrictEqual(slices, whole) ? 'the same' : `other slices: ${JSON.stringify(slices)}`),
        (error: { code?: string }) => error.code,
      );
    const fine = ['the same', 'CORRUPT_DATA', 'RANGE_NOT_SATISFIABLE'];
    for (let at = 0; at < index.length; at += 1) {
      expect(fine).toContain(await outcomeOf(index.subarray(0, at)));
      for (const bits of [0x01, 0x80, 0xff]) {
        // Not `slice`: that of a Buffer is a window on the same bytes.
        const changed = Uint8Array.from(index);
        changed[at] = (changed[at] as number) ^ bits;
        expect(fine).toContain(await outcomeOf(changed));
      }
    }
  });

  test('a row that it does not have', async () => {
    const index = encodeShuffleIndex([{ stageId: 's', mapPartition: 0, generation: 0, key: 'k'.repeat(50), offsets: [0, 10] }], [0, 1]);
    await expect(readBack(index, 3)).rejects.toMatchObject({
      code: 'CORRUPT_DATA',
      message: 'The shuffle index index cannot be read: it has 1 rows, number 3 was asked for. Run the job again.',
    });
  });
});
