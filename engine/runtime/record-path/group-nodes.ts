import type { Aggregator, PlanNode } from '../../plan/stage-plan.ts';
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
  const { create, mergeValue, mergeCombiners } = await combinerOf(node.aggregator, task);
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

/** Pairs of the first parent whose key the second has not. Only the first is held. */
export async function subtractNode(node: Extract<PlanNode, { kind: 'subtractByKey' }>, task: TaskContext, feed: FeedNode): Promise<Batch> {
  const table = createKeyTable();
  const ref = { operation: 'subtractByKey', site: null };
  const [left, right] = node.parents;
  await feed(left, (record) => {
    const pair = pairOf(record, ref, task.place);
    const entry = table.find(pair[0]);
    if (entry === undefined) table.insert(pair[0], [pair]);
    else (entry.value as Pair[]).push(pair);
  });
  await feed(right, (record) => {
    const entry = table.find(pairOf(record, ref, task.place)[0]);
    if (entry !== undefined) entry.value = [];
  });
  return Array.from(table.entries(), (entry) => entry.value as Pair[]).flat(1);
}

/** [k, null] for the keys that both parents have, in the order of the first. */
export async function intersectNode(node: Extract<PlanNode, { kind: 'intersectKeys' }>, task: TaskContext, feed: FeedNode): Promise<Batch> {
  const table = createKeyTable();
  const ref = { operation: 'intersection', site: null };
  const [left, right] = node.parents;
  await feed(left, (record) => {
    const [key] = pairOf(record, ref, task.place);
    if (table.find(key) === undefined) table.insert(key, false);
  });
  await feed(right, (record) => {
    const entry = table.find(pairOf(record, ref, task.place)[0]);
    if (entry !== undefined) entry.value = true;
  });
  return Array.from(table.entries()).flatMap((entry) => (entry.value === true ? [[entry.key, null]] : []));
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
