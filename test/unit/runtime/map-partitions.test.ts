import { describe, expect, test } from 'vitest';
import type { NarrowOp } from '../../../engine/plan/stage-plan.ts';
import { chain, runOver, runPartition } from './task-harness.ts';

const mapPartitions: NarrowOp = { kind: 'mapPartitions', fn: 0 };
const range = (count: number) => ({ kind: 'range', start: 0, step: 1, count, numPartitions: 1 }) as const;

describe('what the function may give back', () => {
  test.each([
    { name: 'an array', fn: (it: Iterable<number>) => [[...it].length] },
    {
      name: 'a generator',
      fn: function* (it: Iterable<number>) {
        let n = 0;
        for (const _ of it) n += 1;
        yield n;
      },
    },
    {
      name: 'an async generator',
      fn: async function* (it: Iterable<number>) {
        await Promise.resolve();
        yield [...it].length;
      },
    },
    { name: 'a promise of an array', fn: async (it: Iterable<number>) => [[...it].length] },
    { name: 'an iterator helper', fn: (it: IteratorObject<number>) => [it.map((x) => x + 1).toArray().length] },
    {
      name: 'records read with for await',
      fn: async function* (it: AsyncIterable<number>) {
        let n = 0;
        for await (const _ of it) n += 1;
        yield n;
      },
    },
  ])('$name', async ({ fn }) => {
    expect((await runOver([[5, 6, 7]], { nodes: chain(mapPartitions), functions: [fn] })).records).toEqual([3]);
    expect((await runOver([[]], { nodes: chain(mapPartitions), functions: [fn] })).records).toEqual([0]);
  });

  test('anything else is an error that shows it', async () => {
    const run = runOver([[1]], {
      nodes: chain(mapPartitions),
      functions: [() => 5],
      infos: [{ operation: 'mapPartitions', site: 'job.ts:4:2' }],
    });
    await expect(run).rejects.toThrow(
      'The function passed to mapPartitions at job.ts:4:2 gave 5 in partition 0 of stage 7, which is not iterable. Return an array, a string or another iterable; an empty array for no record.',
    );
  });
});

describe('the function is called', () => {
  test('exactly once, also for an empty partition, also when nobody needs its records', async () => {
    let calls = 0;
    const fn = (it: Iterable<unknown>) => {
      calls += 1;
      return it;
    };
    await runOver([[1, 2, 3]], { nodes: chain(mapPartitions), functions: [fn] });
    await runOver([[]], { nodes: chain(mapPartitions), functions: [fn], sink: { kind: 'count' } });
    expect(calls).toBe(2);
  });

  test('with the index of the partition of its own node', async () => {
    const nodes = [
      { kind: 'range', start: 0, step: 1, count: 4, numPartitions: 2 },
      { kind: 'narrow', parent: 0, op: { kind: 'mapPartitionsWithIndex', fn: 0 } },
      { kind: 'union', parents: [0, 1], starts: [0, 2], numPartitions: 4 },
    ] as const;
    const fn = (index: number, it: IteratorObject<number>) => it.map((x) => [index, x]);
    expect((await runPartition({ nodes, functions: [fn] }, 3)).records).toEqual([
      [1, 2],
      [1, 3],
    ]);
  });
});

describe('records are pulled lazily', () => {
  test('what is not read is not computed', async () => {
    let computed = 0;
    const functions = [
      function* (it: Iterable<number>) {
        for (const x of it) {
          yield x;
          if (x === 6) break;
        }
      },
      (x: number) => {
        computed += 1;
        return x;
      },
    ];
    const nodes = [range(1_000_000), ...chain({ kind: 'map', fn: 1 }, mapPartitions)];
    expect((await runPartition({ nodes, functions })).records).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(computed).toBe(7);
  });

  test('an endless flatMap before, read by a function that stops', async () => {
    const functions = [
      (it: IteratorObject<number>) => it.take(3),
      function* () {
        for (let i = 0; ; i++) yield i;
      },
    ];
    const nodes = [range(1), ...chain({ kind: 'flatMap', fn: 1 }, mapPartitions)];
    expect((await runPartition({ nodes, functions })).records).toEqual([0, 1, 2]);
  });

  test('an endless generator, cut by take', async () => {
    let closed = false;
    const endless = function* () {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    };
    const { records } = await runPartition({
      nodes: [range(1), ...chain(mapPartitions)],
      functions: [endless],
      sink: { kind: 'take', n: 3 },
    });
    expect({ records, closed }).toEqual({ records: [0, 1, 2], closed: true });
  });

  test('one record is asked for at first, so that an error further on does not come early', async () => {
    const functions = [
      (it: IteratorObject<number>) => it.take(2),
      (x: number) => {
        if (x === 2) throw new Error('two');
        return x;
      },
    ];
    const nodes = [range(10), ...chain({ kind: 'map', fn: 1 }, mapPartitions)];
    expect((await runPartition({ nodes, functions })).records).toEqual([0, 1]);
  });

  test('calls of an asynchronous next that do not wait for each other are answered in order', async () => {
    const fn = async (it: AsyncIterable<number>) => {
      const iterator = it[Symbol.asyncIterator]();
      return (await Promise.all(Array.from({ length: 7 }, () => iterator.next()))).map((next) => (next.done ? 'end' : next.value));
    };
    const nodes = chain({ kind: 'map', fn: 1 }, mapPartitions);
    const functions = [fn, (x: number) => (x % 2 === 0 ? Promise.resolve(x) : x)];
    expect((await runOver([[1, 2, 3, 4, 5]], { nodes, functions })).records).toEqual([1, 2, 3, 4, 5, 'end', 'end']);
  });

  test('an iterator that was left is over', async () => {
    const fn = (it: IteratorObject<number>) => {
      for (const x of it) if (x === 1) break;
      return it;
    };
    expect((await runPartition({ nodes: [range(5), ...chain(mapPartitions)], functions: [fn] })).records).toEqual([]);
  });
});

describe('nested', () => {
  test('partition functions over partition functions, sync over async', async () => {
    const functions = [
      async function* (it: Iterable<number>) {
        for (const x of it) {
          await Promise.resolve();
          yield x * 2;
        }
      },
      function* (it: Iterable<number>) {
        for (const x of it) yield x + 1;
      },
    ];
    const nodes = chain(mapPartitions, { kind: 'mapPartitions', fn: 1 }, { kind: 'mapPartitions', fn: 1 });
    expect((await runOver([[1, 2]], { nodes, functions })).records).toEqual([4, 6]);
  });

  test('over an async map: its results are awaited before the partition is read', async () => {
    const functions = [(it: Iterable<number>) => [[...it]], async (x: number) => x + 1];
    for (const concurrency of [1, 3]) {
      const nodes = chain({ kind: 'map', fn: 1, concurrency }, mapPartitions);
      expect((await runOver([[1, 2, 3]], { nodes, functions })).records).toEqual([[2, 3, 4]]);
    }
  });

  test('over a plain function that gives a promise: an error in a for loop, awaited in a for await loop', async () => {
    const sometimes = (x: number) => (x === 2 ? Promise.resolve(x) : x);
    const nodes = chain({ kind: 'map', fn: 1 }, mapPartitions);
    const infos = [
      { operation: 'mapPartitions', site: 'job.ts:4:2' },
      { operation: 'map', site: 'job.ts:3:2' },
    ];
    await expect(runOver([[1, 2, 3]], { nodes, infos, functions: [(it: Iterable<number>) => [...it], sometimes] })).rejects.toThrow(
      'mapPartitions at job.ts:4:2 reads its records one by one, but an operation before it gave a promise for the next one in partition 0 of stage 7. Make that function async, so that its results are awaited before the partition is read, or read with "for await".',
    );
    const reads = async function* (it: AsyncIterable<number>) {
      for await (const x of it) yield x;
    };
    expect((await runOver([[1, 2, 3]], { nodes, infos, functions: [reads, sometimes] })).records).toEqual([1, 2, 3]);
  });

  test('a coalesce above partition functions calls each in turn', async () => {
    const log: string[] = [];
    const nodes = [
      { kind: 'range', start: 0, step: 1, count: 4, numPartitions: 2 },
      { kind: 'narrow', parent: 0, op: { kind: 'mapPartitionsWithIndex', fn: 0 } },
      { kind: 'coalesce', parent: 1, groups: [0, 2] },
    ] as const;
    const fn = function* (index: number, it: Iterable<number>) {
      log.push(`begin ${index}`);
      yield* it;
      log.push(`end ${index}`);
    };
    expect((await runPartition({ nodes, functions: [fn] })).records).toEqual([0, 1, 2, 3]);
    expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1']);
  });
});

describe('errors', () => {
  const infos = [
    { operation: 'mapPartitions', site: 'job.ts:4:2' },
    { operation: 'map', site: 'job.ts:3:2' },
  ];
  const throwing = () => {
    throw new Error('no');
  };

  test.each([
    { name: 'the function itself', fn: throwing },
    {
      name: 'its generator',
      fn: function* () {
        yield 1;
        throw new Error('no');
      },
    },
    {
      name: 'its async generator',
      fn: async function* () {
        yield 1;
        throw new Error('no');
      },
    },
    { name: 'its promise', fn: async () => throwing() },
  ])('of $name', async ({ fn }) => {
    await expect(runOver([[1]], { nodes: chain(mapPartitions), functions: [fn], infos })).rejects.toMatchObject({
      code: 'USER_ERROR',
      message: 'mapPartitions at job.ts:4:2 failed in partition 0 of stage 7: Error: no',
    });
  });

  test('of an operation before it stay that operation’s, though they pass through the function', async () => {
    const fn = function* (it: Iterable<number>) {
      yield* it;
    };
    const nodes = chain({ kind: 'map', fn: 1 }, mapPartitions);
    await expect(runOver([[1]], { nodes, functions: [fn, throwing], infos })).rejects.toThrow(
      'map at job.ts:3:2 failed in partition 0 of stage 7: Error: no',
    );
  });

  test('of an operation before it may be caught by the function', async () => {
    const fn = (it: Iterable<number>) => {
      try {
        return [...it];
      } catch {
        return ['caught'];
      }
    };
    expect((await runOver([[1]], { nodes: chain({ kind: 'map', fn: 1 }, mapPartitions), functions: [fn, throwing] })).records).toEqual([
      'caught',
    ]);
  });
});
