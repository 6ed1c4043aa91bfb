import type { Aggregator, PartitionerSpec, Sink } from '../../engine/plan/stage-plan.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { factsIn, type NodeFacts, type Placement } from './analyze.ts';
import { type PlanBuilder, planAggregator } from './plan-builder.ts';

type Wide = Extract<LineageNode, { kind: 'shuffled' | 'cogroup' }>;

/** How a map stage writes an input of a wide node: by the node's placement. */
export function shuffleSink(node: Wide, builder: PlanBuilder, known: ReadonlyMap<number, NodeFacts>): Sink {
  const { numPartitions, placement } = factsIn(known, node);
  const gathers = node.kind === 'shuffled' && node.partitioning.kind === 'gather' ? node.partitioning : null;
  const partitioner = gathers ?? partitionerOf(placement, numPartitions, builder);
  return { kind: 'shuffleWrite', partitioner, combine: mapSideCombine(node, builder) };
}

function partitionerOf(placement: Placement | null, numPartitions: number, builder: PlanBuilder): PartitionerSpec {
  switch (placement?.kind) {
    case undefined:
      return { kind: 'roundRobin', numPartitions };
    case 'hash':
      return { kind: 'hash', numPartitions };
    case 'range':
      return { kind: 'range', numPartitions, ascending: (placement as Extract<Placement, { kind: 'range' }>).ascending };
    case 'custom':
      return { kind: 'custom', numPartitions, fn: builder.closure((placement as Extract<Placement, { kind: 'custom' }>).fn) };
  }
}

function mapSideCombine(node: Wide, builder: PlanBuilder): Aggregator | null {
  if (node.kind === 'cogroup') return node.how === 'intersect' ? { kind: 'first' } : null;
  return node.mapSideCombine && node.aggregator !== null ? planAggregator(node.aggregator, builder) : null;
}
