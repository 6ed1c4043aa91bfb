import { hash } from 'node:crypto';
import type { ShippedClosure } from '../../engine/closures/shipped-closure.ts';
import type { NarrowOp } from '../../engine/plan/stage-plan.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import type { FileFormat } from '../../engine/types/file-format.ts';

/** A step inside a partition as the user wrote it: the operators of the stage plan with closures in place of indexes. */
export type LineageOp =
  | {
      readonly kind: 'map' | 'flatMap' | 'filter' | 'mapValues' | 'flatMapValues' | 'keyBy' | 'keyByKey';
      readonly fn: ShippedClosure;
      readonly concurrency?: number;
    }
  | { readonly kind: 'mapPartitions' | 'mapPartitionsWithIndex'; readonly fn: ShippedClosure; readonly barrier?: true }
  | { readonly kind: 'foldPartition'; readonly zero: string | null; readonly fn: ShippedClosure }
  | DataOp;

/** Steps without a function of the user: the stage plan's own. */
export type DataOp = Extract<
  NarrowOp,
  {
    kind:
      | 'asKey'
      | 'keys'
      | 'values'
      | 'crossValues'
      | 'glom'
      | 'sample'
      | 'sampleRange'
      | 'sampleByKey'
      | 'keyInRange'
      | 'countStrata'
      | 'splitStrata'
      | 'estimateValues'
      | 'pipe';
  }
>;

export type LineageAggregator =
  | { readonly kind: 'reduce'; readonly fn: ShippedClosure }
  | { readonly kind: 'group' | 'count' }
  | { readonly kind: 'sketch'; readonly precision: number }
  | { readonly kind: 'aggregate'; readonly zero: string; readonly seq: ShippedClosure; readonly comb: ShippedClosure }
  | {
      readonly kind: 'combine';
      readonly create: ShippedClosure;
      readonly mergeValue: ShippedClosure;
      readonly mergeCombiners: ShippedClosure;
    }
  /** Keeps the first value of a key: `distinct`. */
  | { readonly kind: 'first' };

/** What was asked for; `null` partitions means Spark's default rule, applied when the job is planned. */
export type PartitioningRequest =
  | { readonly kind: 'hash'; readonly numPartitions: number | null }
  | { readonly kind: 'range'; readonly numPartitions: number | null; readonly ascending: boolean }
  | { readonly kind: 'roundRobin'; readonly numPartitions: number }
  /** Neighbouring partitions of `from` together. */
  | { readonly kind: 'gather'; readonly numPartitions: number; readonly from: number }
  | CustomPartitioning;

/** The user's function from key to partition; `local` is the function itself, for the driver. */
export interface CustomPartitioning {
  readonly kind: 'custom';
  readonly numPartitions: number;
  readonly fn: ShippedClosure;
  readonly local: (key: unknown) => unknown;
}

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
  | { readonly kind: 'textFile'; readonly path: string; readonly minPartitions: number; readonly invalidUtf8?: 'fail' }
  | { readonly kind: 'files'; readonly path: string; readonly format: FileFormat; readonly minPartitions: number }
  | { readonly kind: 'narrow'; readonly parent: LineageNode; readonly op: LineageOp; readonly keepsPartitioner: boolean }
  | { readonly kind: 'union'; readonly parents: readonly LineageNode[] }
  | { readonly kind: 'coalesce'; readonly parent: LineageNode; readonly numPartitions: number }
  /** Only the partitions that may hold keys from `lower` to `upper` (constants), where the parent's placement tells; else all. */
  | { readonly kind: 'pruned'; readonly parent: LineageNode; readonly lower: string; readonly upper: string }
  | {
      readonly kind: 'shuffled';
      readonly parent: LineageNode;
      readonly partitioning: PartitioningRequest;
      readonly aggregator: LineageAggregator | null;
      readonly mapSideCombine: boolean;
      /** Each partition sorted by key; null leaves the order of arrival. */
      readonly sort: 'ascending' | 'descending' | null;
      /** Sorts by what it gives for the key. */
      readonly sortKey?: ShippedClosure;
    }
  | {
      readonly kind: 'cogroup';
      readonly parents: readonly LineageNode[];
      readonly numPartitions: number | null;
      /** `group`: all values of each key; `subtract`: pairs of the first without the keys of the second; `intersect`: keys of both. */
      readonly how: 'group' | 'subtract' | 'intersect';
    }
  /** One pair for each key of each partition; nothing moves. */
  | { readonly kind: 'combined'; readonly parent: LineageNode; readonly aggregator: LineageAggregator }
  | { readonly kind: 'cartesian'; readonly parents: readonly [LineageNode, LineageNode] }
  | { readonly kind: 'zip'; readonly parents: readonly [LineageNode, LineageNode] }
  | {
      readonly kind: 'zipPartitions';
      readonly parents: readonly LineageNode[];
      readonly fn: ShippedClosure;
      readonly keepsPartitioner: boolean;
    }
  /** The pairs of the first parent that the one partition of the second says. */
  | {
      readonly kind: 'drawn';
      readonly parents: readonly [records: LineageNode, quotas: LineageNode];
      readonly withReplacement: boolean;
      readonly seed: number;
    }
  | { readonly kind: 'numbered'; readonly parent: LineageNode; readonly by: 'index' | 'uniqueId' };

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
    case 'files':
      return [];
    case 'narrow':
    case 'coalesce':
    case 'pruned':
    case 'shuffled':
    case 'combined':
    case 'numbered':
      return [node.parent];
    case 'union':
    case 'cogroup':
    case 'cartesian':
    case 'zip':
    case 'zipPartitions':
    case 'drawn':
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
    case 'files':
      return ['files', shape.path, shape.format, shape.minPartitions];
    case 'textFile':
      return ['textFile', shape.path, shape.minPartitions, ...(shape.invalidUtf8 === undefined ? [] : [shape.invalidUtf8])];
    case 'narrow':
      return [
        'narrow',
        'fn' in shape.op
          ? [
              shape.op.kind,
              shape.op.fn.fingerprint,
              ...('zero' in shape.op ? [shape.op.zero] : []),
              ...('barrier' in shape.op ? ['barrier'] : []),
            ]
          : shape.op,
        shape.keepsPartitioner,
        shape.parent.fingerprint,
      ];
    case 'union':
      return ['union', ...shape.parents.map((parent) => parent.fingerprint)];
    case 'coalesce':
      return ['coalesce', shape.numPartitions, shape.parent.fingerprint];
    case 'pruned':
      return ['pruned', shape.lower, shape.upper, shape.parent.fingerprint];
    case 'shuffled':
      return [
        'shuffled',
        partitioningPrint(shape.partitioning),
        shape.aggregator === null ? null : aggregatorPrint(shape.aggregator),
        shape.mapSideCombine,
        shape.sort,
        shape.sortKey?.fingerprint ?? null,
        shape.parent.fingerprint,
      ];
    case 'cogroup':
      return ['cogroup', shape.how, shape.numPartitions, ...shape.parents.map((parent) => parent.fingerprint)];
    case 'combined':
      return ['combined', aggregatorPrint(shape.aggregator), shape.parent.fingerprint];
    case 'cartesian':
    case 'zip':
      return [shape.kind, ...shape.parents.map((parent) => parent.fingerprint)];
    case 'zipPartitions':
      return ['zipPartitions', shape.fn.fingerprint, shape.keepsPartitioner, ...shape.parents.map((parent) => parent.fingerprint)];
    case 'drawn':
      return ['drawn', shape.withReplacement, shape.seed, ...shape.parents.map((parent) => parent.fingerprint)];
    case 'numbered':
      return ['numbered', shape.by, shape.parent.fingerprint];
  }
}

function partitioningPrint(partitioning: PartitioningRequest): unknown {
  return partitioning.kind === 'custom' ? ['custom', partitioning.numPartitions, partitioning.fn.fingerprint] : partitioning;
}

function aggregatorPrint(aggregator: LineageAggregator): readonly unknown[] {
  switch (aggregator.kind) {
    case 'first':
    case 'group':
    case 'count':
      return [aggregator.kind];
    case 'sketch':
      return [aggregator.kind, aggregator.precision];
    case 'reduce':
      return [aggregator.kind, aggregator.fn.fingerprint];
    case 'aggregate':
      return [aggregator.kind, aggregator.zero, aggregator.seq.fingerprint, aggregator.comb.fingerprint];
    case 'combine':
      return [aggregator.kind, aggregator.create.fingerprint, aggregator.mergeValue.fingerprint, aggregator.mergeCombiners.fingerprint];
  }
}
