import { describe, expect, test } from 'vitest';
import type { NarrowOp } from '../../../engine/plan/stage-plan.ts';
import { chain, runOver, runPartition } from './task-harness.ts';

const range = (count: number, numPartitions = 1) => ({ kind: 'range', start: 0, step: 1, count, numPartitions }) as const;

interface Case {
  readonly name: string;
  readonly input: readonly unknown[];
  readonly ops: readonly NarrowOp[];
  readonly functions?: readonly unknown[];
  readonly expected: readonly unknown[];
}

const cases: readonly Case[] = [
  { name: 'map', input: [1, 2, 3], ops: [{ kind: 'map', fn: 0 }], functions: [(x: number) => x * 10], expected: [10, 20, 30] },
  {
    name: 'filter by truthiness',
    input: [0, 1, 2, 3],
    ops: [{ kind: 'filter', fn: 0 }],
    functions: [(x: number) => x % 2],
    expected: [1, 3],
  },
  {
    name: 'flatMap of arrays',
    input: [1, 0, 2],
    ops: [{ kind: 'flatMap', fn: 0 }],
    functions: [(x: number) => Array(x).fill(x)],
    expected: [1, 2, 2],
  },
  {
    name: 'flatMap of a string',
    input: ['a😀b', ''],
    ops: [{ kind: 'flatMap', fn: 0 }],
    functions: [(x: string) => x],
    expected: ['a', '😀', 'b'],
  },
  {
    name: 'flatMap of a generator',
    input: [2, 3],
    ops: [{ kind: 'flatMap', fn: 0 }],
    functions: [
      function* (n: number) {
        for (let i = 0; i < n; i++) yield [n, i];
      },
    ],
    expected: [
      [2, 0],
      [2, 1],
      [3, 0],
      [3, 1],
      [3, 2],
    ],
  },
  {
    name: 'flatMap of sets and maps',
    input: [1],
    ops: [{ kind: 'flatMap', fn: 0 }],
    functions: [() => new Map([['k', 1]])],
    expected: [['k', 1]],
  },
  {
    name: 'flatMap within flatMap, filter inside',
    input: [3],
    ops: [
      { kind: 'flatMap', fn: 0 },
      { kind: 'flatMap', fn: 1 },
      { kind: 'filter', fn: 2 },
    ],
    functions: [(n: number) => [...Array(n).keys()], (n: number) => new Set([n, n + 10]), (n: number) => n !== 1],
    expected: [0, 10, 11, 2, 12],
  },
  { name: 'mapValues', input: [['a', 1]], ops: [{ kind: 'mapValues', fn: 0 }], functions: [(v: number) => v + 1], expected: [['a', 2]] },
  {
    name: 'flatMapValues',
    input: [
      ['a', 2],
      ['b', 0],
      ['c', 1],
    ],
    ops: [{ kind: 'flatMapValues', fn: 0 }],
    functions: [(v: number) => Array(v).fill(v)],
    expected: [
      ['a', 2],
      ['a', 2],
      ['c', 1],
    ],
  },
  {
    name: 'keyBy',
    input: ['aa', 'b'],
    ops: [{ kind: 'keyBy', fn: 0 }],
    functions: [(s: string) => s.length],
    expected: [
      [2, 'aa'],
      [1, 'b'],
    ],
  },
  {
    name: 'asKey',
    input: ['a', null],
    ops: [{ kind: 'asKey' }],
    expected: [
      ['a', null],
      [null, null],
    ],
  },
  {
    name: 'keys',
    input: [
      ['a', 1],
      ['a', 2],
    ],
    ops: [{ kind: 'keys' }],
    expected: ['a', 'a'],
  },
  {
    name: 'values',
    input: [
      ['a', 1],
      ['a', 2],
    ],
    ops: [{ kind: 'values' }],
    expected: [1, 2],
  },
  {
    name: 'crossValues: every a with every b, nothing when a side is empty',
    input: [
      [
        'k',
        [
          [1, 2],
          ['x', 'y'],
        ],
      ],
      ['l', [[1], []]],
      ['m', [[], ['x']]],
    ],
    ops: [{ kind: 'crossValues' }],
    expected: [
      ['k', [1, 'x']],
      ['k', [1, 'y']],
      ['k', [2, 'x']],
      ['k', [2, 'y']],
    ],
  },
  { name: 'no operation at all', input: [1, 'a', null], ops: [], expected: [1, 'a', null] },
  { name: 'nothing in the partition', input: [], ops: [{ kind: 'map', fn: 0 }], functions: [() => 1], expected: [] },
];

describe('each operation against literals', () => {
  test.each(cases)('$name', async ({ input, ops, functions = [], expected }) => {
    const { records } = await runOver([input], { nodes: chain(...ops), functions });
    expect(records).toEqual(expected);
  });
});

describe('functions are called', () => {
  test('with the record alone, so that map(parseInt) gives numbers', async () => {
    const { records } = await runOver([['1', '2', '3']], { nodes: chain({ kind: 'map', fn: 0 }), functions: [Number.parseInt] });
    expect(records).toEqual([1, 2, 3]);
  });

  test('once for each record, in order, record by record through the whole chain', async () => {
    const seen: string[] = [];
    const say = (name: string) => (x: number) => {
      seen.push(`${name}${x}`);
      return x;
    };
    const nodes = chain({ kind: 'map', fn: 0 }, { kind: 'filter', fn: 1 }, { kind: 'map', fn: 2 });
    await runOver([[1, 2]], { nodes, functions: [say('a'), say('b'), say('c')] });
    expect(seen).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });
});

describe('range', () => {
  test.each([
    {
      count: 10,
      n: 3,
      partitions: [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8, 9],
      ],
    },
    { count: 2, n: 4, partitions: [[], [0], [], [1]] },
    { count: 0, n: 2, partitions: [[], []] },
  ])('$count in $n partitions', async ({ count, n, partitions }) => {
    for (const [p, expected] of partitions.entries()) {
      expect((await runPartition({ nodes: [range(count, n)] }, p)).records).toEqual(expected);
    }
  });

  test('start and step, by multiplication rather than by adding up', async () => {
    const node = { kind: 'range', start: 1, step: 0.1, count: 4, numPartitions: 1 } as const;
    expect((await runPartition({ nodes: [node] })).records).toEqual([1, 1.1, 1.2, 1.3]);
  });

  test('borders are exact where p times count is beyond 2^53', async () => {
    const count = 2 ** 52;
    const node = { kind: 'range', start: 0, step: 1, count, numPartitions: 1000 } as const;
    const sink = { kind: 'take', n: 1 } as const;
    // floor(999 * 2^52 / 1000) and floor(2 * 2^52 / 1000), computed by hand with arbitrary precision.
    expect((await runPartition({ nodes: [node], sink }, 999)).records).toEqual([4499096027743125]);
    expect((await runPartition({ nodes: [node], sink }, 2)).records).toEqual([9007199254740]);
  });
});

describe('long chains', () => {
  test('50,000 maps give the right answer', async () => {
    const nodes = [range(3), ...chain(...Array.from({ length: 50_000 }, (): NarrowOp => ({ kind: 'map', fn: 0 })))];
    expect((await runPartition({ nodes, functions: [(x: number) => x + 1] })).records).toEqual([50_000, 50_001, 50_002]);
  });

  test('forty flatMaps inside each other', async () => {
    const nodes = [range(2), ...chain(...Array.from({ length: 40 }, (): NarrowOp => ({ kind: 'flatMap', fn: 0 })))];
    expect((await runPartition({ nodes, functions: [(x: number) => [x]] })).records).toEqual([0, 1]);
  });

  test('flatMaps that multiply hold no more than a batch between loops', async () => {
    // 8 levels of loops in the first segment and 3 in the second: 4^11 records in all.
    const nodes = [range(1), ...chain(...Array.from({ length: 11 }, (): NarrowOp => ({ kind: 'flatMap', fn: 0 })))];
    const { records } = await runPartition({ nodes, functions: [(x: number) => [x, x, x, x]], sink: { kind: 'count' } });
    expect(records).toEqual([4_194_304]);
  });
});

describe('union and coalesce', () => {
  test('a partition of a union is one partition of one parent', async () => {
    const nodes = [
      range(4, 2),
      { kind: 'narrow', parent: 0, op: { kind: 'map', fn: 0 } },
      { kind: 'union', parents: [0, 1, 0], starts: [0, 2, 4], numPartitions: 6 },
      { kind: 'narrow', parent: 2, op: { kind: 'map', fn: 1 } },
    ] as const;
    const functions = [(x: number) => x + 100, (x: number) => `r${x}`];
    const partitions: unknown[] = [];
    for (let p = 0; p < 6; p += 1) partitions.push((await runPartition({ nodes, functions }, p)).records);
    expect(partitions).toEqual([
      ['r0', 'r1'],
      ['r2', 'r3'],
      ['r100', 'r101'],
      ['r102', 'r103'],
      ['r0', 'r1'],
      ['r2', 'r3'],
    ]);
  });

  test('a parent without partitions takes no place in a union', async () => {
    const nodes = [range(2, 2), range(0, 0), { kind: 'union', parents: [0, 1, 0], starts: [0, 2, 2], numPartitions: 4 }] as const;
    expect((await runPartition({ nodes }, 2)).records).toEqual([0]);
  });

  test('coalesce reads neighbouring partitions in order, through unions and operations', async () => {
    const nodes = [
      range(6, 3),
      { kind: 'narrow', parent: 0, op: { kind: 'map', fn: 0 } },
      { kind: 'union', parents: [0, 1], starts: [0, 3], numPartitions: 6 },
      { kind: 'coalesce', parent: 2, groups: [0, 1, 1, 6] },
      { kind: 'narrow', parent: 3, op: { kind: 'filter', fn: 1 } },
    ] as const;
    const functions = [(x: number) => x + 10, (x: number) => x !== 3];
    const partitions: unknown[] = [];
    for (let p = 0; p < 3; p += 1) partitions.push((await runPartition({ nodes, functions }, p)).records);
    expect(partitions).toEqual([[0, 1], [], [2, 4, 5, 10, 11, 12, 13, 14, 15]]);
  });
});
