import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDirectoryScratch } from '../../../engine/adapters/local/scratch-directory.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryScratch } from '../../../engine/adapters/memory/memory-scratch.ts';
import type { ExchangeOutput } from '../../../engine/ports/exchange.ts';
import { createExchange } from '../../../shuffle/exchange.ts';
import { createPartitionBuffers } from '../../../shuffle/partition-buffers.ts';
import { temporaryFolder } from '../../contract/temporary-folder.ts';
import { memoryScratch } from '../../support/task-memory.ts';
import { readAll, slicesOf, writeMapOutput } from './map-outputs.ts';

const record = fc.oneof(
  fc.tuple(fc.string({ maxLength: 8 }), fc.nat(9)),
  fc.tuple(fc.nat(9), fc.array(fc.record({ a: fc.nat(), b: fc.string() }), { maxLength: 3 })),
  // Tagged records, and ones larger than any block.
  fc.tuple(fc.constant('tagged'), fc.constant(new Map([[1, -0]]))),
  fc.tuple(fc.nat(3), fc.string({ minLength: 300, maxLength: 400 })),
);
const records = fc.array(record, { maxLength: 60 });

interface Limits {
  readonly blockBytes: number;
  readonly numPartitions: number;
  readonly compression?: 'none' | 'zstd';
}

/** The records of each partition in order, and the output. */
async function shuffled(
  input: readonly unknown[],
  memoryBytes: number,
  { blockBytes, numPartitions, compression = 'none' }: Limits,
): Promise<{ readonly partitions: readonly (readonly unknown[])[]; readonly output: ExchangeOutput; readonly body: Uint8Array }> {
  const objects = createMemoryObjectStore();
  const exchange = createExchange({ objects, blockBytes, compression });
  const output = await writeMapOutput(
    exchange,
    { index: 0, records: input },
    { partitioner: { kind: 'hash', numPartitions }, memoryBytes },
  );
  const partitions: (readonly unknown[])[] = [];
  for (let p = 0; p < numPartitions; p++) partitions.push((await readAll(exchange, slicesOf([output], p, p + 1))).records);
  return { partitions, output, body: await objects.get(output.key) };
}

describe('a writer that spills', () => {
  const limits = fc.record({ blockBytes: fc.constantFrom(1, 100, 600, 245_760), numPartitions: fc.integer({ min: 1, max: 5 }) });

  test('gives each partition the same records in the same order, and the same checksum, whatever its memory', async () => {
    let spilled = 0;
    await fc.assert(
      fc.asyncProperty(records, limits, fc.oneof(fc.nat(2000), fc.constant(0)), async (input, limit, memoryBytes) => {
        const ample = await shuffled(input, 1_000_000, limit);
        const tight = await shuffled(input, memoryBytes, limit);
        expect(tight.partitions).toEqual(ample.partitions);
        expect(tight.output.checksum).toBe(ample.output.checksum);
        expect(tight.output.records).toBe(ample.output.records);
        expect(tight.output.bytes).toBe(tight.body.byteLength);
        expect(ample.output.spills).toBe(0);
        if (tight.output.spills > 0) spilled++;
      }),
      { numRuns: 300 },
    );
    expect(spilled).toBeGreaterThan(150);
  });

  test('writes the same bytes again for the same records and memory', async () => {
    const input = Array.from({ length: 400 }, (_, i) => [`key ${i % 31}`, { i }]);
    const limit = { blockBytes: 300, numPartitions: 7 };
    const [first, second] = [await shuffled(input, 3000, limit), await shuffled(input, 3000, limit)];
    expect(first.output.spills).toBeGreaterThan(1);
    expect(Buffer.compare(first.body, second.body)).toBe(0);
  });

  test('gives the same records when blocks are compressed', async () => {
    const input = Array.from({ length: 60_000 }, (_, i) => [`key ${i % 31}`, { i, text: 'some text' }]);
    const limit = { blockBytes: 30_000, numPartitions: 3 };
    const plain = await shuffled(input, 10_000_000, limit);
    for (const memoryBytes of [10_000_000, 110_000]) {
      const packed = await shuffled(input, memoryBytes, { ...limit, compression: 'zstd' });
      expect(packed.partitions).toEqual(plain.partitions);
      expect(packed.output.checksum).toBe(plain.output.checksum);
      expect(packed.output.bytes).toBeLessThan(plain.output.bytes / 2);
      expect(packed.output.spills > 0).toBe(memoryBytes === 110_000);
    }
  });

  test('counts spills, what they freed, and what they wrote', async () => {
    const input = Array.from({ length: 100 }, (_, i) => [i, 'x'.repeat(50)]);
    const { output } = await shuffled(input, 1000, { blockBytes: 245_760, numPartitions: 1 });
    // Buffers grow from 256 bytes to 512 and 1,024, which is too much: then about 8 records of 55 bytes are there.
    expect(output.spills).toBeGreaterThanOrEqual(10);
    expect(output.memoryBytesSpilled).toBe(output.spills * 1024);
    expect(output.diskBytesSpilled).toBeGreaterThan(output.spills * 400);
    expect(output.diskBytesSpilled).toBeLessThanOrEqual(output.bytes);
  });

  test('a full disk fails the write with what to do', async () => {
    const exchange = createExchange({ objects: createMemoryObjectStore() });
    const full = exchange.openWriter({
      key: 'k',
      partitioner: { kind: 'roundRobin', numPartitions: 3 },
      bounds: [],
      combine: null,
      scratch: createMemoryScratch({ limitBytes: 5000 }),
      memoryBytes: 1000,
      seed: 0,
      signal: new AbortController().signal,
    });
    expect(() => {
      for (let i = 0; i < 1000; i++) full.write('x'.repeat(50));
    }).toThrow(expect.objectContaining({ code: 'SCRATCH_FULL', fault: 'resource' }));
  });
});

describe('what partition buffers hold', () => {
  test('is never more than they may, after any record', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 400 }), fc.nat(20_000), (input, numPartitions, memoryBytes) => {
        const buffers = createPartitionBuffers(numPartitions, { blockBytes: 400, compression: 'none', memoryBytes }, memoryScratch());
        for (const [i, each] of input.entries()) {
          buffers.push(i % numPartitions, each);
          expect(buffers.heldBytes).toBeLessThanOrEqual(memoryBytes);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('is what the process has: 3,000 partitions and 90 MB through 8 MB of memory', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // The second one waits until what the first found is given back.
    const gc = (): void => {
      collect();
      collect();
    };
    const folder = temporaryFolder();
    onTestFinished(folder.remove);
    const scratch = createDirectoryScratch({ folder: join(folder.path, 'attempt'), limitBytes: 2 ** 30 });
    const buffers = createPartitionBuffers(3000, { blockBytes: 245_760, compression: 'none', memoryBytes: 8_000_000 }, scratch);
    const text = 'some text '.repeat(60);
    gc();
    const before = process.memoryUsage().arrayBuffers;
    let worst = 0;
    for (let i = 0; i < 150_000; i++) {
      // Half of all records go to one partition.
      buffers.pushPair(i % 2 === 0 ? 7 : i % 3000, i, text);
      if (i % 10_000 === 9999) {
        gc();
        const now = process.memoryUsage().arrayBuffers - before;
        expect(Math.abs(now - buffers.heldBytes)).toBeLessThan(1_000_000);
        worst = Math.max(worst, now);
      }
    }
    expect(worst).toBeGreaterThan(2_000_000);
    expect(scratch.usedBytes()).toBeGreaterThan(80_000_000);
    scratch.dropAll();
  });
});
