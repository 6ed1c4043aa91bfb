import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { PartitionerSpec } from '../../../engine/plan/stage-plan.ts';
import type { Combiner, ExchangeOutput } from '../../../engine/ports/exchange.ts';
import { createExchange } from '../../../shuffle/exchange.ts';
import { AMPLE_MEMORY, memoryScratch } from '../../support/task-memory.ts';
import { arbitraryKey, sameKey } from '../records/arbitrary-key.ts';
import { exactlyEqual } from '../records/exact-equality.ts';
import { readAll, slicesOf, writeMapOutput } from './map-outputs.ts';
import { observeStore } from './observed-store.ts';

const sum: Combiner = {
  create: (value) => value,
  mergeValue: (a, b) => (a as number) + (b as number),
  mergeCombiners: (a, b) => (a as number) + (b as number),
};
const group: Combiner = {
  create: (value) => [value],
  mergeValue: (list, value) => {
    (list as unknown[]).push(value);
    return list;
  },
  mergeCombiners: (a, b) => (a as unknown[]).concat(b),
};
const hash = (numPartitions: number): PartitionerSpec => ({ kind: 'hash', numPartitions });

describe('what map tasks write arrives at the reducers', () => {
  const arbitraryMaps = fc.array(fc.array(fc.tuple(arbitraryKey, fc.nat(9)), { maxLength: 20 }), { minLength: 1, maxLength: 4 });
  const spec = fc.oneof(
    fc.integer({ min: 1, max: 6 }).map(hash),
    fc.integer({ min: 1, max: 6 }).map((numPartitions): PartitionerSpec => ({ kind: 'roundRobin', numPartitions })),
  );

  test('every record once, each key in one partition, in map order and in the order of writing', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMaps, spec, fc.constantFrom(1, 60, 262_144), async (maps, partitioner, blockBytes) => {
        const exchange = createExchange({ objects: createMemoryObjectStore(), blockBytes });
        const outputs = await Promise.all(maps.map((records, index) => writeMapOutput(exchange, { index, records }, { partitioner })));
        const partitions: (readonly unknown[])[] = [];
        for (let p = 0; p < partitioner.numPartitions; p++) partitions.push((await readAll(exchange, slicesOf(outputs, p, p + 1))).records);

        const all = maps.flatMap((records, map) => records.map(([key, value], i) => ({ key, value, at: map * 1000 + i })));
        expect(partitions.flat(1)).toHaveLength(all.length);
        // Every partition is a subsequence of all records in order, and together they are all of them.
        const left = new Set(all);
        for (const partition of partitions) {
          let after = -1;
          for (const [key, value] of partition as readonly [unknown, number][]) {
            const found = all.find((r) => r.at > after && left.has(r) && sameKey(r.key, key) && r.value === value);
            expect(found).toBeDefined();
            if (found === undefined) return;
            left.delete(found);
            if (partitioner.kind === 'hash') after = found.at;
          }
        }
        expect(left.size).toBe(0);
        if (partitioner.kind === 'hash') {
          for (const { key } of all) {
            expect(partitions.filter((records) => (records as [unknown, number][]).some((r) => sameKey(r[0], key)))).toHaveLength(1);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('adjacent partitions of a slice are what the partitions hold one by one', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMaps, fc.integer({ min: 1, max: 6 }), fc.nat(5), fc.nat(5), async (maps, numPartitions, a, b) => {
        const exchange = createExchange({ objects: createMemoryObjectStore() });
        const outputs = await Promise.all(
          maps.map((records, index) => writeMapOutput(exchange, { index, records }, { partitioner: hash(numPartitions) })),
        );
        const start = Math.min(a, b, numPartitions);
        const end = Math.min(Math.max(a, b), numPartitions);
        const expected: unknown[] = [];
        for (const output of outputs) {
          for (let p = start; p < end; p++) expected.push(...(await readAll(exchange, slicesOf([output], p, p + 1))).records);
        }
        expect(exactlyEqual((await readAll(exchange, slicesOf(outputs, start, end))).records, expected)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('records that MessagePack knows nothing of', async () => {
    const exchange = createExchange({ objects: createMemoryObjectStore() });
    const records = [
      ['a', { list: Object.assign([], { length: 2 }), minus: -0, set: new Set(['\ud800']) }],
      ['b', new Map([[new Date(0), 2n ** 70n]])],
    ];
    const output = await writeMapOutput(exchange, { index: 0, records }, { partitioner: hash(1) });
    expect(exactlyEqual((await readAll(exchange, slicesOf([output], 0, 1))).records, records)).toBe(true);
  });

  test('range partitions hold ranges', async () => {
    const exchange = createExchange({ objects: createMemoryObjectStore() });
    const records = ['d', 'a', 'c', 'b', 'e'].map((key) => [key, 1]);
    const partitioner: PartitionerSpec = { kind: 'range', numPartitions: 3, ascending: false };
    const output = await writeMapOutput(exchange, { index: 0, records }, { partitioner, bounds: ['b', 'd'] });
    const keysOf = async (p: number): Promise<unknown[]> =>
      (await readAll(exchange, slicesOf([output], p, p + 1))).records.map((record) => (record as [string, number])[0]);
    expect([await keysOf(0), await keysOf(1), await keysOf(2)]).toEqual([['e'], ['d', 'c'], ['a', 'b']]);
  });

  test('round robin starts at the seed and takes any record', async () => {
    const exchange = createExchange({ objects: createMemoryObjectStore() });
    const partitioner: PartitionerSpec = { kind: 'roundRobin', numPartitions: 3 };
    const output = await writeMapOutput(exchange, { index: 0, records: [1, 'two', [3], null] }, { partitioner, seed: 5 });
    expect((await readAll(exchange, slicesOf([output], 2, 3))).records).toEqual([1, null]);
    expect((await readAll(exchange, slicesOf([output], 0, 1))).records).toEqual(['two']);
    expect((await readAll(exchange, slicesOf([output], 1, 2))).records).toEqual([[3]]);
  });
});

describe('map-side combine', () => {
  test('gives one pair a key, in order of first appearance', async () => {
    const exchange = createExchange({ objects: createMemoryObjectStore() });
    const records = [
      ['b', 1],
      ['a', 2],
      ['b', 3],
      [[1, 'x'], 4],
      ['a', 5],
      [[1, 'x'], 6],
    ];
    const output = await writeMapOutput(exchange, { index: 0, records }, { partitioner: hash(1), combine: sum });
    expect((await readAll(exchange, slicesOf([output], 0, 1))).records).toEqual([
      ['b', 4],
      ['a', 7],
      [[1, 'x'], 10],
    ]);
    expect(output.records).toBe(3);
  });

  test('groups values in order', async () => {
    const exchange = createExchange({ objects: createMemoryObjectStore() });
    const records = [
      [1, 'a'],
      [2, 'b'],
      [1, 'c'],
    ];
    const output = await writeMapOutput(exchange, { index: 0, records }, { partitioner: hash(1), combine: group });
    expect((await readAll(exchange, slicesOf([output], 0, 1))).records).toEqual([
      [1, ['a', 'c']],
      [2, ['b']],
    ]);
  });

  test.for([
    ['keys', sum],
    ['values', group],
  ] as const)('writes what it has whenever its %s take more than half of its memory', async ([what, combine]) => {
    const exchange = createExchange({ objects: createMemoryObjectStore() });
    const keys = what === 'keys' ? 5000 : 10;
    const records = Array.from({ length: 20_000 }, (_, i) => [`key ${i % keys}`, i]);
    const written = async (memoryBytes: number): Promise<ExchangeOutput> =>
      await writeMapOutput(exchange, { index: 0, records }, { partitioner: hash(2), combine, memoryBytes });
    expect((await written(10_000_000)).records).toBe(keys);
    // 5,000 keys take about 140 bytes each; 20,000 values about 12.
    const output = await written(what === 'keys' ? 300_000 : 60_000);
    const flushes = output.records / keys;
    expect(flushes).toBeGreaterThan(what === 'keys' ? 3.5 : 5);
    expect(flushes).toBeLessThan(what === 'keys' ? 4.1 : 16);
    const seen = new Map<string, number[]>();
    for (const [key, value] of (await readAll(exchange, slicesOf([output], 0, 2))).records as [string, number | number[]][]) {
      seen.set(key, [...(seen.get(key) ?? []), ...[value].flat()]);
    }
    for (const [key, values] of seen) {
      const mine = records.filter((record) => record[0] === key).map((record) => record[1] as number);
      if (combine === group) expect(values).toEqual(mine);
      else expect(values.reduce((a, b) => a + b)).toBe(mine.reduce((a, b) => a + b));
      if (seen.size > 100 && key === 'key 50') break;
    }
    expect(seen.size).toBe(keys);
  });

  test('leaves the rest to the reducers when there are more keys than it may hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(arbitraryKey, fc.nat(9))), fc.nat(3000), async (records, memoryBytes) => {
        const exchange = createExchange({ objects: createMemoryObjectStore() });
        const output = await writeMapOutput(exchange, { index: 0, records }, { partitioner: hash(2), combine: sum, memoryBytes });
        const combined = (await readAll(exchange, slicesOf([output], 0, 2))).records as [unknown, number][];
        const totalOf = (pairs: readonly (readonly [unknown, number])[], key: unknown): number =>
          pairs.filter((pair) => sameKey(pair[0], key)).reduce((total, pair) => total + pair[1], 0);
        for (const [key] of records) expect(totalOf(combined, key)).toBe(totalOf(records, key));
        expect(combined.length).toBeLessThanOrEqual(records.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the object of a map task', () => {
  test('is one, and an empty partition has no bytes in it', async () => {
    const objects = observeStore(createMemoryObjectStore());
    const exchange = createExchange({ objects });
    const output = await writeMapOutput(exchange, { index: 0, records: [[null, 1]] }, { partitioner: hash(1000) });
    expect(objects.calls).toEqual(['put map-0']);
    expect(output.offsets).toHaveLength(1001);
    // Partition 0 (null's) has a block of 16 + 5 + 3 bytes, the 999 others one byte of index each.
    expect(output.offsets.slice(1).every((offset) => offset === 24)).toBe(true);
    expect(output.bytes).toBe(24 + 1000 + 20);
    expect((await objects.head('map-0')).size).toBe(output.bytes);
  });

  test('without any record can be read', async () => {
    const exchange = createExchange({ objects: createMemoryObjectStore() });
    const output = await writeMapOutput(exchange, { index: 0, records: [] }, { partitioner: hash(2) });
    expect(output.offsets).toEqual([0, 0, 0]);
    expect(output.checksum).toBe('0000000000000000');
    expect(await exchange.readOffsets('map-0')).toEqual([0, 0, 0]);
    expect((await readAll(exchange, slicesOf([output], 0, 2))).batches).toEqual([]);
  });

  test('is the same for the same records', async () => {
    const objects = createMemoryObjectStore();
    const exchange = createExchange({ objects });
    const records = Array.from({ length: 500 }, (_, i) => [`k${i % 37}`, { i }]);
    await writeMapOutput(exchange, { index: 0, records }, { partitioner: hash(7) });
    await writeMapOutput(exchange, { index: 1, records }, { partitioner: hash(7) });
    expect(Buffer.compare(await objects.get('map-0'), await objects.get('map-1'))).toBe(0);
  });
});

describe('the checksum of a map output', () => {
  const checksumOf = async (records: readonly unknown[], partitioner: PartitionerSpec, seed = 0): Promise<string> => {
    const exchange = createExchange({ objects: createMemoryObjectStore(), blockBytes: 64 });
    return (await writeMapOutput(exchange, { index: 0, records }, { partitioner, seed })).checksum;
  };

  test('does not depend on the order of records in a partition', async () => {
    const records = Array.from({ length: 100 }, (_, i) => [`k${i % 7}`, i]);
    expect(await checksumOf([...records].reverse(), hash(3))).toBe(await checksumOf(records, hash(3)));
  });

  test('differs when a record changed, is missing, is there twice, or went to another partition', async () => {
    const records = Array.from({ length: 10 }, (_, i) => [i, i]);
    const roundRobin: PartitionerSpec = { kind: 'roundRobin', numPartitions: 3 };
    const checksums = [
      await checksumOf(records, roundRobin),
      await checksumOf([[0, 1], ...records.slice(1)], roundRobin),
      await checksumOf(records.slice(1), roundRobin),
      await checksumOf([...records, records[0]], roundRobin),
      await checksumOf(records, roundRobin, 1),
    ];
    expect(new Set(checksums).size).toBe(checksums.length);
    expect(checksums.every((checksum) => /^[0-9a-f]{16}$/.test(checksum))).toBe(true);
  });
});

describe('records that cannot be shuffled', () => {
  const signal = new AbortController().signal;
  const open = (combine: Combiner | null) =>
    createExchange({ objects: createMemoryObjectStore() }).openWriter({
      key: 'k',
      partitioner: hash(2),
      bounds: [],
      combine,
      scratch: memoryScratch(),
      memoryBytes: AMPLE_MEMORY.executionBytes,
      seed: 0,
      signal,
    });

  test.each([
    ['the number 5', 5],
    ['the string "ab"', 'ab'],
    ['an array of 3 elements', [1, 2, 3]],
    ['an array of 1 element', [1]],
    ['null', null],
    ['a plain object', { 0: 1, 1: 2, length: 2 }],
  ])('%s is not a pair', (what, record) => {
    for (const combine of [null, sum]) {
      expect(() => open(combine).write(record)).toThrow(
        expect.objectContaining({
          code: 'NOT_A_PAIR',
          fault: 'user',
          message:
            `A record that is shuffled by key must be a pair [key, value]; this one is ${what}. ` +
            'Make pairs first, for example with map((x) => [keyOf(x), x]) or keyBy(keyOf).',
        }),
      );
    }
  });

  test('a key without value equality is refused', () => {
    for (const combine of [null, sum]) {
      expect(() => open(combine).write([new Map(), 1])).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_KEY' }));
    }
  });
});
