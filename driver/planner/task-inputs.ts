import type { PlanNode, StagePlan } from '../../engine/plan/stage-plan.ts';
import type { BlockId } from '../../engine/types/block-report.ts';

export interface LeafPartition {
  readonly leaf: number;
  readonly partition: number;
}

/**
 * Which partitions of which leaves a task reads, in the order of the plan. Chains of narrow steps are skipped over, so that a task of a
 * 50,000-step stage costs as much as one of a short one.
 */
export function leafPartitions(plan: StagePlan): (partition: number) => readonly LeafPartition[] {
  return partitionsBelow(plan, { isFound: isLeaf, isNoted: (node) => node.kind === 'number' && node.by === 'index' });
}

/** A block that a task may read in place of computing it; `leaf` is the node's index. */
export interface CachedBlock extends BlockId {
  readonly leaf: number;
  readonly at: Extract<PlanNode, { kind: 'cached' }>;
}

/** The blocks of persisted RDDs that a task may read, those that stand in front of others first. */
export function cachedBlocks(plan: StagePlan): (partition: number) => readonly CachedBlock[] {
  const isCached = (node: PlanNode): boolean => node.kind === 'cached';
  if (!plan.nodes.some(isCached)) return () => [];
  const below = partitionsBelow(plan, { isFound: isLeaf, isNoted: isCached });
  return (partition) =>
    below(partition).flatMap(({ leaf, partition: p }) => {
      const at = plan.nodes[leaf] as PlanNode;
      return at.kind === 'cached' ? [{ leaf, at, rdd: at.rdd, partition: p }] : [];
    });
}

interface Search {
  /** What is below it is not looked at. */
  readonly isFound: (node: PlanNode) => boolean;
  /** Found, and what is below it is looked at, too. */
  readonly isNoted: (node: PlanNode) => boolean;
}

function partitionsBelow(plan: StagePlan, { isFound, isNoted }: Search): (partition: number) => readonly LeafPartition[] {
  const anchors = anchorsOf(plan.nodes, (node) => isFound(node) || isNoted(node));
  const root = anchors[anchors.length - 1] as number;
  return (partition) => {
    const found: LeafPartition[] = [];
    const stack: LeafPartition[] = [{ leaf: root, partition }];
    while (stack.length > 0) {
      const at = stack.pop() as LeafPartition;
      const node = plan.nodes[at.leaf] as PlanNode;
      if (isFound(node)) found.push(at);
      else if (isNoted(node)) {
        found.push(at);
        stack.push(...inputsOf(node, at.partition, anchors));
      } else stack.push(...inputsOf(node, at.partition, anchors).reverse());
    }
    return found;
  };
}

function inputsOf(node: PlanNode, partition: number, anchors: readonly number[]): LeafPartition[] {
  const at = (parent: number, p: number): LeafPartition => ({ leaf: anchors[parent] as number, partition: p });
  switch (node.kind) {
    case 'slices':
    case 'range':
    case 'text':
    case 'files':
    case 'shuffleRead':
      return [];
    case 'narrow':
    case 'cached':
    case 'combine':
    case 'sortByKey':
    case 'number':
      return [at(node.parent, partition)];
    case 'cartesian': {
      const [left, right] = node.parents;
      return [at(left, Math.floor(partition / node.rightPartitions)), at(right, partition % node.rightPartitions)];
    }
    case 'drawStrata':
      return [at(node.parents[0], partition), at(node.parents[1], 0)];
    case 'cogroup':
    case 'subtractByKey':
    case 'intersectKeys':
    case 'concat':
    case 'zip':
    case 'zipPartitions':
      return node.parents.map((parent) => at(parent, partition));
    case 'union': {
      const i = node.starts.findLastIndex((start) => start <= partition);
      return [at(node.parents[i] as number, partition - (node.starts[i] as number))];
    }
    case 'coalesce': {
      const [start, end] = [node.groups[partition] as number, node.groups[partition + 1] as number];
      return Array.from({ length: end - start }, (_, i) => at(node.parent, start + i));
    }
  }
}

function isLeaf(node: PlanNode): boolean {
  return node.kind === 'slices' || node.kind === 'range' || node.kind === 'text' || node.kind === 'files' || node.kind === 'shuffleRead';
}

/** For each node the nearest ancestor, or itself, that is not a one-parent step. */
function anchorsOf(nodes: readonly PlanNode[], stops: (node: PlanNode) => boolean): readonly number[] {
  const anchors: number[] = [];
  nodes.forEach((node, i) => {
    const passes = node.kind === 'narrow' || node.kind === 'cached' || node.kind === 'combine' || node.kind === 'sortByKey';
    anchors.push(passes && !stops(node) ? (anchors[node.parent] as number) : i);
  });
  return anchors;
}
