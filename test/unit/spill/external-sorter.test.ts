import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createExternalSorter } from '../../../engine/runtime/spill/external-sorter.ts';
import { recordsOf } from '../../../engine/runtime/spill/run-merger.ts';
import { spillSpace, type TestSpace } from './spill-fixture.ts';

type Record = readonly [key: number, at: number];

const byKey = (a: Record, b: Record): number => a[0] - b[0];

function sorted(space: TestSpace, records: readonly Record[]): unknown[] {
  const sorter = createExternalSorter(space, { compare: byKey });
  for (const record of records) sorter.add(record);
  const all = sorter.finish();
  const out = all.kind === 'array' ? all.records : [...recordsOf(all.cursor)];
  sorter.drop();
  return out;
}

const numbered = (keys: readonly number[]): Record[] => keys.map((key, at) => [key, at]);

describe('an external sorter', () => {
  test('sorts, equal records in the order they came, whatever the memory', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 400 }),
        fc.integer({ min: 1, max: 20_000 }),
        (keys, shareBytes) => {
          const records = numbered(keys);
          const space = spillSpace(shareBytes);
          expect(sorted(space, records)).toEqual(records.toSorted(byKey));
          expect(space.scratch.usedBytes()).toBe(0);
        },
      ),
    );
  });

  test('merges in several passes when there are more runs than are read at once', () => {
    const records = numbered(Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 1000));
    const space = spillSpace(1);
    expect(sorted(space, records)).toEqual(records.toSorted(byKey));
    expect(space.counters.spills).toBe(10_000);
  });

  test('holds no more than its share, by estimate, and counts what it spills', () => {
    const records = numbered(Array.from({ length: 20_000 }, (_, i) => 20_000 - i));
    // A record takes about 100 bytes.
    const space = spillSpace(200_000);
    expect(sorted(space, records)).toHaveLength(20_000);
    const { spills, memoryBytesSpilled, diskBytesSpilled, forcedSpills } = space.counters;
    expect(spills).toBeGreaterThanOrEqual(8);
    expect(spills).toBeLessThanOrEqual(12);
    expect(memoryBytesSpilled / spills).toBeLessThan(220_000);
    expect(diskBytesSpilled).toBeGreaterThan(20_000 * 5);
    expect(diskBytesSpilled).toBeLessThan(20_000 * 12);
    expect(forcedSpills).toBe(0);
  });

  test('spills too when memory runs out before the estimate says so', () => {
    const records = numbered(Array.from({ length: 50_000 }, (_, i) => i % 100));
    const space = spillSpace(4_000_000, 0);
    expect(sorted(space, records)).toEqual(records.toSorted(byKey));
    expect(space.counters.forcedSpills).toBeGreaterThan(1);
    expect(space.counters.spills - space.counters.forcedSpills).toBe(1);
  });

  test('everything in memory is on no disk', () => {
    const space = spillSpace(1_000_000);
    const sorter = createExternalSorter(space, { compare: byKey });
    for (const record of numbered([3, 1, 2])) sorter.add(record);
    expect(sorter.finish()).toEqual({
      kind: 'array',
      records: [
        [1, 1],
        [2, 2],
        [3, 0],
      ],
    });
    expect(space.counters.spills).toBe(0);
  });
});
