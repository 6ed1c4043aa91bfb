import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { NarrowOp, PlanNode, Sink } from '../../../engine/plan/stage-plan.ts';
import { runPartition, storeSlices } from './task-harness.ts';

/** How a user function gives its result. */
type Flavor = 'plain' | 'async' | 'sometimes';

/** One operation of a job over numbers, and what it means for an array of numbers. */
interface Move {
  readonly ops: readonly NarrowOp[];
  readonly functions: readonly unknown[];
  readonly oracle: (records: readonly number[]) => readonly number[];
  /** A partition function that iterates synchronously. */
  readonly iterates: boolean;
  readonly flavor: Flavor;
}

/** The same function in another flavor. */
function flavored(fn: (x: number) => unknown, flavor: Flavor): unknown {
  if (flavor === 'plain') return fn;
  if (flavor === 'async') return async (x: number) => fn(x);
  return (x: number) => (x % 3 === 1 ? Promise.resolve().then(() => fn(x)) : fn(x));
}

const copies = (x: number): number[] => Array.from({ length: Math.abs(x) % 4 }, (_, i) => x + i);

const containers: readonly ((xs: readonly number[]) => unknown)[] = [
  (xs) => xs,
  (xs) => new Set(xs),
  (xs) => xs.values(),
  function* (xs: readonly number[]) {
    yield* xs;
  },
  async function* (xs: readonly number[]) {
    yield* xs;
  },
];

const flavors = fc.constantFrom<Flavor>('plain', 'async', 'sometimes');
const concurrencies = fc.constantFrom(1, 1, 2, 5);
const small = fc.integer({ min: -9, max: 9 });

const moves: fc.Arbitrary<Move> = fc
  .tuple(flavors, concurrencies, small, fc.nat(4), fc.nat(9))
  .map(([flavor, concurrency, a, container, which]): Move => {
    const move = (ops: readonly NarrowOp[], fn: ((x: number) => unknown) | null, oracle: Move['oracle']): Move => ({
      ops,
      functions: fn === null ? [] : [flavored(fn, flavor)],
      oracle,
      iterates: false,
      flavor: fn === null ? 'plain' : flavor,
    });
    const partition = (fn: unknown, oracle: Move['oracle']): Move => ({
      ops: [{ kind: 'mapPartitions', fn: 0 }],
      functions: [fn],
      oracle,
      iterates: true,
      flavor: 'plain',
    });
    const give = containers[container] as (xs: readonly number[]) => unknown;
    switch (which) {
      case 0:
        return move(
          [{ kind: 'map', fn: 0, concurrency }],
          (x) => (x * a) % 1000,
          (xs) => xs.map((x) => (x * a) % 1000),
        );
      case 1:
        return move(
          [{ kind: 'filter', fn: 0, concurrency }],
          (x) => (x + a) % 3,
          (xs) => xs.filter((x) => (x + a) % 3 !== 0),
        );
      case 2:
        return {
          ...move(
            [{ kind: 'flatMap', fn: 0, concurrency }],
            (x) => give(copies(x)),
            (xs) => xs.flatMap((x) => (container === 1 ? [...new Set(copies(x))] : copies(x))),
          ),
          // A plain function that gives an async generator: nobody can know before it is called.
          flavor: container === 4 && flavor === 'plain' ? 'sometimes' : flavor,
        };
      case 3:
        return move(
          [{ kind: 'keyBy', fn: 1 }, { kind: 'mapValues', fn: 0, concurrency }, { kind: 'values' }],
          (x) => x - a,
          (xs) => xs.map((x) => x - a),
        );
      case 4:
        return move(
          [{ kind: 'keyBy', fn: 1 }, { kind: 'flatMapValues', fn: 0, concurrency }, { kind: 'values' }],
          (x) => copies(x),
          (xs) => xs.flatMap(copies),
        );
      case 5:
        return move([{ kind: 'asKey' }, { kind: 'keys' }], null, (xs) => xs);
      case 6:
        return move(
          [{ kind: 'map', fn: 0, concurrency }, { kind: 'crossValues' }, { kind: 'map', fn: 2 }],
          (x) => [x, [copies(x), [1, a]]],
          (xs) => xs.flatMap((x) => copies(x).flatMap((c) => [c + 1, c + a])),
        );
      case 7:
        return partition(
          function* (it: Iterable<number>) {
            for (const x of it) if (x !== a) yield x + 1;
          },
          (xs) => xs.filter((x) => x !== a).map((x) => x + 1),
        );
      case 8:
        return partition(
          (it: IteratorObject<number>) => it.take(container),
          (xs) => xs.slice(0, container),
        );
      default:
        return partition(
          async function* (it: Iterable<number>) {
            let sum = 0;
            for (const x of it) sum += x;
            yield sum;
          },
          (xs) => [xs.reduce((s, x) => s + x, 0)],
        );
    }
  });

const sinks: readonly { readonly sink: Sink; readonly oracle: (xs: readonly number[]) => readonly unknown[] }[] = [
  { sink: { kind: 'collect' }, oracle: (xs) => xs },
  { sink: { kind: 'count' }, oracle: (xs) => [xs.length] },
  { sink: { kind: 'take', n: 3 }, oracle: (xs) => xs.slice(0, 3) },
  { sink: { kind: 'take', n: 0 }, oracle: () => [] },
  { sink: { kind: 'reduce', fn: 0 }, oracle: (xs) => (xs.length === 0 ? [] : [xs.reduce((a, b) => a * 31 + b)]) },
  { sink: { kind: 'takeOrdered', n: 4, key: null }, oracle: (xs) => xs.toSorted((a, b) => a - b).slice(0, 4) },
];

/** A partition function after a function that only sometimes gives a promise is an error of its own. */
function allowed(chain: readonly Move[]): boolean {
  const sometimes = chain.findIndex((move) => move.flavor === 'sometimes');
  return sometimes < 0 || !chain.slice(sometimes).some((move) => move.iterates);
}

interface Program {
  readonly chain: readonly Move[];
  readonly partitions: readonly (readonly number[])[];
  readonly group: number;
  readonly sink: (typeof sinks)[number];
}

const programs: fc.Arbitrary<Program> = fc.record({
  chain: fc.array(moves, { maxLength: 6 }).filter(allowed),
  partitions: fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
  group: fc.nat(2),
  sink: fc.constantFrom(...sinks),
});

/** Nodes: leaf, the first part of the chain, a coalesce of everything, the rest. */
function planOf({ chain, partitions, group, sink }: Program): {
  readonly nodes: PlanNode[];
  readonly functions: unknown[];
  readonly sink: Sink;
} {
  const nodes: PlanNode[] = [{ kind: 'slices', numPartitions: partitions.length }];
  const functions: unknown[] = [(a: number, b: number) => a * 31 + b];
  chain.forEach((move, m) => {
    if (m === group) nodes.push({ kind: 'coalesce', parent: nodes.length - 1, groups: [0, partitions.length] });
    const first = functions.length;
    functions.push(
      move.functions[0],
      (x: number) => x,
      ([, [c, b]]: [unknown, [number, number]]) => c + b,
    );
    for (const op of move.ops) nodes.push({ kind: 'narrow', parent: nodes.length - 1, op: 'fn' in op ? { ...op, fn: op.fn + first } : op });
  });
  if (chain.length <= group) nodes.push({ kind: 'coalesce', parent: nodes.length - 1, groups: [0, partitions.length] });
  return { nodes, functions, sink: sink.sink };
}

function expectedOf({ chain, partitions, group, sink }: Program): readonly unknown[] {
  const before = chain.slice(0, group);
  const after = chain.slice(group);
  const joined = partitions.flatMap((records) => before.reduce<readonly number[]>((xs, move) => move.oracle(xs), records));
  return sink.oracle(after.reduce<readonly number[]>((xs, move) => move.oracle(xs), joined));
}

describe('random chains over random partitions', () => {
  test('give what plain arrays give, whether functions are plain, async or both', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const objects = createMemoryObjectStore();
        const { inputs } = await storeSlices(objects, program.partitions);
        const { records } = await runPartition({ ...planOf(program), objects, inputs });
        // −0 and 0 are the same number here: the oracle multiplies too.
        expect(records).toEqual(expectedOf(program));
      }),
      { numRuns: 1_500 },
    );
  });
});
