import type { ShippedClosure } from '../../engine/closures/shipped-closure.ts';
import type { Aggregator, NarrowOp, PlanNode, Sink } from '../../engine/plan/stage-plan.ts';
import type { LineageSink } from '../application/application.ts';
import type { LineageAggregator, LineageNode, LineageOp } from '../lineage/lineage-node.ts';
import { factsIn, type NodeFacts, samePlacement } from './analyze.ts';
import type { LeafBinding } from './stage-draft.ts';

/** The node table of one stage while it grows. */
export interface PlanBuilder {
  readonly nodes: PlanNode[];
  readonly closures: ShippedClosure[];
  readonly leaves: Map<number, LeafBinding>;
  /** Nodes that ask for memory. */
  readonly sized: LineageNode[];
  /** Stages read through shuffles. */
  readonly parents: Set<number>;
  add(node: PlanNode): number;
  closure(closure: ShippedClosure): number;
}

export function planBuilder(): PlanBuilder {
  const nodes: PlanNode[] = [];
  const closures: ShippedClosure[] = [];
  const indexes = new Map<ShippedClosure, number>();
  return {
    nodes,
    closures,
    leaves: new Map(),
    sized: [],
    parents: new Set(),
    add: (node) => nodes.push(node) - 1,
    closure(closure) {
      const known = indexes.get(closure);
      if (known !== undefined) return known;
      const index = closures.push(closure) - 1;
      indexes.set(closure, index);
      return index;
    },
  };
}

/** Partitionings that no input can have already. */
const MOVES_ALWAYS: ReadonlySet<string> = new Set(['range', 'roundRobin', 'gather']);

/** Whether the wide node's input number `i` has to move: false where it is placed as asked already. */
export function needsShuffle(node: LineageNode, i: number, known: ReadonlyMap<number, NodeFacts>): boolean {
  if (node.kind !== 'shuffled' && node.kind !== 'cogroup') return false;
  if (node.kind === 'shuffled' && MOVES_ALWAYS.has(node.partitioning.kind)) return true;
  const parent = node.kind === 'shuffled' ? node.parent : node.parents[i];
  return parent === undefined || !samePlacement(factsIn(known, parent).placement, factsIn(known, node).placement);
}

export function narrowOp(op: LineageOp, builder: PlanBuilder): NarrowOp {
  if (!('fn' in op)) return op;
  return { ...op, fn: builder.closure(op.fn) };
}

export function planAggregator(aggregator: LineageAggregator, builder: PlanBuilder): Aggregator {
  switch (aggregator.kind) {
    case 'first':
    case 'group':
    case 'count':
    case 'sketch':
      return aggregator;
    case 'reduce':
      return { kind: 'reduce', fn: builder.closure(aggregator.fn) };
    case 'aggregate':
      return { ...aggregator, seq: builder.closure(aggregator.seq), comb: builder.closure(aggregator.comb) };
    case 'combine': {
      const { create, mergeValue, mergeCombiners } = aggregator;
      return {
        kind: 'combine',
        create: builder.closure(create),
        mergeValue: builder.closure(mergeValue),
        mergeCombiners: builder.closure(mergeCombiners),
      };
    }
  }
}

export function planSink(sink: LineageSink, builder: PlanBuilder): Sink {
  switch (sink.kind) {
    case 'collect':
    case 'count':
    case 'take':
    case 'saveAsTextFile':
    case 'saveAsJsonFile':
    case 'saveAsCsvFile':
    case 'saveAsObjectFile':
    case 'countValues':
    case 'moments':
    case 'bucketCounts':
    case 'distinctSketch':
    case 'sampleRecords':
      return sink;
    case 'reduce':
    case 'fold':
    case 'foreach':
    case 'foreachPartition':
      return { ...sink, fn: builder.closure(sink.fn) };
    case 'takeOrdered':
      return { ...sink, key: sink.key === null ? null : builder.closure(sink.key) };
  }
}

/** The node that brings the inputs of a cogroup together. */
export function addCogroup(
  how: Extract<LineageNode, { kind: 'cogroup' }>['how'],
  parents: readonly number[],
  builder: PlanBuilder,
): number {
  switch (how) {
    case 'group':
      return builder.add({ kind: 'cogroup', parents });
    case 'subtract':
      return builder.add({ kind: 'subtractByKey', parents: parents as [number, number] });
    case 'intersect':
      return builder.add({ kind: 'intersectKeys', parents: parents as [number, number] });
  }
}

/** Bounds of `numGroups` runs of neighbouring partitions: run p is `[floor(p·n/numGroups), floor((p+1)·n/numGroups))`. */
export function evenGroups(numPartitions: number, numGroups: number): readonly number[] {
  return Array.from({ length: numGroups + 1 }, (_, p) => Math.floor((p * numPartitions) / numGroups));
}
