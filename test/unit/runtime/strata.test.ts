import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { PlanNode } from '../../../engine/plan/stage-plan.ts';
import { encodeConstant } from '../../../engine/records/constant.ts';
import { chain, runOver, runPartition, storeSlices } from './task-harness.ts';

type Pair = readonly [string, number];
type Quota = readonly [number, string, number, number];

const FRACTIONS: readonly (readonly [string, number])[] = [
  ['a', 0.5],
  ['b', 0.0101],
  ['c', 0],
  ['d', 1],
];

async function countIn(partition: readonly unknown[]): Promise<readonly unknown[]> {
  return (await runOver([partition], { nodes: chain({ kind: 'countStrata', fractions: encodeConstant(FRACTIONS) }) })).records;
}

async function split(strata: readonly unknown[], withReplacement: boolean, seed = 1): Promise<readonly Quota[]> {
  return (await runOver([strata], { nodes: chain({ kind: 'splitStrata', withReplacement, seed }) })).records as readonly Quota[];
}

interface Draw {
  readonly withReplacement: boolean;
  readonly partition?: number;
  readonly numPartitions?: number;
  readonly seed?: number;
  readonly mapper?: (record: unknown) => unknown;
}

async function draw(pairs: readonly Pair[], quotas: readonly Quota[], o: Draw): Promise<readonly Pair[]> {
  const { withReplacement, partition = 0, numPartitions = 1, seed = 1, mapper = (record) => record } = o;
  const objects = createMemoryObjectStore();
  const empty = Array.from({ length: numPartitions }, (_, p) => (p === partition ? pairs : []));
  const left = await storeSlices(objects, empty, 0);
  const right = await storeSlices(objects, [quotas], 1);
  const nodes: PlanNode[] = [
    { kind: 'slices', numPartitions },
    { kind: 'slices', numPartitions: 1 },
    { kind: 'narrow', parent: 0, op: { kind: 'map', fn: 0 } },
    { kind: 'narrow', parent: 1, op: { kind: 'map', fn: 0 } },
    { kind: 'drawStrata', parents: [2, 3], withReplacement, seed, numPartitions },
  ];
  const inputs = [...left.inputs, ...right.inputs];
  return (await runPartition({ nodes, objects, inputs, functions: [mapper] }, partition)).records as readonly Pair[];
}

function tally(keys: readonly string[]): Record<string, number> {
  const out: Record<string, number> = {};
  for (const key of keys) out[key] = (out[key] ?? 0) + 1;
  return out;
}

const pair = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(100));
const partitions = fc.array(fc.array(pair, { maxLength: 30 }), { minLength: 1, maxLength: 4 });

test('strata: fraction and count of each key of the partition', async () => {
  expect(
    await countIn([
      ['a', 1],
      ['d', 2],
      ['a', 3],
    ]),
  ).toEqual([
    ['a', 0.5, 2],
    ['d', 1, 1],
  ]);
  expect(await countIn([])).toEqual([]);
});

describe('all three steps together', () => {
  test('draw ceil(fraction · count) of each key, in order, whether inputs answer at once or later', async () => {
    const mapper = fc.constantFrom(
      (record: unknown) => record,
      async (record: unknown) => record,
    );
    await fc.assert(
      fc.asyncProperty(partitions, fc.boolean(), fc.nat(1000), mapper, async (input, withReplacement, seed, f) => {
        const numbered: (readonly [unknown, number])[] = [];
        for (const [p, records] of input.entries()) {
          const strata = await countIn(records);
          numbered.push(...strata.map((stratum, i) => [stratum, i * input.length + p] as const));
        }
        const quotas = await split(numbered, withReplacement, seed);
        const shuffled = await split(numbered.toReversed(), withReplacement, seed);
        expect(shuffled).toEqual(quotas);
        const drawn: Pair[] = [];
        for (const [partition, records] of input.entries()) {
          const tagged = records.map(([key], i): Pair => [key, i]);
          const out = await draw(tagged, quotas, { withReplacement, partition, numPartitions: input.length, seed, mapper: f });
          const places = out.map(([, i]) => i);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
          if (!withReplacement) expect(new Set(places).size).toBe(places.length);
          for (const [key, i] of out) expect(tagged[i]).toEqual([key, i]);
          drawn.push(...out);
        }
        const counts = tally(input.flat().map(([key]) => key));
        const expected: Record<string, number> = {};
        for (const [key, fraction] of FRACTIONS) {
          const size = Math.ceil(fraction * (counts[key] ?? 0));
          if (size > 0) expected[key] = size;
        }
        expect(tally(drawn.map(([key]) => key))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

test('partitions get their share, and no more than they have', async () => {
  const strata = [
    [['a', 0.5, 100], 0],
    [['a', 0.5, 300], 1],
  ];
  const totals = { without: 0, with: 0 };
  for (let seed = 0; seed < 100; seed++) {
    totals.without += (await split(strata, false, seed)).find(([id]) => id === 0)?.[2] ?? 0;
    totals.with += (await split(strata, true, seed)).find(([id]) => id === 0)?.[2] ?? 0;
  }
  // 50 a run; variances 200·¼·¾·(200/399) and 200·¼·¾, five standard errors of 100 runs.
  expect(Math.abs(totals.without / 100 - 50)).toBeLessThan(2.2);
  expect(Math.abs(totals.with / 100 - 50)).toBeLessThan(3.1);
});

test.each([false, true])('every pair of a key is drawn equally often (replacement: %s)', async (withReplacement) => {
  const pairs = Array.from({ length: 6 }, (_, i): Pair => ['a', i]);
  const hits = [0, 0, 0, 0, 0, 0];
  for (let seed = 0; seed < 300; seed++) {
    for (const [, i] of await draw(pairs, [[0, 'a', 3, 6]], { withReplacement, seed })) hits[i] = (hits[i] as number) + 1;
  }
  // 150 each; six standard deviations: of 300 coins (√75), or of 900 throws of a die (√125).
  for (const hit of hits) expect(Math.abs(hit - 150)).toBeLessThan(withReplacement ? 67 : 52);
});

test('a key that was not counted, and pairs beyond those counted, are left out', async () => {
  const pairs: Pair[] = [
    ['a', 1],
    ['a', 2],
    ['x', 3],
  ];
  expect(await draw(pairs, [[0, 'a', 1, 1]], { withReplacement: false })).toEqual([['a', 1]]);
});
