import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { runOver, runPartition, storeSlices } from './task-harness.ts';

const pairs = [
  ['b', 1],
  ['a', 2],
  ['b', 3],
  ['c', 4],
  ['a', 5],
] as const;

const combineFunctions = [
  (v: number) => [v],
  (c: number[], v: number) => [...c, v * 10],
  (a: number[], b: number[]) => [...a, ...b],
  (a: number, b: number) => a - b,
];

describe('combine', () => {
  test.each([
    {
      aggregator: { kind: 'first' },
      expected: [
        ['b', 1],
        ['a', 2],
        ['c', 4],
      ],
    },
    {
      aggregator: { kind: 'group' },
      expected: [
        ['b', [1, 3]],
        ['a', [2, 5]],
        ['c', [4]],
      ],
    },
    {
      aggregator: { kind: 'reduce', fn: 3 },
      expected: [
        ['b', -2],
        ['a', -3],
        ['c', 4],
      ],
    },
    {
      aggregator: { kind: 'combine', create: 0, mergeValue: 1, mergeCombiners: 2 },
      expected: [
        ['b', [1, 30]],
        ['a', [2, 50]],
        ['c', [4]],
      ],
    },
  ] as const)('values by $aggregator.kind, keys in order of first appearance', async ({ aggregator, expected }) => {
    const nodes = [{ kind: 'combine', parent: 0, aggregator, of: 'values' }] as const;
    expect((await runOver([pairs], { nodes, functions: combineFunctions })).records).toEqual(expected);
  });

  test.each([
    { aggregator: { kind: 'group' }, expected: [['a', [1, 2, 3]]] },
    { aggregator: { kind: 'combine', create: 0, mergeValue: 1, mergeCombiners: 2 }, expected: [['a', [1, 2, 3]]] },
  ] as const)('combiners by $aggregator.kind', async ({ aggregator, expected }) => {
    const nodes = [{ kind: 'combine', parent: 0, aggregator, of: 'combiners' }] as const;
    expect(
      (
        await runOver(
          [
            [
              ['a', [1, 2]],
              ['a', [3]],
            ],
          ],
          { nodes, functions: combineFunctions },
        )
      ).records,
    ).toEqual(expected);
  });

  test('keys are equal by value', async () => {
    const input = [
      [[1, 'x'], 1],
      [[1, 'x'], 2],
      [Number.NaN, 3],
      [Number.NaN, 4],
      [0, 5],
      [-0, 6],
      ['0', 7],
    ];
    const nodes = [{ kind: 'combine', parent: 0, aggregator: { kind: 'group' }, of: 'values' }] as const;
    expect((await runOver([input], { nodes })).records).toEqual([
      [
        [1, 'x'],
        [1, 2],
      ],
      [Number.NaN, [3, 4]],
      [0, [5, 6]],
      ['0', [7]],
    ]);
  });
});

describe('sortByKey', () => {
  test('is a stable sort, in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(4), fc.nat(99)), { maxLength: 40 }), fc.boolean(), async (input, ascending) => {
        const { records } = await runOver([input], { nodes: [{ kind: 'sortByKey', parent: 0, ascending }] });
        expect(records).toEqual(input.toSorted((a, b) => (ascending ? a[0] - b[0] : b[0] - a[0])));
      }),
      { numRuns: 200 },
    );
  });
});

describe('cogroup', () => {
  test('values of each parent by key, keys in order of first appearance over the parents in turn', async () => {
    const objects = createMemoryObjectStore();
    const left = await storeSlices(
      objects,
      [
        [
          ['b', 1],
          ['a', 2],
          ['b', 3],
        ],
      ],
      0,
    );
    const right = await storeSlices(
      objects,
      [
        [
          ['c', 'x'],
          ['b', 'y'],
        ],
      ],
      1,
    );
    const nodes = [
      { kind: 'slices', numPartitions: 1 },
      { kind: 'slices', numPartitions: 1 },
      { kind: 'cogroup', parents: [0, 1, 0] },
    ] as const;
    const { records } = await runPartition({ nodes, objects, inputs: [...left.inputs, ...right.inputs] });
    expect(records).toEqual([
      ['b', [[1, 3], ['y'], [1, 3]]],
      ['a', [[2], [], [2]]],
      ['c', [[], ['x'], []]],
    ]);
  });

  test('a join: cogroup, then every left value with every right one', async () => {
    const objects = createMemoryObjectStore();
    const left = await storeSlices(
      objects,
      [
        [
          ['k', 1],
          ['k', 2],
          ['l', 3],
        ],
      ],
      0,
    );
    const right = await storeSlices(
      objects,
      [
        [
          ['k', 'x'],
          ['k', 'y'],
          ['m', 'z'],
        ],
      ],
      1,
    );
    const nodes = [
      { kind: 'slices', numPartitions: 1 },
      { kind: 'slices', numPartitions: 1 },
      { kind: 'cogroup', parents: [0, 1] },
      { kind: 'narrow', parent: 2, op: { kind: 'crossValues' } },
    ] as const;
    const { records } = await runPartition({ nodes, objects, inputs: [...left.inputs, ...right.inputs] });
    expect(records).toEqual([
      ['k', [1, 'x']],
      ['k', [1, 'y']],
      ['k', [2, 'x']],
      ['k', [2, 'y']],
    ]);
  });
});

test('group nodes stand on chains, and chains on group nodes', async () => {
  const nodes = [
    { kind: 'narrow', parent: 0, op: { kind: 'map', fn: 0 } },
    { kind: 'combine', parent: 1, aggregator: { kind: 'reduce', fn: 1 }, of: 'values' },
    { kind: 'sortByKey', parent: 2, ascending: false },
    { kind: 'narrow', parent: 3, op: { kind: 'mapValues', fn: 2 } },
  ] as const;
  const functions = [(w: string) => [w, 1], (a: number, b: number) => a + b, (n: number) => n * 100];
  expect((await runOver([['to', 'be', 'or', 'not', 'to', 'be']], { nodes, functions })).records).toEqual([
    ['to', 200],
    ['or', 100],
    ['not', 100],
    ['be', 200],
  ]);
});

test('an async function below a group node is awaited', async () => {
  const nodes = [
    { kind: 'narrow', parent: 0, op: { kind: 'map', fn: 0, concurrency: 2 } },
    { kind: 'combine', parent: 1, aggregator: { kind: 'group' }, of: 'values' },
  ] as const;
  expect((await runOver([[1, 2, 3]], { nodes, functions: [async (x: number) => [x % 2, x]] })).records).toEqual([
    [1, [1, 3]],
    [0, [2]],
  ]);
});
