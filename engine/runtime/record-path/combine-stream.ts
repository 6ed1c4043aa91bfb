import type { Aggregator, PlanNode } from '../../plan/stage-plan.ts';
import { heapBytesOf } from '../../records/heap-bytes.ts';
import { NO_PLACE } from '../../records/key-table.ts';
import { createSpillingTable, newKeyBytes } from '../spill/spilling-table.ts';
import type { TaskContext } from '../task-context.ts';
import type { OperationRef } from '../user-function.ts';
import { combinerOf } from './combiner.ts';
import type { FeedNode } from './feed-node.ts';
import { groupStream } from './group-stream.ts';
import { assembled, keyedStream } from './keyed-stream.ts';
import { type Pair, pairOf } from './pairs.ts';
import { computedStream, type RecordStream } from './record-stream.ts';
import { refOf } from './step.ts';

/** One pair for each key, keys in order of first appearance. */
export function combineStream(node: Extract<PlanNode, { kind: 'combine' }>, task: TaskContext, feed: FeedNode): RecordStream {
  const { aggregator } = node;
  if (aggregator.kind === 'group' && node.of === 'values') return groupStream(node.parent, task, feed);
  const ref = aggregatorRef(aggregator, task);
  return computedStream(async () => {
    const { create, mergeValue, mergeCombiners } = await combinerOf(aggregator, task);
    const merge = node.of === 'values' ? mergeValue : mergeCombiners;
    const start = node.of === 'values' ? create : (value: unknown): unknown => value;
    const spilling = createSpillingTable(task.spill);
    const { table, size } = spilling;
    const { values } = table;

    const change = (key: unknown, value: unknown): void => {
      const place = table.find(key);
      if (place === NO_PLACE) table.insert(key, start(value));
      else values[place] = merge(values[place], value);
    };
    const measuredChange = (key: unknown, value: unknown): void => {
      const known = table.find(key);
      const beforeBytes = known === NO_PLACE ? 0 : heapBytesOf(values[known]);
      change(key, value);
      if (known === NO_PLACE) spilling.measured(newKeyBytes(key, values[table.size - 1]));
      else spilling.measured(heapBytesOf(values[known]) - beforeBytes);
    };
    await feed(node.parent, (record) => {
      const [key, value] = pairOf(record, ref, task.place);
      size.countdown -= 1;
      if (size.countdown > 0) change(key, value);
      else measuredChange(key, value);
    });
    // Keys on disk are not counted: some are in several runs.
    if (node.of === 'combiners') task.counters.keys = (task.counters.keys ?? 0) + table.size;
    return keyedStream(spilling, {
      recordsOf: (key, place): readonly Pair[] => [[key, values[place]]],
      fromPieces: (pieces) =>
        assembled<{ empty: boolean; value: unknown }>(pieces, {
          start: () => ({ empty: true, value: undefined }),
          add: ({ empty, value }, _, piece) => ({ empty: false, value: empty ? piece : mergeCombiners(value, piece) }),
          finish: (key, { value }): Pair => [key, value],
        }),
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
