import { LevinError } from '../../engine/errors/levin-error.ts';
import type { FilePartition } from '../../engine/types/task.ts';
import { type CustomPartitioning, type LineageNode, parentsOf, topological } from '../lineage/lineage-node.ts';
import { keptPartitions } from './kept-partitions.ts';

/** How an RDD's records are placed. Two placements are the same when this is equal in every field. */
export type Placement =
  | { readonly kind: 'hash'; readonly numPartitions: number }
  /** Bounds were sampled for this node: no other node has the same. */
  | { readonly kind: 'range'; readonly numPartitions: number; readonly nodeId: number; readonly ascending: boolean }
  /** Two functions are the same when their fingerprints are. */
  | CustomPartitioning;

export interface NodeFacts {
  readonly numPartitions: number;
  /** null: records are anywhere. */
  readonly placement: Placement | null;
  /** Of pruned nodes: the parent's partition that partition 0 is. */
  readonly firstKept?: number;
}

export interface AnalyzeOptions {
  /** Input splits by the id of the textFile node. */
  readonly splits: ReadonlyMap<number, readonly FilePartition[]>;
  /** Set by the user; null when only derived from the runner. */
  readonly defaultParallelism: number | null;
  /** Bounds of range placements by the id of their node: those that pruned nodes ask for must be there. */
  readonly bounds: ReadonlyMap<number, readonly unknown[]>;
}

/** Partition counts and placements of a node and all its ancestors, parents first. Facts already known are kept. */
export function analyze(root: LineageNode, known: Map<number, NodeFacts>, options: AnalyzeOptions): NodeFacts {
  for (const node of topological(root, (n) => (known.has(n.id) ? [] : parentsOf(n)))) {
    if (!known.has(node.id)) known.set(node.id, factsOf(node, known, options));
  }
  return factsIn(known, root);
}

export function factsIn(known: ReadonlyMap<number, NodeFacts>, node: LineageNode): NodeFacts {
  const facts = known.get(node.id);
  if (facts !== undefined) return facts;
  throw new LevinError({
    code: 'INTERNAL',
    fault: 'internal',
    message: `Node ${node.id} (${node.operation}) was planned before it was analyzed.`,
  });
}

export function samePlacement(a: Placement | null, b: Placement | null): boolean {
  if (a === null || b === null || a.kind !== b.kind || a.numPartitions !== b.numPartitions) return false;
  switch (a.kind) {
    case 'hash':
      return true;
    case 'range':
      return b.kind === 'range' && a.nodeId === b.nodeId;
    case 'custom':
      return b.kind === 'custom' && a.fn.fingerprint === b.fn.fingerprint;
  }
}

function factsOf(node: LineageNode, known: ReadonlyMap<number, NodeFacts>, options: AnalyzeOptions): NodeFacts {
  const parents = parentsOf(node).map((parent) => factsIn(known, parent));
  const [parent] = parents as [NodeFacts];
  switch (node.kind) {
    case 'slices':
      return { numPartitions: node.data.offsets.length - 1, placement: null };
    case 'range':
      return { numPartitions: node.numPartitions, placement: null };
    case 'textFile':
    case 'files':
      return { numPartitions: options.splits.get(node.id)?.length ?? 0, placement: null };
    case 'narrow':
      return { numPartitions: parent.numPartitions, placement: node.keepsPartitioner ? parent.placement : null };
    case 'combined':
    case 'drawn':
      return parent;
    case 'numbered':
      return { numPartitions: parent.numPartitions, placement: null };
    case 'union':
      if (keepsPlaces(parents)) return parent;
      return { numPartitions: parents.reduce((sum, p) => sum + p.numPartitions, 0), placement: null };
    case 'cartesian':
      return { numPartitions: parents.reduce((product, p) => product * p.numPartitions, 1), placement: null };
    case 'zip':
    case 'zipPartitions':
      return zipped(node, parents);
    case 'coalesce':
      return coalesced(parent, node.numPartitions);
    case 'pruned': {
      const kept = keptPartitions(node, parent.placement, options.bounds);
      return kept === null ? parent : { numPartitions: kept.end - kept.start, placement: null, firstKept: kept.start };
    }
    case 'shuffled':
      return shuffled(node, parent, options);
    case 'cogroup':
      return cogrouped(node, parents, options);
  }
}

/** Whether a union has its inputs' partitions one over the other: all are placed alike. */
export function keepsPlaces(inputs: readonly NodeFacts[]): boolean {
  return inputs.every((input) => samePlacement(input.placement, (inputs[0] as NodeFacts).placement));
}

function zipped(node: Extract<LineageNode, { kind: 'zip' | 'zipPartitions' }>, parents: readonly NodeFacts[]): NodeFacts {
  const [first] = parents as [NodeFacts];
  const counts = parents.map(({ numPartitions }) => numPartitions);
  if (counts.some((count) => count !== first.numPartitions)) {
    const at = node.callSite === null ? '' : ` at ${node.callSite.file}:${node.callSite.line}:${node.callSite.column}`;
    throw new LevinError({
      code: 'UNEQUAL_PARTITION_COUNTS',
      fault: 'user',
      message: `${node.operation}${at} needs RDDs with equally many partitions, but they have ${counts.join(' and ')}. Use repartition on one of them before.`,
    });
  }
  return { numPartitions: first.numPartitions, placement: node.kind === 'zipPartitions' && node.keepsPartitioner ? first.placement : null };
}

/** What is subtracted from stays where it is, when it is placed at all (Scala's rule); everything else as for a join. */
function cogrouped(node: Extract<LineageNode, { kind: 'cogroup' }>, parents: readonly NodeFacts[], options: AnalyzeOptions): NodeFacts {
  const [first] = parents as [NodeFacts];
  const placed = defaultPlacement(parents, node.numPartitions, options);
  switch (node.how) {
    case 'group':
    case 'intersect':
      return placed;
    case 'subtract': {
      if (node.numPartitions !== null) return placed;
      if (first.placement !== null) return first;
      const numPartitions = Math.max(1, first.numPartitions);
      return { numPartitions, placement: { kind: 'hash', numPartitions } };
    }
  }
}

function coalesced(parent: NodeFacts, asked: number): NodeFacts {
  return asked < parent.numPartitions ? { numPartitions: asked, placement: null } : parent;
}

function shuffled(node: Extract<LineageNode, { kind: 'shuffled' }>, parent: NodeFacts, options: AnalyzeOptions): NodeFacts {
  const { partitioning } = node;
  switch (partitioning.kind) {
    case 'roundRobin':
    case 'gather':
      return { numPartitions: partitioning.numPartitions, placement: null };
    case 'range': {
      const numPartitions = partitioning.numPartitions ?? Math.max(1, options.defaultParallelism ?? parent.numPartitions);
      return { numPartitions, placement: { kind: 'range', numPartitions, nodeId: node.id, ascending: partitioning.ascending } };
    }
    case 'custom':
      return { numPartitions: partitioning.numPartitions, placement: partitioning };
    case 'hash':
      return defaultPlacement([parent], partitioning.numPartitions, options);
  }
}

/**
 * Spark's default partitioner: the largest placement among the inputs when it is eligible (its partition count is within one order of
 * magnitude of the largest input's, or not below the default count); otherwise by hash into the configured parallelism or the largest
 * input's partition count.
 */
function defaultPlacement(inputs: readonly NodeFacts[], asked: number | null, options: AnalyzeOptions): NodeFacts {
  if (asked !== null) return { numPartitions: asked, placement: { kind: 'hash', numPartitions: asked } };
  const most = Math.max(1, ...inputs.map((input) => input.numPartitions));
  const defaultCount = options.defaultParallelism ?? most;
  const largest = inputs
    .map((input) => input.placement)
    .filter((placement) => placement !== null)
    .reduce<Placement | null>((best, p) => (best === null || p.numPartitions > best.numPartitions ? p : best), null);
  if (largest !== null && (Math.log10(most) - Math.log10(largest.numPartitions) < 1 || defaultCount <= largest.numPartitions)) {
    return { numPartitions: largest.numPartitions, placement: largest };
  }
  return { numPartitions: defaultCount, placement: { kind: 'hash', numPartitions: defaultCount } };
}
