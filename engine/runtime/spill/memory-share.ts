import type { PlanNode, StagePlan } from '../../plan/stage-plan.ts';
import type { TaskMemory } from '../../types/task-memory.ts';

/** No share is so small that it holds no record. */
const SMALLEST_SHARE_BYTES = 1;

/**
 * What each consumer of a task's memory may hold: equal parts of the task's budget for all of the stage, whether they hold anything at the
 * same time or not. So when one spills follows from plan, data and budget alone, and a task that runs again spills the same.
 *
 * All that is read ahead for functions of whole partitions is one consumer, however many sources it comes from (`SpillSpace.keepSpooled`).
 */
export function memoryShare(plan: StagePlan, { executionBytes }: Pick<TaskMemory, 'executionBytes'>): number {
  return Math.max(SMALLEST_SHARE_BYTES, Math.floor(executionBytes / Math.max(1, consumersOf(plan))));
}

/** Some operator of the task, or its shuffle writer, holds records. */
export function holdsData(plan: StagePlan): boolean {
  return consumersOf(plan) > 0;
}

function consumersOf({ nodes, sink }: StagePlan): number {
  const readsAhead = sink.kind === 'foreachPartition' || nodes.some(takesWholePartition);
  const needs: Need[] = [];
  for (const node of nodes) needs.push(needOf(node, needs));
  const { holders, waits } = needs.at(-1) ?? NOTHING;
  return holders + (readsAhead && waits ? 1 : 0) + (sink.kind === 'shuffleWrite' ? 1 : 0);
}

/** Of a node with all that is below it. */
interface Need {
  /** Operators that hold records. */
  readonly holders: number;
  /** Some of its records have to be awaited, and so read ahead for a function that iterates synchronously. */
  readonly waits: boolean;
}

const NOTHING: Need = { holders: 0, waits: false };

/** Parents stand before their children. */
function needOf(node: PlanNode, needs: readonly Need[]): Need {
  const parents = parentsOf(node).map((parent) => needs[parent] as Need);
  // A task computes one parent of a union.
  const count =
    node.kind === 'union' ? Math.max(...parents.map(({ holders }) => holders)) : parents.reduce((sum, { holders }) => sum + holders, 0);
  if (holdsRecords(node)) return { holders: count + 1, waits: false };
  return { holders: count, waits: waitsItself(node) || parents.some(({ waits }) => waits) };
}

function parentsOf(node: PlanNode): readonly number[] {
  if ('parents' in node) return node.parents;
  return 'parent' in node ? [node.parent] : [];
}

/** It has read all of its input when it gives its first record, or holds one side of it. */
function holdsRecords({ kind }: PlanNode): boolean {
  return (
    kind === 'combine' ||
    kind === 'sortByKey' ||
    kind === 'cogroup' ||
    kind === 'subtractByKey' ||
    kind === 'intersectKeys' ||
    kind === 'cartesian'
  );
}

function waitsItself(node: PlanNode): boolean {
  if (node.kind === 'narrow') return node.op.kind === 'pipe' || ('concurrency' in node.op && (node.op.concurrency ?? 1) > 1);
  return node.kind === 'text' || node.kind === 'files' || node.kind === 'shuffleRead';
}

function takesWholePartition(node: PlanNode): boolean {
  if (node.kind === 'zipPartitions') return true;
  return node.kind === 'narrow' && (node.op.kind === 'mapPartitions' || node.op.kind === 'mapPartitionsWithIndex');
}
