import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryScratch } from '../../../engine/adapters/memory/memory-scratch.ts';
import type { Aggregator, PlanNode } from '../../../engine/plan/stage-plan.ts';
import { AMPLE_MEMORY } from '../../support/task-memory.ts';
import { sameKey } from '../records/arbitrary-key.ts';
import { type Ran, runPartition, storeSlices } from '../runtime/task-harness.ts';

/** Few keys of all kinds, so that many are equal, also those that look different. */
const arbitraryKey = fc.oneof(
  fc.integer({ min: 0, max: 6 }),
  fc.constantFrom<unknown>('a', 'b', '\0c', -0, Number.NaN, null, undefined, true, 3n, new Date(7)),
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom('x', 'y')),
  fc.integer({ min: 0, max: 2 }).map((k) => ({ k })),
);
const arbitraryPairs = fc.array(fc.tuple(arbitraryKey, fc.nat(99)), { maxLength: 80 });
/** From a spill for each record to none at all. */
const arbitraryBudget = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 6_000 }));

const functions = [
  (a: number, b: number) => a + b,
  (v: number) => [v],
  (c: number[], v: number) => [...c, v],
  (a: number[], b: number[]) => [...a, ...b],
  (k: unknown) => String(k),
];

async function run(
  nodes: readonly PlanNode[],
  sides: readonly (readonly unknown[])[],
  executionBytes: number | null,
  groupBytes: number = AMPLE_MEMORY.groupBytes,
): Promise<Ran> {
  const objects = createMemoryObjectStore();
  const leaves = sides.map((): PlanNode => ({ kind: 'slices', numPartitions: 1 }));
  const inputs = (await Promise.all(sides.map((side, leaf) => storeSlices(objects, [side], leaf)))).flatMap((stored) => stored.inputs);
  const scratch = createMemoryScratch({ limitBytes: 2 ** 30 });
  const memory = executionBytes === null ? AMPLE_MEMORY : { ...AMPLE_MEMORY, executionBytes, groupBytes };
  const ran = await runPartition({ nodes: [...leaves, ...nodes], functions, objects, inputs, scratch, memory });
  expect(scratch.usedBytes()).toBe(0);
  return ran;
}

async function agrees(nodes: readonly PlanNode[], sides: readonly (readonly unknown[])[], executionBytes: number): Promise<void> {
  const held = await run(nodes, sides, null);
  expect(held.metrics.spills).toBe(0);
  const spilled = await run(nodes, sides, executionBytes);
  expect(spilled.records).toEqual(held.records);
  if (executionBytes === 1 && sides[0]?.length !== 0) expect(spilled.metrics.spills).toBeGreaterThan(0);
}

const aggregators: readonly Aggregator[] = [
  { kind: 'first' },
  { kind: 'count' },
  { kind: 'sketch', precision: 4 },
  { kind: 'reduce', fn: 0 },
  { kind: 'combine', create: 1, mergeValue: 2, mergeCombiners: 3 },
];

describe('whatever did not fit, the records are the same, in the same order', () => {
  test.each(aggregators)('combining by $kind', async (aggregator) => {
    await fc.assert(
      fc.asyncProperty(arbitraryPairs, arbitraryBudget, async (pairs, bytes) => {
        await agrees([{ kind: 'combine', parent: 0, aggregator, of: 'values' }], [pairs], bytes);
      }),
      { numRuns: 60 },
    );
  });

  test('combining what was combined before', async () => {
    const aggregator: Aggregator = { kind: 'combine', create: 1, mergeValue: 2, mergeCombiners: 3 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(arbitraryKey, fc.array(fc.nat(9), { maxLength: 3 })), { maxLength: 60 }),
        arbitraryBudget,
        async (pairs, bytes) => {
          await agrees([{ kind: 'combine', parent: 0, aggregator, of: 'combiners' }], [pairs], bytes);
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([
    { name: 'sortByKey', node: { kind: 'sortByKey', parent: 0, ascending: true } },
    { name: 'sortByKey down', node: { kind: 'sortByKey', parent: 0, ascending: false } },
    { name: 'sortBy', node: { kind: 'sortByKey', parent: 0, ascending: true, fn: 4 } },
  ] as const)('$name', async ({ node }) => {
    await fc.assert(
      fc.asyncProperty(arbitraryPairs, arbitraryBudget, async (pairs, bytes) => await agrees([node], [pairs], bytes)),
      { numRuns: 60 },
    );
  });

  test.each(['subtractByKey', 'intersectKeys'] as const)('%s', async (kind) => {
    await fc.assert(
      fc.asyncProperty(arbitraryPairs, arbitraryPairs, arbitraryBudget, async (left, right, bytes) => {
        await agrees([{ kind, parents: [0, 1] }], [left, right], bytes);
      }),
      { numRuns: 100 },
    );
  });

  test('sorting above combining in one stage', async () => {
    const nodes: readonly PlanNode[] = [
      { kind: 'combine', parent: 0, aggregator: { kind: 'reduce', fn: 0 }, of: 'values' },
      { kind: 'sortByKey', parent: 1, ascending: true },
    ];
    await fc.assert(
      fc.asyncProperty(arbitraryPairs, arbitraryBudget, async (pairs, bytes) => await agrees(nodes, [pairs], bytes)),
      { numRuns: 60 },
    );
  });
});

type JoinPair = readonly [key: unknown, value: number];
const manyKeys = fc.array(fc.tuple(fc.oneof(arbitraryKey, fc.nat(60)), fc.nat(99)), { minLength: 50, maxLength: 300 });

/** Every left value with every right one, keys in order of first appearance: by looking at all pairs for each key. */
function joined(a: readonly JoinPair[], b: readonly JoinPair[], outer: 'none' | 'left' | 'right' | 'full'): readonly unknown[] {
  const keys = [...a, ...b].map(([key]) => key).filter((key, i, all) => all.findIndex((other) => sameKey(other, key)) === i);
  return keys.flatMap((key) => {
    const [left, right] = [a, b].map((side) => side.filter(([other]) => sameKey(other, key)).map(([, value]) => value)) as [
      unknown[],
      unknown[],
    ];
    const lefts = left.length === 0 && (outer === 'right' || outer === 'full') ? [null] : left;
    const rights = right.length === 0 && (outer === 'left' || outer === 'full') ? [null] : right;
    return lefts.flatMap((l) => rights.map((r) => [key, [l, r]]));
  });
}

describe('groups', () => {
  test('are the same, in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(manyKeys, arbitraryBudget, async (pairs, bytes) => {
        await agrees([{ kind: 'combine', parent: 0, aggregator: { kind: 'group' }, of: 'values' }], [pairs], bytes);
      }),
      { numRuns: 60 },
    );
  });

  test('of several parents, too', async () => {
    await fc.assert(
      fc.asyncProperty(manyKeys, manyKeys, manyKeys, arbitraryBudget, async (a, b, c, bytes) => {
        await agrees([{ kind: 'cogroup', parents: [0, 1, 2] }], [a, b, c], bytes);
      }),
      { numRuns: 60 },
    );
  });

  test.each(['none', 'left', 'right', 'full'] as const)('joined, keeping %s, and gone on with', async (outer) => {
    const join: readonly PlanNode[] = [
      { kind: 'cogroup', parents: [0, 1] },
      { kind: 'narrow', parent: 2, op: outer === 'none' ? { kind: 'crossValues' } : { kind: 'crossValues', outer } },
    ];
    await fc.assert(
      fc.asyncProperty(manyKeys, manyKeys, arbitraryBudget, async (a, b, bytes) => {
        expect((await run(join, [a, b], null)).records).toEqual(joined(a, b, outer));
        await agrees([...join, { kind: 'sortByKey', parent: 3, ascending: true }], [a, b], bytes * 2);
        await agrees(join, [a, b], bytes);
      }),
      { numRuns: 60 },
    );
  });

  const big: readonly PlanNode[] = [{ kind: 'combine', parent: 0, aggregator: { kind: 'group' }, of: 'values' }];
  const skewed = Array.from({ length: 5_000 }, (_, i) => [i % 10 === 0 ? `key ${i}` : 'the one', `value ${i}`]);

  test('that do not fit name the key, what it takes, and what to do', async () => {
    await expect(run(big, [skewed], 100_000, 100_000)).rejects.toMatchObject({
      code: 'GROUP_TOO_LARGE',
      fault: 'user',
      message:
        "groupByKey: the values of the key 'the one' do not fit in memory: they take more than 0.1 MB, and a task has 0.1 MB for them (partition 0 of stage 7). " +
        'Use reduceByKey or aggregateByKey, which need not hold all values of a key; give executors more memory; or spread the key over several ([key, i % 10]) and bring their results together afterwards.',
    });
    await expect(run([{ kind: 'cogroup', parents: [0, 1] }], [skewed, skewed], 100_000, 100_000)).rejects.toThrow(
      "cogroup: the values of the key 'the one' do not fit",
    );
  });

  test('of any size are reduced', async () => {
    const pairs = skewed.map(([key]) => [key, 1]);
    const { records, metrics } = await run(
      [{ kind: 'combine', parent: 0, aggregator: { kind: 'reduce', fn: 0 }, of: 'values' }],
      [pairs],
      20_000,
    );
    expect(records).toHaveLength(501);
    expect(records[1]).toEqual(['the one', 4500]);
    expect(metrics.spills).toBeGreaterThan(3);
  });
});
