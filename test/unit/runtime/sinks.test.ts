import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { Aggregator, Sink } from '../../../engine/plan/stage-plan.ts';
import { decodeBlock } from '../../../engine/records/block.ts';
import { compareKeys } from '../../../engine/records/compare-keys.ts';
import { encodeValue } from '../../../engine/records/value.ts';
import { lineOf } from '../../../engine/runtime/sinks/line-of.ts';
import { createReservoir } from '../../../engine/runtime/sinks/reservoir.ts';
import type { MapOutputSlice, TaskOutput } from '../../../engine/types/task.ts';
import { createExchange } from '../../../shuffle/exchange.ts';
import { AMPLE_MEMORY } from '../../support/task-memory.ts';
import { chain, runOver, runPartition, storeSlices } from './task-harness.ts';

const add = (a: number, b: number) => a + b;

describe('results', () => {
  test.each<{ name: string; sink: Sink; records: readonly unknown[]; empty: readonly unknown[] }>([
    { name: 'collect', sink: { kind: 'collect' }, records: [3, 1, 2], empty: [] },
    { name: 'count', sink: { kind: 'count' }, records: [3], empty: [0] },
    { name: 'take fewer', sink: { kind: 'take', n: 2 }, records: [3, 1], empty: [] },
    { name: 'take more', sink: { kind: 'take', n: 9 }, records: [3, 1, 2], empty: [] },
    { name: 'take none', sink: { kind: 'take', n: 0 }, records: [], empty: [] },
    { name: 'reduce', sink: { kind: 'reduce', fn: 0 }, records: [6], empty: [] },
    { name: 'takeOrdered', sink: { kind: 'takeOrdered', n: 2, key: null }, records: [1, 2], empty: [] },
    { name: 'takeOrdered by key', sink: { kind: 'takeOrdered', n: 2, key: 1 }, records: [3, 2], empty: [] },
    { name: 'takeOrdered of none', sink: { kind: 'takeOrdered', n: 0, key: null }, records: [], empty: [] },
    { name: 'foreach', sink: { kind: 'foreach', fn: 1 }, records: [], empty: [] },
  ])('$name', async ({ sink, records, empty }) => {
    const functions = [add, (x: number) => -x];
    expect((await runOver([[3, 1, 2]], { nodes: [], sink, functions })).records).toEqual(records);
    expect((await runOver([[]], { nodes: [], sink, functions })).records).toEqual(empty);
  });

  test('reduce takes undefined and null as values like any other', async () => {
    const log: unknown[] = [];
    const sink = { kind: 'reduce', fn: 0 } as const;
    const functions = [
      (a: unknown, b: unknown) => {
        log.push([a, b]);
        return undefined;
      },
    ];
    expect((await runOver([[null, 1, 2]], { nodes: [], sink, functions })).records).toEqual([undefined]);
    expect(log).toEqual([
      [null, 1],
      [undefined, 2],
    ]);
  });

  test('take computes nothing beyond what it takes', async () => {
    let computed = 0;
    const functions = [
      (x: number) => {
        computed += 1;
        return x;
      },
    ];
    await runOver([Array.from({ length: 100 }, (_, i) => i)], {
      nodes: chain({ kind: 'map', fn: 0 }),
      sink: { kind: 'take', n: 3 },
      functions,
    });
    expect(computed).toBe(3);
  });
});

describe('where a result stands', () => {
  test('up to 512 bytes inside the output, above in an object of the attempt', async () => {
    const objects = createMemoryObjectStore();
    const outputOf = async (characters: number): Promise<TaskOutput> => {
      const { inputs } = await storeSlices(objects, [['x'.repeat(characters)]]);
      return (await runPartition({ nodes: [{ kind: 'slices', numPartitions: 1 }], objects, inputs })).output;
    };
    // Block header 16 bytes, array header 5, string header 3.
    const inline = await outputOf(488);
    expect(inline).toMatchObject({ kind: 'inline', checksum: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(inline.kind === 'inline' && inline.block.length).toBe(512);
    expect(await outputOf(489)).toMatchObject({ kind: 'object', key: 'apps/app/results/stage-a/0-attempt1', length: 513 });
    expect(decodeBlock(await objects.get('apps/app/results/stage-a/0-attempt1'))).toEqual(['x'.repeat(489)]);
  });

  test('metrics tell what was read and written', async () => {
    const { metrics } = await runOver([[1, 2, 3, 4]], { nodes: chain({ kind: 'filter', fn: 0 }), functions: [(x: number) => x > 1] });
    expect(metrics).toMatchObject({
      recordsRead: 4,
      recordsWritten: 3,
      bytesRead: 25,
      bytesWritten: 24,
      shuffleBytesRead: 0,
      shuffleBytesWritten: 0,
    });
    expect(metrics.runMs).toBeGreaterThan(0);
    expect(metrics.peakRssBytes).toBeGreaterThan(1_000_000);
  });

  test('a range counts the records that were really made', async () => {
    const nodes = [{ kind: 'range', start: 0, step: 1, count: 1_000, numPartitions: 1 }] as const;
    expect((await runPartition({ nodes, sink: { kind: 'count' } })).metrics.recordsRead).toBe(1_000);
  });
});

describe('takeOrdered', () => {
  test('is what a stable sort gives', async () => {
    const records = fc.array(fc.tuple(fc.nat(5), fc.nat(1_000)), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(records, fc.nat(20), async (input, n) => {
        const sink = { kind: 'takeOrdered', n, key: 0 } as const;
        const ran = await runOver([input], { nodes: [], sink, functions: [([k]: readonly [number, number]) => k] });
        expect(ran.records).toEqual(input.toSorted((a, b) => a[0] - b[0]).slice(0, n));
      }),
      { numRuns: 300 },
    );
  });
});

describe('sampleKeys', () => {
  const pairs = Array.from({ length: 500 }, (_, i) => [i, 'value']);
  const sample = async (size: number, seed: string) =>
    (await runOver([pairs], { nodes: [], sink: { kind: 'sampleKeys', size, seed } })).records as [[number, number[]]];

  test('gives the count and all keys when they fit', async () => {
    expect(await sample(500, 's')).toEqual([[500, pairs.map(([key]) => key)]]);
  });

  test('gives the same sample for the same seed, another one for another', async () => {
    const [[count, keys]] = await sample(20, 's');
    expect({ count, keys: keys.length, different: new Set(keys).size }).toEqual({ count: 500, keys: 20, different: 20 });
    expect((await sample(20, 's'))[0][1]).toEqual(keys);
    expect((await sample(20, 't'))[0][1]).not.toEqual(keys);
  });

  test('is fair: every position is drawn about equally often', () => {
    // Sequence of a 32-bit linear congruential generator: independent of the generator in use.
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const drawn = new Array<number>(50).fill(0);
    for (let round = 0; round < 4_000; round += 1) {
      const reservoir = createReservoir<number>(5, random);
      for (let i = 0; i < 50; i += 1) reservoir.offer(i);
      for (const i of reservoir.sample) drawn[i] = (drawn[i] as number) + 1;
    }
    // 400 expected, standard deviation 19.
    expect(Math.min(...drawn)).toBeGreaterThan(300);
    expect(Math.max(...drawn)).toBeLessThan(500);
  });
});

describe('saveAsTextFile', () => {
  const save = async (records: readonly unknown[], path = '/out/words') => {
    const files = createMemoryObjectStore();
    const ran = await runOver([records], { nodes: [], sink: { kind: 'saveAsTextFile', path }, files });
    return { ...ran, text: Buffer.from(await files.get('out/words/part-00000-attempt1')).toString() };
  };

  test('writes one line for each record into a file of the attempt', async () => {
    const { output, text, metrics } = await save(['a', 'ü', ['k', 1]]);
    expect(text).toBe('a\nü\n["k",1]\n');
    expect(output).toEqual({ kind: 'file', path: '/out/words/part-00000-attempt1', length: 13, checksum: 'a658179e' });
    expect(metrics).toMatchObject({ recordsWritten: 3, bytesWritten: 13 });
  });

  test('writes an empty file for an empty partition; a slash at the end of the folder does not matter', async () => {
    expect((await save([], '/out/words/')).text).toBe('');
  });

  test('joins pieces of any size', async () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => `${'😀'.repeat(i % 30)}${i}`);
    expect((await save(lines)).text).toBe(`${lines.join('\n')}\n`);
  });

  test.each([
    { record: 'text "as" it is', line: 'text "as" it is' },
    { record: 1.5, line: '1.5' },
    { record: -0, line: '0' },
    { record: Number.NaN, line: 'NaN' },
    { record: 12345678901234567890n, line: '12345678901234567890' },
    { record: true, line: 'true' },
    { record: null, line: 'null' },
    { record: undefined, line: 'undefined' },
    { record: new Date(0), line: '1970-01-01T00:00:00.000Z' },
    { record: new Date(Number.NaN), line: 'Invalid Date' },
    { record: new TypeError('no'), line: 'TypeError: no' },
    { record: ['a', [1, null, undefined]], line: '["a",[1,null,null]]' },
    { record: { b: 1n, a: new Date(0) }, line: '{"b":"1","a":"1970-01-01T00:00:00.000Z"}' },
    { record: new Map([['k', new Set([1, 2])]]), line: '[["k",[1,2]]]' },
    { record: { bytes: Uint8Array.of(1, 2) }, line: '{"bytes":[1,2]}' },
    { record: { toJSON: () => undefined }, line: 'undefined' },
  ])('the line of $record is $line', ({ record, line }) => {
    expect(lineOf(record)).toBe(line);
  });

  test('a record without a string form is an error that says so', async () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const run = runOver([[1]], {
      nodes: chain({ kind: 'map', fn: 0 }),
      functions: [() => cyclic],
      sink: { kind: 'saveAsTextFile', path: '/out' },
    });
    await expect(run).rejects.toMatchObject({ code: 'RECORD_NOT_TEXT', fault: 'user' });
    await expect(run).rejects.toThrow(
      /^saveAsTextFile cannot write a record as a line of text: Converting circular structure to JSON[\s\S]* Map records to strings before\.$/,
    );
  });
});

describe('shuffleWrite, read again by reducers', () => {
  interface Shuffled {
    readonly input: readonly (readonly unknown[])[];
    readonly sink: Extract<Sink, { kind: 'shuffleWrite' }>;
    readonly nodes?: Parameters<typeof runPartition>[0]['nodes'];
    readonly functions?: readonly unknown[];
    readonly bounds?: Uint8Array;
  }

  async function shuffle({ input, sink, nodes = [], functions = [], bounds }: Shuffled) {
    const objects = createMemoryObjectStore();
    const exchange = createExchange({ objects });
    const { inputs } = await storeSlices(objects, input);
    const leaf = { kind: 'slices', numPartitions: input.length } as const;
    const outputs: TaskOutput[] = [];
    for (const p of input.keys()) {
      const job = { nodes: [leaf], sink, functions, exchange, objects, inputs, ...(bounds === undefined ? {} : { bounds }) };
      outputs.push((await runPartition(job, p)).output);
    }
    const read: (readonly unknown[])[] = [];
    for (let p = 0; p < sink.partitioner.numPartitions; p += 1) {
      const slices = outputs.map((output, mapPartition): MapOutputSlice => {
        if (output.kind !== 'shuffle') throw new Error(output.kind);
        return { stageId: 's', mapPartition, generation: 0, key: output.key, offsets: output.offsets.slice(p, p + 2) };
      });
      const reduceInputs = [{ leaf: 0, partition: p, input: { kind: 'shuffle', slices } }] as const;
      const reduceNodes = [{ kind: 'shuffleRead', numPartitions: sink.partitioner.numPartitions } as const, ...nodes];
      read.push((await runPartition({ nodes: reduceNodes, functions, exchange, objects, inputs: reduceInputs }, p)).records);
    }
    return read;
  }

  const combined = (aggregator: Aggregator) => ({ kind: 'combine', parent: 0, aggregator, of: 'combiners' }) as const;

  test('reduceByKey: values combined before and after', async () => {
    const aggregator = { kind: 'reduce', fn: 0 } as const;
    const read = await shuffle({
      input: [
        [
          ['a', 1],
          ['b', 2],
          ['a', 3],
        ],
        [
          ['b', 4],
          ['c', 5],
        ],
      ],
      sink: { kind: 'shuffleWrite', partitioner: { kind: 'hash', numPartitions: 3 }, combine: aggregator },
      nodes: [combined(aggregator)],
      functions: [add],
    });
    expect(read.flat().toSorted(compareKeys)).toEqual([
      ['a', 4],
      ['b', 6],
      ['c', 5],
    ]);
  });

  test('range partitions take their bounds from the task', async () => {
    const read = await shuffle({
      input: [
        [
          [5, 'e'],
          [1, 'a'],
          [9, 'i'],
        ],
        [
          [2, 'b'],
          [6, 'f'],
        ],
      ],
      sink: { kind: 'shuffleWrite', partitioner: { kind: 'range', numPartitions: 2, ascending: true }, combine: null },
      nodes: [{ kind: 'sortByKey', parent: 0, ascending: true }],
      bounds: encodeValue([5]),
    });
    expect(read).toEqual([
      [
        [1, 'a'],
        [2, 'b'],
        [5, 'e'],
      ],
      [
        [6, 'f'],
        [9, 'i'],
      ],
    ]);
  });

  test('spills above its share of memory, and the metrics tell', async () => {
    const objects = createMemoryObjectStore();
    const { inputs } = await storeSlices(objects, [Array.from({ length: 2000 }, (_, i) => [i, `some text ${i}`])]);
    const { metrics } = await runPartition({
      nodes: [{ kind: 'slices', numPartitions: 1 }],
      sink: { kind: 'shuffleWrite', partitioner: { kind: 'hash', numPartitions: 2 }, combine: null },
      exchange: createExchange({ objects }),
      objects,
      inputs,
      memory: { ...AMPLE_MEMORY, executionBytes: 10_000 },
    });
    // 2,000 records of 19 to 21 bytes; two buffers of 4,096 bytes are allowed, one of 8,192 beside one of 4,096 is not.
    expect(metrics.spills).toBeGreaterThanOrEqual(4);
    expect(metrics.spills).toBeLessThanOrEqual(6);
    expect(metrics.memoryBytesSpilled).toBe(metrics.spills * (8192 + 4096));
    expect(metrics.diskBytesSpilled).toBeGreaterThan(20_000);
    expect(metrics.diskBytesSpilled).toBeLessThan(metrics.shuffleBytesWritten);
    expect(metrics.forcedSpills).toBe(0);
  });

  test('round robin takes records that are no pairs', async () => {
    const read = await shuffle({
      input: [[1, 2, 3, 4, 5, 6]],
      sink: { kind: 'shuffleWrite', partitioner: { kind: 'roundRobin', numPartitions: 3 }, combine: null },
    });
    expect(read.map((records) => records.length)).toEqual([2, 2, 2]);
    expect(read.flat().toSorted(compareKeys)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a user function that throws while combining is that operation’s error', async () => {
    const aggregator = { kind: 'reduce', fn: 0 } as const;
    const run = shuffle({
      input: [
        [
          ['a', 1],
          ['a', 2],
        ],
      ],
      sink: { kind: 'shuffleWrite', partitioner: { kind: 'hash', numPartitions: 1 }, combine: aggregator },
      functions: [
        () => {
          throw new Error('no sum');
        },
      ],
    });
    await expect(run).rejects.toThrow('fn0 at job.ts:1 failed in partition 0 of stage 7: Error: no sum');
  });
});

test('an aborted signal ends a task between two batches', async () => {
  const abort = new AbortController();
  const nodes = [{ kind: 'range', start: 0, step: 1, count: 1e12, numPartitions: 1 } as const, ...chain({ kind: 'map', fn: 0 })];
  const functions = [
    (x: number) => {
      if (x === 100_000) abort.abort(new Error('cancelled by hand'));
      return x;
    },
  ];
  await expect(runPartition({ nodes, functions, sink: { kind: 'count' }, signal: abort.signal })).rejects.toThrow('cancelled by hand');
});

test('messages get in while a loop runs: it can be cancelled from outside', async () => {
  const abort = new AbortController();
  const nodes = [{ kind: 'range', start: 0, step: 1, count: 1e12, numPartitions: 1 } as const, ...chain({ kind: 'map', fn: 0 })];
  setTimeout(() => abort.abort(new Error('cancelled by a timer')), 1);
  await expect(runPartition({ nodes, functions: [(x: number) => x], sink: { kind: 'count' }, signal: abort.signal })).rejects.toThrow(
    'cancelled by a timer',
  );
});
