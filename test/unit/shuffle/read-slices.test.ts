import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { ExchangeOutput } from '../../../engine/ports/exchange.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { createExchange } from '../../../shuffle/exchange.ts';
import { AMPLE_MEMORY } from '../../support/task-memory.ts';
import { readAll, slicesOf, writeMapOutput } from './map-outputs.ts';
import { observeStore } from './observed-store.ts';

const numPartitions = 8;

async function threeMaps(objects: ObjectStore): Promise<ExchangeOutput[]> {
  const exchange = createExchange({ objects });
  const write = (index: number): Promise<ExchangeOutput> =>
    writeMapOutput(
      exchange,
      { index, records: Array.from({ length: 80 }, (_, i) => `map ${index} record ${i}`) },
      { partitioner: { kind: 'roundRobin', numPartitions } },
    );
  return await Promise.all([write(0), write(1), write(2)]);
}

const offset = (output: ExchangeOutput | undefined, partition: number): number => output?.offsets[partition] as number;

describe('reading slices', () => {
  test('is one ranged read of each map, however many adjacent partitions', async () => {
    const objects = observeStore(createMemoryObjectStore());
    const outputs = await threeMaps(objects);
    objects.calls.length = 0;
    const read = await readAll(createExchange({ objects }), slicesOf(outputs, 2, 7));
    expect(objects.calls).toEqual(outputs.map((output, map) => `get map-${map} ${offset(output, 2)} ${offset(output, 7)}`));
    expect(read.batches).toHaveLength(15);
    expect(read.records).toHaveLength(150);
    expect(read.recordCount).toBe(150);
    expect(read.bytes).toBe(outputs.reduce((sum, output) => sum + offset(output, 7) - offset(output, 2), 0));
    expect(read.records.slice(0, 2)).toEqual(['map 0 record 2', 'map 0 record 10']);
  });

  test('reads nothing where there is nothing', async () => {
    const objects = observeStore(createMemoryObjectStore());
    const exchange = createExchange({ objects });
    const output = await writeMapOutput(exchange, { index: 0, records: [1] }, { partitioner: { kind: 'roundRobin', numPartitions } });
    objects.calls.length = 0;
    expect((await readAll(exchange, slicesOf([output], 1, 8))).batches).toEqual([]);
    expect((await readAll(exchange, slicesOf([output], 3, 3))).batches).toEqual([]);
    expect((await readAll(exchange, [])).batches).toEqual([]);
    expect(objects.calls).toEqual([]);
  });

  test('keeps the order of the slices when answers come in another', async () => {
    const objects = createMemoryObjectStore();
    const outputs = await threeMaps(objects);
    const answers: Record<string, PromiseWithResolvers<void>> = {
      'map-0': Promise.withResolvers(),
      'map-1': Promise.withResolvers(),
      'map-2': Promise.withResolvers(),
    };
    const held = observeStore(objects, {
      async onRead(bytes, key) {
        await answers[key]?.promise;
        return bytes;
      },
    });
    const reading = readAll(createExchange({ objects: held }), slicesOf(outputs, 0, 1));
    answers['map-2']?.resolve();
    answers['map-1']?.resolve();
    answers['map-0']?.resolve();
    expect((await reading).batches.map((batch) => batch[0])).toEqual(['map 0 record 0', 'map 1 record 0', 'map 2 record 0']);
  });

  test('reads ahead within the bounds of bytes and of reads', async () => {
    const objects = createMemoryObjectStore();
    const outputs = await threeMaps(objects);
    const slices = slicesOf(outputs, 0, 1);
    const bytes = offset(outputs[0], 1);
    const openReads = async (limits: { maxBytesInFlight?: number; maxReadsInFlight?: number }): Promise<number> => {
      const answer = Promise.withResolvers<void>();
      const held = observeStore(objects, {
        async onRead(read) {
          await answer.promise;
          return read;
        },
      });
      const reading = readAll(createExchange({ objects: held, ...limits }), slices);
      const open = held.open();
      answer.resolve();
      expect((await reading).batches).toHaveLength(3);
      return open;
    };
    expect(await openReads({})).toBe(3);
    expect(await openReads({ maxReadsInFlight: 2 })).toBe(2);
    expect(await openReads({ maxBytesInFlight: 2 * bytes + 1 })).toBe(2);
    expect(await openReads({ maxBytesInFlight: 1 })).toBe(1);
  });
});

describe('reading slices larger than what may be in flight', () => {
  const record = fc.oneof(fc.nat(), fc.string({ maxLength: 30 }), fc.string({ minLength: 200, maxLength: 500 }));
  const arbitraryMaps = fc.array(fc.array(record, { maxLength: 40 }), { minLength: 1, maxLength: 3 });
  const limits = fc.record({ maxBytesInFlight: fc.integer({ min: 1, max: 3000 }), maxReadsInFlight: fc.integer({ min: 1, max: 4 }) });

  const outputsOf = async (objects: ObjectStore, maps: readonly (readonly unknown[])[], blockBytes: number): Promise<ExchangeOutput[]> => {
    const exchange = createExchange({ objects, blockBytes });
    const partitioner = { kind: 'roundRobin', numPartitions: 3 } as const;
    return await Promise.all(maps.map((records, index) => writeMapOutput(exchange, { index, records }, { partitioner })));
  };

  test('gives the same batches, and never asks for more than that', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMaps, limits, fc.constantFrom(1, 200, 5000), async (maps, limit, blockBytes) => {
        const objects = createMemoryObjectStore();
        const slices = slicesOf(await outputsOf(objects, maps, blockBytes), 0, 3);
        const whole = await readAll(createExchange({ objects }), slices);
        let asked = 0;
        let most = 0;
        const counting: ObjectStore = {
          ...objects,
          async getRange(key, start, end, options) {
            asked += end - start;
            most = Math.max(most, asked);
            const bytes = await objects.getRange(key, start, end, options);
            asked -= end - start;
            return bytes;
          },
        };
        const read = await readAll(createExchange({ objects: counting, ...limit }), slices);
        expect(read).toEqual(whole);
        expect(most).toBeLessThanOrEqual(Math.max(1, limit.maxBytesInFlight));
      }),
      { numRuns: 200 },
    );
  });

  test('notices a flipped bit wherever it is, and forgives one that only the first read has', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMaps, limits, fc.nat(), fc.nat(7), fc.boolean(), async (maps, limit, place, bit, lasting) => {
        const objects = createMemoryObjectStore();
        const outputs = await outputsOf(objects, maps, 200);
        const slices = slicesOf(outputs, 0, 3);
        const whole = await readAll(createExchange({ objects }), slices);
        const map = place % maps.length;
        const length = offset(outputs[map], 3);
        fc.pre(length > 0);
        const at = place % length;
        let damages = 0;
        const damaging: ObjectStore = {
          ...objects,
          async getRange(key, start, end, options) {
            const bytes = await objects.getRange(key, start, end, options);
            if (key !== `map-${map}` || at < start || at >= end || (damages > 0 && !lasting)) return bytes;
            damages++;
            (bytes[at - start] as number) ^= 1 << bit;
            return bytes;
          },
        };
        const reading = readAll(createExchange({ objects: damaging, ...limit }), slices);
        if (!lasting) expect(await reading).toEqual(whole);
        else
          await expect(reading).rejects.toMatchObject({
            code: 'FETCH_FAILED',
            details: { lost: [{ stageId: 's', partition: map, generation: 3 }] },
          });
      }),
      { numRuns: 200 },
    );
  });
});

describe('output that was lost', () => {
  const failure = (map: number, what: string) => ({
    code: 'FETCH_FAILED',
    fault: 'transient',
    message: `The output of map task ${map} (stage s, generation 3) cannot be read: ${what} It was read twice. The task has to run again.`,
    details: { lost: [{ stageId: 's', partition: map, generation: 3 }] },
  });

  test('because a byte of a block flipped names its producer, and only it', async () => {
    const objects = createMemoryObjectStore();
    const outputs = await threeMaps(objects);
    const body = await objects.get('map-1');
    // Inside the second of the partitions that are read.
    const at = offset(outputs[1], 3) + 40;
    (body[at] as number) ^= 4;
    await objects.put('map-1', body);
    const observed = observeStore(objects);
    const blockStart = offset(outputs[1], 3) - offset(outputs[1], 2);
    const error: unknown = await readAll(createExchange({ objects: observed }), slicesOf(outputs, 2, 5)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'FETCH_FAILED', details: { lost: [{ stageId: 's', partition: 1, generation: 3 }] } });
    expect((error as Error).message).toMatch(
      new RegExp(
        `^The output of map task 1 \\(stage s, generation 3\\) cannot be read: The block of records at byte ${blockStart} is damaged: ` +
          'its checksum is [0-9a-f]{8}, [0-9a-f]{8} was written\\. Read it again, or let its producer run again\\. It was read twice\\. The task has to run again\\.$',
      ),
    );
    expect(observed.calls.filter((call) => call.startsWith('get map-1'))).toHaveLength(2);
    expect((await readAll(createExchange({ objects }), slicesOf(outputs, 0, 2))).records).toHaveLength(60);
  });

  test('because the object is gone', async () => {
    const objects = createMemoryObjectStore();
    const outputs = await threeMaps(objects);
    await objects.deleteMany(['map-2']);
    await expect(readAll(createExchange({ objects }), slicesOf(outputs, 0, 8))).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      details: failure(2, '').details,
      cause: { code: 'OBJECT_NOT_FOUND' },
    });
  });

  test('because the object became shorter', async () => {
    const objects = createMemoryObjectStore();
    const outputs = await threeMaps(objects);
    await objects.put('map-0', (await objects.get('map-0')).subarray(0, 50));
    await expect(readAll(createExchange({ objects }), slicesOf(outputs, 0, 8))).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      details: failure(0, '').details,
      cause: { code: 'RANGE_NOT_SATISFIABLE' },
    });
  });

  test('is not what one bad read means: the second counts', async () => {
    const objects = createMemoryObjectStore();
    const outputs = await threeMaps(objects);
    const flaky = observeStore(objects, { onRead: (bytes, _key, read) => (read === 1 ? bytes.subarray(0, bytes.byteLength - 1) : bytes) });
    expect((await readAll(createExchange({ objects: flaky }), slicesOf(outputs, 0, 8))).records).toHaveLength(240);
  });

  test('is not what an error of the store means', async () => {
    const objects = createMemoryObjectStore();
    const outputs = await threeMaps(objects);
    const broken = observeStore(objects, {
      onRead: () => Promise.reject(Object.assign(new Error('slow down'), { code: 'THROTTLED' })),
    });
    await expect(readAll(createExchange({ objects: broken }), slicesOf(outputs, 0, 8))).rejects.toMatchObject({ code: 'THROTTLED' });
    expect(broken.calls).toHaveLength(3);
  });
});

describe('a reader that stops', () => {
  test('aborts what is in flight', async () => {
    const objects = createMemoryObjectStore();
    const outputs = await threeMaps(objects);
    const aborted: string[] = [];
    const held: ObjectStore = {
      ...objects,
      getRange(key, start, end, options) {
        if (key === 'map-0') return objects.getRange(key, start, end, options);
        return new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => {
            aborted.push(key);
            reject(options.signal?.reason as Error);
          });
        });
      },
    };
    const signal = new AbortController().signal;
    for await (const batch of createExchange({ objects: held }).read(slicesOf(outputs, 0, 8), {
      signal,
      memoryBytes: AMPLE_MEMORY.readAheadBytes,
      onRead: () => undefined,
    })) {
      expect(batch[0]).toBe('map 0 record 0');
      break;
    }
    expect(aborted).toEqual(['map-1', 'map-2']);
  });

  test('because it was told to, throws the reason', async () => {
    const objects = createMemoryObjectStore();
    const outputs = await threeMaps(objects);
    const reason = new Error('cancelled');
    const stop = new AbortController();
    const seen: unknown[] = [];
    const reading = async (): Promise<void> => {
      for await (const batch of createExchange({ objects }).read(slicesOf(outputs, 0, 8), {
        signal: stop.signal,
        memoryBytes: AMPLE_MEMORY.readAheadBytes,
        onRead: () => undefined,
      })) {
        seen.push(batch);
        stop.abort(reason);
      }
    };
    await expect(reading()).rejects.toBe(reason);
    expect(seen).toHaveLength(1);
    await expect(readAll(createExchange({ objects }), slicesOf(outputs, 0, 8), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
