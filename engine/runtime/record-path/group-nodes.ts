import type { Aggregator, PlanNode } from '../../plan/stage-plan.ts';
import { compareKeys } from '../../records/compare-keys.ts';
import { createKeyTable } from '../../records/key-table.ts';
import type { TaskContext } from '../task-context.ts';
import type { OperationRef } from '../user-function.ts';
import { combinerOf } from './combiner.ts';
import { type Pair, pairOf } from './pairs.ts';
import type { Batch } from './record-stream.ts';
import { refOf } from './step.ts';

/** Runs all records of a node's partition through a function. */
export type FeedNode = (node: number, write: (record: unknown) => void) => Promise<void>;

/** One pair for each key, keys in order of first appearance. */
export async function combineNode(node: Extract<PlanNode, { kind: 'combine' }>, task: TaskContext, feed: FeedNode): Promise<Batch> {
  const table = createKeyTable();
  const { create, mergeValue, mergeCombiners } = combinerOf(node.aggregator, task);
  const ref = aggregatorRef(node.aggregator, task);
  const merge = node.of === 'values' ? mergeValue : mergeCombiners;
  const start = node.of === 'values' ? create : (value: unknown): unknown => value;
  await feed(node.parent, (record) => {
    const [key, value] = pairOf(record, ref, task.place);
    const entry = table.find(key);
    if (entry === undefined) table.insert(key, start(value));
    else entry.value = merge(entry.value, value);
  });
  return Array.from(table.entries(), (entry): Pair => [entry.key, entry.value]);
}

/** The partition's pairs by key; equal keys keep their order. */
export async function sortNode(node: Extract<PlanNode, { kind: 'sortByKey' }>, task: TaskContext, feed: FeedNode): Promise<Batch> {
  const pairs: Pair[] = [];
  await feed(node.parent, (record) => pairs.push(pairOf(record, { operation: 'sortByKey', site: null }, task.place)));
  return node.ascending ? pairs.sort((a, b) => compareKeys(a[0], b[0])) : pairs.sort((a, b) => compareKeys(b[0], a[0]));
}

/** [k, [values of parent 0, values of parent 1, …]] */
export async function cogroupNode(node: Extract<PlanNode, { kind: 'cogroup' }>, task: TaskContext, feed: FeedNode): Promise<Batch> {
  const table = createKeyTable();
  const ref = { operation: 'cogroup', site: null };
  for (const [side, parent] of node.parents.entries()) {
    await feed(parent, (record) => {
      const [key, value] = pairOf(record, ref, task.place);
      const entry = table.find(key);
      const groups = entry === undefined ? node.parents.map((): unknown[] => []) : (entry.value as unknown[][]);
      if (entry === undefined) table.insert(key, groups);
      groups[side]?.push(value);
    });
  }
  return Array.from(table.entries(), (entry): Pair => [entry.key, entry.value]);
}

function aggregatorRef(aggregator: Aggregator, task: TaskContext): OperationRef {
  switch (aggregator.kind) {
    case 'first':
      return { operation: 'distinct', site: null };
    case 'group':
      return { operation: 'groupByKey', site: null };
    case 'reduce':
      return refOf(aggregator.fn, task.infos);
    case 'combine':
      return refOf(aggregator.create, task.infos);
  }
}
