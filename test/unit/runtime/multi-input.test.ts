import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { PlanNode } from '../../../engine/plan/stage-plan.ts';
import { seededNumbers } from '../../../engine/ports/seeded-numbers.ts';
import { encodeConstant } from '../../../engine/records/constant.ts';
import { poissonNumber } from '../../../engine/runtime/record-path/poisson-number.ts';
import type { TaskInput } from '../../../engine/types/task.ts';
import { runPartition, storeSlices } from './task-harness.ts';

const plain = (x: unknown): unknown => x;
const later = async (x: unknown): Promise<unknown> => x;
/** A promise now and then: the fast loop hands over to the slow one in the middle. */
const sometimes = (x: unknown): unknown => (typeof x === 'number' && x % 5 === 0 ? Promise.resolve(x) : x);

/** Two leaves, each below a map with the given function; more nodes follow from index 4. */
async function runOverTwo(
  sides: readonly [readonly unknown[], readonly unknown[]],
  functions: readonly unknown[],
  o: { readonly nodes: readonly PlanNode[]; readonly inputs?: readonly TaskInput[] },
): Promise<readonly unknown[]> {
  const objects = createMemoryObjectStore();
  const left = await storeSlices(objects, [sides[0]], 0);
  const right = await storeSlices(objects, [sides[1]], 1);
  const leaves: PlanNode[] = [
    { kind: 'slices', numPartitions: 1 },
    { kind: 'slices', numPartitions: 1 },
    { kind: 'narrow', parent: 0, op: { kind: 'map', fn: 0 } },
    { kind: 'narrow', parent: 1, op: { kind: 'map', fn: 1 } },
  ];
  const inputs = [...left.inputs, ...right.inputs, ...(o.inputs ?? [])];
  return (await runPartition({ nodes: [...leaves, ...o.nodes], functions, objects, inputs })).records;
}

const record = fc.nat(50);
const side = fc.array(record, { maxLength: 40 });
const mapper = fc.constantFrom(plain, later, sometimes);

describe('over inputs that answer at once, later, and now and then', () => {
  test('zip pairs the i-th records', async () => {
    await fc.assert(
      fc.asyncProperty(side, mapper, mapper, async (records, f, g) => {
        const given = await runOverTwo([records, records.map((x) => x + 1)], [f, g], { nodes: [{ kind: 'zip', parents: [2, 3] }] });
        expect(given).toEqual(records.map((x) => [x, x + 1]));
      }),
      { numRuns: 60 },
    );
  });

  test('cartesian pairs each with each, left first', async () => {
    await fc.assert(
      fc.asyncProperty(side, side, mapper, mapper, async (left, right, f, g) => {
        const given = await runOverTwo([left, right], [f, g], { nodes: [{ kind: 'cartesian', parents: [2, 3], rightPartitions: 1 }] });
        expect(given).toEqual(left.flatMap((a) => right.map((b) => [a, b])));
      }),
      { numRuns: 60 },
    );
  });

  test('concat gives one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(side, side, mapper, mapper, async (left, right, f, g) => {
        expect(await runOverTwo([left, right], [f, g], { nodes: [{ kind: 'concat', parents: [2, 3] }] })).toEqual([...left, ...right]);
      }),
      { numRuns: 60 },
    );
  });

  test('zipPartitions gives the iterators of both', async () => {
    const merge = (a: Iterable<number>, b: Iterable<number>): number[] => [...b, ...a];
    await fc.assert(
      fc.asyncProperty(side, side, fc.constantFrom(plain, later), fc.constantFrom(plain, later), async (left, right, f, g) => {
        const given = await runOverTwo([left, right], [f, g, merge], { nodes: [{ kind: 'zipPartitions', parents: [2, 3], fn: 2 }] });
        expect(given).toEqual([...right, ...left]);
      }),
      { numRuns: 60 },
    );
  });

  test('number counts on from what the task was told, and in steps of the partitions', async () => {
    const told: TaskInput = { leaf: 4, partition: 0, input: { kind: 'firstIndex', index: 100 } };
    await fc.assert(
      fc.asyncProperty(side, mapper, async (records, f) => {
        const node = { kind: 'number', parent: 2, numPartitions: 7 } as const;
        const byIndex = await runOverTwo([records, []], [f, plain], { nodes: [{ ...node, by: 'index' }], inputs: [told] });
        expect(byIndex).toEqual(records.map((x, i) => [x, 100 + i]));
        const unique = await runOverTwo([records, []], [f, plain], { nodes: [{ ...node, by: 'uniqueId' }] });
        expect(unique).toEqual(records.map((x, i) => [x, i * 7]));
      }),
      { numRuns: 40 },
    );
  });

  test('subtractByKey and intersectKeys agree with filters', async () => {
    await fc.assert(
      fc.asyncProperty(side, side, mapper, async (left, right, f) => {
        const pairs = (records: readonly number[]): [number, string][] => records.map((x) => [x % 9, `v${x}`]);
        const [a, b] = [pairs(left), pairs(right)];
        const keys = new Set(b.map(([key]) => key));
        const rest = await runOverTwo([a, b], [f, plain], { nodes: [{ kind: 'subtractByKey', parents: [2, 3] }] });
        const byText = (x: unknown, y: unknown): number => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1);
        expect(rest.toSorted(byText)).toEqual(a.filter(([key]) => !keys.has(key)).toSorted(byText));
        const common = await runOverTwo([a, b], [f, plain], { nodes: [{ kind: 'intersectKeys', parents: [2, 3] }] });
        expect(common).toEqual([...new Set(a.map(([key]) => key))].filter((key) => keys.has(key)).map((key) => [key, null]));
      }),
      { numRuns: 60 },
    );
  });

  test('parts of a split are disjoint and complete', async () => {
    await fc.assert(
      fc.asyncProperty(side, mapper, fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), async (records, f, seed, border) => {
        const part = async (lower: number, upper: number): Promise<readonly unknown[]> =>
          await runOverTwo([records.map((x, i) => [i, x]), []], [f, plain], {
            nodes: [{ kind: 'narrow', parent: 2, op: { kind: 'sampleRange', lower, upper, seed } }],
          });
        const all = [...(await part(0, border)), ...(await part(border, 1))] as [number, number][];
        expect(all.toSorted(([a], [b]) => a - b)).toEqual(records.map((x, i) => [i, x]));
      }),
      { numRuns: 60 },
    );
  });

  test('keyInRange includes both ends', async () => {
    const op = { kind: 'keyInRange', lower: encodeConstant(3), upper: encodeConstant(5) } as const;
    const pairs = [2, 3, 4, 5, 6].map((x) => [x, null]);
    expect(await runOverTwo([pairs, []], [later, plain], { nodes: [{ kind: 'narrow', parent: 2, op }] })).toEqual([
      [3, null],
      [4, null],
      [5, null],
    ]);
  });
});

describe('poissonNumber', () => {
  test.each([0, 0.3, 4, 700, 1500])('has mean and variance %d', (mean) => {
    const random = seededNumbers('poisson');
    const draws = Array.from({ length: 2000 }, () => poissonNumber(mean, random));
    const average = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - average) ** 2, 0) / draws.length;
    expect(Math.abs(average - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean / draws.length));
    expect(Math.abs(variance - mean)).toBeLessThanOrEqual(0.15 * mean + 0.01);
  });
});
