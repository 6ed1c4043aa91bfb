import { LevinError } from '../../errors/levin-error.ts';
import type { NarrowOp, PlanNode } from '../../plan/stage-plan.ts';
import { cachedStream } from '../blocks/cached-stream.ts';
import { openLeaf } from '../sources/open-leaf.ts';
import { firstIndexOf } from '../sources/task-input.ts';
import type { TaskContext } from '../task-context.ts';
import type { UserFunction } from '../user-function.ts';
import { batchOp } from './batch-op.ts';
import { type BatchTransform, batchStream } from './batch-stream.ts';
import { cartesianStream } from './cartesian-stream.ts';
import { type CogroupOptions, cogroupStream } from './cogroup-stream.ts';
import { combineStream } from './combine-stream.ts';
import { drawStrata } from './draw-strata.ts';
import type { FeedNode } from './feed-node.ts';
import { foldPartition } from './fold-partition.ts';
import { intersectStream } from './intersect-stream.ts';
import { type MapPartitionsOptions, mapPartitionsStream } from './map-partitions.ts';
import { pipeStream } from './pipe-stream.ts';
import { concatStreams, lazyStream, type RecordStream } from './record-stream.ts';
import { sortStream } from './sort-stream.ts';
import { isRecordOp, type RecordOp, refOf } from './step.ts';
import { countStrata, splitStrata } from './strata.ts';
import { subtractStream } from './subtract-stream.ts';
import { zipStream } from './zip-stream.ts';

export interface NodeStreamOptions {
  readonly task: TaskContext;
  readonly node: number;
  readonly partition: number;
  /** Opens another node's partition. */
  readonly open: (node: number, partition: number) => RecordStream;
  /** Runs this partition of another node through a function. */
  readonly feed: FeedNode;
  readonly crossed: CogroupOptions['crossed'];
}

/** Nodes that are more than steps of a loop, and no range either. */
export type StreamNode = Exclude<PlanNode, { kind: 'range' }>;

/** The records of one partition of a node that no fused loop can compute. */
export function nodeStream(at: StreamNode, options: NodeStreamOptions): RecordStream {
  const { task, node, partition, open, feed } = options;
  switch (at.kind) {
    case 'slices':
    case 'text':
    case 'files':
    case 'shuffleRead':
      return openLeaf(task, node, partition);
    case 'cached':
      return cachedStream(at, task, { node, partition, open: () => open(at.parent, partition) });
    case 'coalesce': {
      const [start, end] = [at.groups[partition] as number, at.groups[partition + 1] as number];
      return concatStreams(Array.from({ length: end - start }, (_, i) => () => open(at.parent, start + i)));
    }
    case 'combine':
      return combineStream(at, task, feed);
    case 'sortByKey':
      return sortStream(at, task, feed);
    case 'cogroup':
      return cogroupStream(at, task, { feed, crossed: options.crossed });
    case 'subtractByKey':
      return subtractStream(at, task, feed);
    case 'intersectKeys':
      return intersectStream(at, task, feed);
    case 'concat':
      return concatStreams(at.parents.map((parent) => () => open(parent, partition)));
    case 'cartesian': {
      const [left, right] = at.parents;
      return cartesianStream(
        open(left, Math.floor(partition / at.rightPartitions)),
        open(right, partition % at.rightPartitions),
        task.spill,
      );
    }
    case 'zip':
      return zipStream(open(at.parents[0], partition), open(at.parents[1], partition), task.place);
    case 'zipPartitions': {
      const inputs = at.parents.map((parent) => open(parent, partition));
      return mapPartitionsStream(inputs, { ...userFunction(at.fn, task), index: null });
    }
    case 'drawStrata': {
      const [records, quotas] = at.parents;
      return drawStrata({ node: at, records: open(records, partition), quotas: open(quotas, 0), task, partition });
    }
    case 'number':
      return batchStream(open(at.parent, partition), numbering(at, task, { node, partition }));
    case 'narrow':
      if (!isRecordOp(at.op)) return partitionOp(at.op, at.parent, options);
      throw misplaced(at);
    case 'union':
      throw misplaced(at);
  }
}

function partitionOp(op: Exclude<NarrowOp, RecordOp>, parent: number, { task, partition, open, feed }: NodeStreamOptions): RecordStream {
  switch (op.kind) {
    case 'mapPartitions':
      return mapPartitionsStream([open(parent, partition)], { ...userFunction(op.fn, task), index: null });
    case 'mapPartitionsWithIndex':
      return mapPartitionsStream([open(parent, partition)], { ...userFunction(op.fn, task), index: partition });
    case 'foldPartition':
      return lazyStream(() => foldPartition(op, task, (write) => feed(parent, write)));
    case 'countStrata':
      return lazyStream(() => countStrata(op, task, (write) => feed(parent, write)));
    case 'splitStrata':
      return lazyStream(() => splitStrata(op, task, (write) => feed(parent, write)));
    case 'glom':
      return lazyStream(async () => {
        const records: unknown[] = [];
        await feed(parent, (record) => records.push(record));
        return [records];
      });
    case 'pipe':
      return pipeStream(open(parent, partition), op, task);
    case 'sample':
    case 'sampleRange':
    case 'sampleByKey':
    case 'keyInRange':
    case 'estimateValues':
      return batchStream(open(parent, partition), batchOp(op, task, partition));
  }
}

function userFunction(fn: number, task: TaskContext): Omit<MapPartitionsOptions, 'index'> {
  return { fn: task.deps.closures[fn] as UserFunction, ref: refOf(fn, task.infos), place: task.place, spill: task.spill };
}

function numbering(
  at: Extract<PlanNode, { kind: 'number' }>,
  task: TaskContext,
  { node, partition }: { readonly node: number; readonly partition: number },
): BatchTransform {
  const step = at.by === 'index' ? 1 : at.numPartitions;
  let next = at.by === 'index' ? firstIndexOf(task, node, partition) : partition;
  return (batch) =>
    batch.map((record) => {
      const numbered = [record, next];
      next += step;
      return numbered;
    });
}

function misplaced(at: PlanNode): LevinError {
  return new LevinError({ code: 'INTERNAL', fault: 'internal', message: `A ${at.kind} node has no stream of its own.` });
}
