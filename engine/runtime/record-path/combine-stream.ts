import type { Aggregator, PlanNode } from '../../plan/stage-plan.ts';
import { heapBytesOf } from '../../records/heap-bytes.ts';
import { createGroupSize } from '../spill/group-size.ts';
import { pieceBytesOf } from '../spill/run.ts';
import { createSpillingTable, groupedBytes, newGroupBytes, newKeyBytes, piecesOfArray } from '../spill/spilling-table.ts';
import type { TaskContext } from '../task-context.ts';
import type { OperationRef } from '../user-function.ts';
import { combinerOf } from './combiner.ts';
import type { FeedNode } from './feed-node.ts';
import { assembled, keyedStream } from './keyed-stream.ts';
import { type Pair, pairOf } from './pairs.ts';
import { computedStream, type RecordStream } from './record-stream.ts';
import { refOf } from './step.ts';

/** One pair for each key, keys in order of first appearance. */
export function combineStream(node: Extract<PlanNode, { kind: 'combine' }>, task: TaskContext, feed: FeedNode): RecordStream {
  const { aggregator } = node;
  const ref = aggregatorRef(aggregator, task);
  const groups = aggregator.kind === 'group';
  return computedStream(async () => {
    const { create, mergeValue, mergeCombiners } = await combinerOf(aggregator, task);
    const merge = node.of === 'values' ? mergeValue : mergeCombiners;
    const start = node.of === 'values' ? create : (value: unknown): unknown => value;
    const pieceBytes = pieceBytesOf(task.spill);
    const spilling = createSpillingTable(
      task.spill,
      groups ? { piecesOf: (group) => piecesOfArray(group as readonly unknown[], pieceBytes) } : {},
    );
    const { table, size } = spilling;

    const change = (key: unknown, value: unknown): void => {
      const entry = table.find(key);
      if (entry === undefined) table.insert(key, start(value));
      else entry.value = merge(entry.value, value);
    };
    const measuredChange = (key: unknown, value: unknown): void => {
      const before = table.find(key);
      const beforeBytes = before === undefined || groups ? 0 : heapBytesOf(before.value);
      change(key, value);
      const after = table.find(key)?.value;
      if (before === undefined) spilling.measured(groups ? newGroupBytes(key, after) : newKeyBytes(key, after));
      else spilling.measured(groups ? groupedBytes(value) : heapBytesOf(before.value) - beforeBytes);
    };
    await feed(node.parent, (record) => {
      const [key, value] = pairOf(record, ref, task.place);
      size.countdown -= 1;
      if (size.countdown > 0) change(key, value);
      else measuredChange(key, value);
    });
    return keyedStream(spilling, {
      recordsOf: ({ key, value }) => [[key, value]],
      fromPieces: (pieces) => {
        const groupSize = createGroupSize(task, ref);
        return assembled<{ empty: boolean; value: unknown }>(pieces, {
          start: () => {
            groupSize.start();
            return { empty: true, value: undefined };
          },
          add: ({ empty, value }, key, piece) => {
            if (groups) groupSize.add(key, piece);
            return { empty: false, value: empty ? piece : mergeCombiners(value, piece) };
          },
          finish: (key, { value }): Pair => [key, value],
        });
      },
    });
  });
}

function aggregatorRef(aggregator: Aggregator, task: TaskContext): OperationRef {
  switch (aggregator.kind) {
    case 'first':
      return { operation: 'distinct', site: null };
    case 'group':
      return { operation: 'groupByKey', site: null };
    case 'count':
      return { operation: 'countByKey', site: null };
    case 'sketch':
      return { operation: 'countApproxDistinctByKey', site: null };
    case 'aggregate':
      return refOf(aggregator.seq, task.infos);
    case 'reduce':
      return refOf(aggregator.fn, task.infos);
    case 'combine':
      return refOf(aggregator.create, task.infos);
  }
}
