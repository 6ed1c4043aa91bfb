/**
 * The fused loops of the record path against hand-written loops that call the same functions, in one run.
 * Limit: range(50e6).map(f).filter(g).count() in at most twice the time of the loop, after other stages have run in the process.
 */

import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createMemoryObjectStore } from '../engine/adapters/memory/memory-object-store.ts';
import { createMemoryScratch } from '../engine/adapters/memory/memory-scratch.ts';
import { createMemoryStagedFiles } from '../engine/adapters/memory/memory-staged-files.ts';
import { createSeededRandom } from '../engine/adapters/memory/seeded-random.ts';
import type { NarrowOp, PlanNode, Sink } from '../engine/plan/stage-plan.ts';
import { runTask, type UserFunction } from '../engine/runtime/run-task.ts';
import { createExchange } from '../shuffle/exchange.ts';

const RECORDS = 50_000_000;
const ROUNDS = 5;
const LIMIT = 2;

const objects = createMemoryObjectStore();
const files = createMemoryObjectStore();
const deps = {
  objects,
  files,
  staged: createMemoryStagedFiles(files),
  exchange: createExchange({ objects }),
  clock: createSystemClock(),
  random: createSeededRandom('bench'),
  signal: new AbortController().signal,
  scratch: createMemoryScratch({ limitBytes: 2 ** 30 }),
  memory: { executionBytes: 2 ** 30, groupBytes: 2 ** 30, readAheadBytes: 2 ** 30, heapLimitBytes: 2 ** 40, residentLimitBytes: 2 ** 40 },
};

interface Stage {
  readonly count: number;
  readonly ops: readonly NarrowOp[];
  readonly sink: Sink;
  readonly functions: readonly unknown[];
}

/** The stage's only task, as an executor runs it: the same closures each time, as a warm worker has them. */
function stage({ count, ops, sink, functions }: Stage): () => Promise<void> {
  const nodes: PlanNode[] = [
    { kind: 'range', start: 0, step: 1, count, numPartitions: 1 },
    ...ops.map((op, i): PlanNode => ({ kind: 'narrow', parent: i, op })),
  ];
  const infos = functions.map((_, i) => ({ operation: `fn${i}`, site: '' }));
  const template = { version: 1, appId: 'bench', plan: { nodes, sink, numPartitions: 1 }, closures: [], closureInfos: infos } as const;
  const spec = {
    appId: 'bench',
    stageId: 'stage',
    stageNumber: 0,
    partition: 0,
    partitionCount: 1,
    generation: 0,
    attempt: 0,
    attemptId: 'a',
    template: { hash: '', inline: null },
    bundleHash: null,
    inputs: [],
    bounds: null,
    maxMs: null,
  };
  const closures = functions as readonly UserFunction[];
  return async () => void (await runTask(spec, template, { ...deps, closures }));
}

async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number;
}

/** Alternates the two, so that both see the same machine; the first round warms up. */
async function ratio(name: string, hand: () => unknown, fused: () => Promise<void>): Promise<number> {
  const [byHand, byLoop]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [h, f] = [await timed(hand), await timed(fused)];
    if (round > 0) byHand.push(h);
    if (round > 0) byLoop.push(f);
  }
  const result = median(byLoop) / median(byHand);
  const ms = (times: readonly number[]) => `${median(times).toFixed(0)} ms`.padStart(8);
  process.stdout.write(`${name.padEnd(58)} hand ${ms(byHand)}   fused ${ms(byLoop)}   ratio ${result.toFixed(2)}\n`);
  return result;
}

/** What else runs in an executor: loops of other shapes over other functions, so that nothing shared is specialised for this benchmark. */
async function otherStages(): Promise<void> {
  const small = {
    count: 20_000,
    functions: [(x: number) => `${x}`, (s: string) => s.length, (x: number) => [x % 100, x], (a: number) => a],
  };
  const chains: readonly NarrowOp[][] = [
    [
      { kind: 'map', fn: 0 },
      { kind: 'map', fn: 1 },
    ],
    [
      { kind: 'map', fn: 0 },
      { kind: 'flatMap', fn: 0 },
      { kind: 'filter', fn: 1 },
    ],
    [{ kind: 'map', fn: 2 }, { kind: 'mapValues', fn: 3 }, { kind: 'keys' }],
    [{ kind: 'keyBy', fn: 3 }, { kind: 'values' }],
    [
      { kind: 'map', fn: 3 },
      { kind: 'filter', fn: 3 },
    ],
  ];
  for (const ops of chains) for (const kind of ['count', 'collect'] as const) await stage({ ...small, ops, sink: { kind } })();
}

await otherStages();

const f = (x: number): number => x * 3 + 1;
const g = (x: number): boolean => x % 7 === 0;
const main = await ratio(
  'range(50e6).map(f).filter(g).count()',
  () => {
    let n = 0;
    for (let i = 0; i < RECORDS; i += 1) if (g(f(i))) n += 1;
    return n;
  },
  stage({
    count: RECORDS,
    ops: [
      { kind: 'map', fn: 0 },
      { kind: 'filter', fn: 1 },
    ],
    sink: { kind: 'count' },
    functions: [f, g],
  }),
);

const three = (x: number): number[] => [x, x + 1, x + 2];
await ratio(
  'range(5e6).flatMap(3 each).filter(g).count()',
  () => {
    let n = 0;
    for (let i = 0; i < RECORDS / 10; i += 1) for (const x of three(i)) if (g(x)) n += 1;
    return n;
  },
  stage({
    count: RECORDS / 10,
    ops: [
      { kind: 'flatMap', fn: 0 },
      { kind: 'filter', fn: 1 },
    ],
    sink: { kind: 'count' },
    functions: [three, g],
  }),
);

const pair = (x: number): [number, number] => [x % 1000, x];
const add = (a: number, b: number): number => a + b;
await ratio(
  'range(5e6).map(pair).mapValues(f).values().reduce(add)',
  () => {
    let sum = 0;
    for (let i = 0; i < RECORDS / 10; i += 1) {
      const [k, v] = pair(i);
      sum = add(sum, ([k, f(v)] as const)[1]);
    }
    return sum;
  },
  stage({
    count: RECORDS / 10,
    ops: [{ kind: 'map', fn: 0 }, { kind: 'mapValues', fn: 1 }, { kind: 'values' }],
    sink: { kind: 'reduce', fn: 2 },
    functions: [pair, f, add],
  }),
);

const inc = (x: number): number => x + 1;
await ratio(
  'range(2,000) through 50,000 maps, counted',
  () => {
    let n = 0;
    for (let i = 0; i < 2_000; i += 1) {
      let x = i;
      for (let m = 0; m < 50_000; m += 1) x = inc(x);
      if (x > 0) n += 1;
    }
    return n;
  },
  stage({
    count: 2_000,
    ops: Array.from({ length: 50_000 }, (): NarrowOp => ({ kind: 'map', fn: 0 })),
    sink: { kind: 'count' },
    functions: [inc],
  }),
);

if (main > LIMIT) {
  process.stdout.write(`The fused loop takes ${main.toFixed(2)} times the hand-written loop; the limit is ${LIMIT}.\n`);
  process.exitCode = 1;
}
