import { hash } from 'node:crypto';
import type { ShippedClosure } from '../../engine/closures/shipped-closure.ts';
import type { CallSite } from '../../engine/types/call-site.ts';

/** A step inside a partition as the user wrote it: the operators of the stage plan with closures in place of indexes. */
export type LineageOp =
  | {
      readonly kind: 'map' | 'flatMap' | 'filter' | 'mapValues' | 'flatMapValues' | 'keyBy';
      readonly fn: ShippedClosure;
      readonly concurrency?: number;
    }
  | { readonly kind: 'mapPartitions' | 'mapPartitionsWithIndex'; readonly fn: ShippedClosure }
  | { readonly kind: 'asKey' | 'keys' | 'values' | 'crossValues' };

export type LineageAggregator =
  | { readonly kind: 'reduce'; readonly fn: ShippedClosure }
  | { readonly kind: 'group' }
  /** Keeps the first value of a key: `distinct`. */
  | { readonly kind: 'first' };

/** What was asked for; `null` partitions means Spark's default rule, applied when the job is planned. */
export type PartitioningRequest =
  | { readonly kind: 'hash'; readonly numPartitions: number | null }
  | { readonly kind: 'range'; readonly numPartitions: number | null; readonly ascending: boolean }
  | { readonly kind: 'roundRobin'; readonly numPartitions: number };

/** Encoded partitions of `parallelize`, one block a slice, one after the other. */
export interface EncodedSlices {
  readonly bytes: Uint8Array;
  /** One more than slices. */
  readonly offsets: readonly number[];
  readonly hash: string;
}

export type LineageShape =
  | { readonly kind: 'slices'; readonly data: EncodedSlices }
  | { readonly kind: 'range'; readonly start: number; readonly step: number; readonly count: number; readonly numPartitions: number }
  | { readonly kind: 'textFile'; readonly path: string; readonly minPartitions: number }
  | { readonly kind: 'narrow'; readonly parent: LineageNode; readonly op: LineageOp; readonly keepsPartitioner: boolean }
  | { readonly kind: 'union'; readonly parents: readonly LineageNode[] }
  | { readonly kind: 'coalesce'; readonly parent: LineageNode; readonly numPartitions: number }
  | {
      readonly kind: 'shuffled';
      readonly parent: LineageNode;
      readonly partitioning: PartitioningRequest;
      readonly aggregator: LineageAggregator | null;
      readonly mapSideCombine: boolean;
      /** Each partition sorted by key; null leaves the order of arrival. */
      readonly sort: 'ascending' | 'descending' | null;
    }
  | { readonly kind: 'cogroup'; readonly parents: readonly LineageNode[]; readonly numPartitions: number | null };

/** One RDD: plain frozen data that refers to its parents. */
export type LineageNode = LineageShape & {
  /** Order of creation in the application; never part of an identity. */
  readonly id: number;
  /** What it computes, from the sources on: equal for two RDDs written the same way over the same captured values. */
  readonly fingerprint: string;
  readonly operation: string;
  readonly callSite: CallSite | null;
};

export interface NodeOrigin {
  readonly id: number;
  readonly operation: string;
  readonly callSite: CallSite | null;
}

export function lineageNode(shape: LineageShape, origin: NodeOrigin): LineageNode {
  const fingerprint = hash('sha256', JSON.stringify(fingerprintParts(shape)), 'hex').slice(0, 32);
  return Object.freeze({ ...shape, ...origin, fingerprint });
}

/** Parents of a node, in order. */
export function parentsOf(node: LineageNode): readonly LineageNode[] {
  switch (node.kind) {
    case 'slices':
    case 'range':
    case 'textFile':
      return [];
    case 'narrow':
    case 'coalesce':
    case 'shuffled':
      return [node.parent];
    case 'union':
    case 'cogroup':
      return node.parents;
  }
}

/** Ancestors and the node itself, parents before children, each once; an explicit stack, because a lineage may be 50,000 deep. */
export function topological(root: LineageNode, expand: (node: LineageNode) => readonly LineageNode[] = parentsOf): LineageNode[] {
  const order: LineageNode[] = [];
  const state = new Map<number, 'open' | 'done'>();
  const stack: LineageNode[] = [root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1] as LineageNode;
    const seen = state.get(node.id);
    if (seen === undefined) {
      state.set(node.id, 'open');
      for (const parent of expand(node).toReversed()) if (!state.has(parent.id)) stack.push(parent);
      continue;
    }
    stack.pop();
    if (seen === 'open') {
      state.set(node.id, 'done');
      order.push(node);
    }
  }
  return order;
}

/** JSON of what makes two nodes compute the same; an array, so that no field name is part of it by accident. */
function fingerprintParts(shape: LineageShape): readonly unknown[] {
  switch (shape.kind) {
    case 'slices':
      return ['slices', shape.data.hash, shape.data.offsets.length - 1];
    case 'range':
      return ['range', shape.start, shape.step, shape.count, shape.numPartitions];
    case 'textFile':
      return ['textFile', shape.path, shape.minPartitions];
    case 'narrow':
      return ['narrow', shape.op.kind, 'fn' in shape.op ? shape.op.fn.fingerprint : null, shape.keepsPartitioner, shape.parent.fingerprint];
    case 'union':
      return ['union', ...shape.parents.map((parent) => parent.fingerprint)];
    case 'coalesce':
      return ['coalesce', shape.numPartitions, shape.parent.fingerprint];
    case 'shuffled':
      return [
        'shuffled',
        shape.partitioning,
        shape.aggregator === null ? null : [shape.aggregator.kind, 'fn' in shape.aggregator ? shape.aggregator.fn.fingerprint : null],
        shape.mapSideCombine,
        shape.sort,
        shape.parent.fingerprint,
      ];
    case 'cogroup':
      return ['cogroup', shape.numPartitions, ...shape.parents.map((parent) => parent.fingerprint)];
  }
}
