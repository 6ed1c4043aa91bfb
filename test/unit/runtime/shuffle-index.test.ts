import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { encodeShuffleIndex, readShuffleIndexSlice } from '../../../engine/runtime/sources/shuffle-index.ts';
import type { MapOutputSlice } from '../../../engine/types/task.ts';

const signal = new AbortController().signal;

async function readBack(index: Uint8Array, partition: number, wrap = (store: ObjectStore): ObjectStore => store) {
  const objects = createMemoryObjectStore();
  await objects.put('index', index);
  return await readShuffleIndexSlice({ objects: wrap(objects), key: 'index', partition, signal });
}

const offsets = fc
  .array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 5 })
  .map((steps) => steps.map((_, i) => steps.slice(0, i + 1).reduce((sum, n) => sum + n * 1000, 0)));
const slice: fc.Arbitrary<MapOutputSlice> = fc.record({
  stageId: fc.constantFrom('a1', 'a2', 'b'),
  mapPartition: fc.nat(5),
  generation: fc.nat(2),
  key: fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('apps/a/shuffle/a1/0-x', 'apps/a/shuffle/a1/1-y', 'p😀', 'p😁'),
  ),
  offsets,
});

describe('the shuffle index', () => {
  test('gives each partition its slices back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(slice, { maxLength: 5 }), { minLength: 1, maxLength: 6 }), async (rows) => {
        const index = encodeShuffleIndex(rows);
        for (const [p, row] of rows.entries()) expect(await readBack(index, p)).toEqual(row);
      }),
      { numRuns: 300 },
    );
  });

  test('names each producer once: 200 maps times 1,000 partitions take less than 6 bytes a location', async () => {
    const key = (m: number) => `apps/9b2f/shuffle/0123456789abcdef0123456789abcdef/${m}-${'0123456789abcdef'.repeat(2)}`;
    const rows = Array.from({ length: 1_000 }, (_, p) =>
      Array.from(
        { length: 200 },
        (_unused, m): MapOutputSlice => ({ stageId: 's', mapPartition: m, generation: 0, key: key(m), offsets: [p * 80, p * 80 + 80] }),
      ),
    );
    const index = encodeShuffleIndex(rows);
    expect(index.length / 200_000).toBeLessThan(6);
    const read: number[] = [];
    const slices = await readBack(index, 999, (store) => ({
      ...store,
      getRange: (k, start, end, options) => {
        read.push(end - start);
        return store.getRange(k, start, end, options);
      },
    }));
    expect(slices).toEqual(rows[999]);
    expect(read.length).toBe(4);
    expect(read.reduce((sum, n) => sum + n, 0)).toBeLessThan(10_000);
  });

  test('any cut or changed byte is an error or gives the same, never a crash or a hang', async () => {
    const rows = [[{ stageId: 's', mapPartition: 0, generation: 0, key: 'k', offsets: [0, 10] }], []];
    const index = encodeShuffleIndex(rows);
    for (let at = 0; at < index.length; at += 1) {
      const cut = await readBack(index.slice(0, at), 0).catch((error: unknown) => error);
      expect(cut).toMatchObject({ code: expect.stringMatching(/^(CORRUPT_DATA|RANGE_NOT_SATISFIABLE)$/) });
      for (const bits of [0x01, 0x80, 0xff]) {
        const changed = index.slice();
        changed[at] = (changed[at] as number) ^ bits;
        const outcome = await readBack(changed, 0).then(
          () => 'read',
          (error: { code?: string }) => error.code,
        );
        expect(['read', 'CORRUPT_DATA', 'RANGE_NOT_SATISFIABLE']).toContain(outcome);
      }
    }
  });

  test('a partition that it does not have', async () => {
    const index = encodeShuffleIndex([[{ stageId: 's', mapPartition: 0, generation: 0, key: 'k'.repeat(50), offsets: [0, 10] }]]);
    await expect(readBack(index, 3)).rejects.toMatchObject({
      code: 'CORRUPT_DATA',
      message: 'The shuffle index index cannot be read: it has 1 partitions, number 3 was asked for. Run the job again.',
    });
  });
});
