import type { PlanNode, StagePlan } from '../../plan/stage-plan.ts';
import type { TaskMemory } from '../../types/task-memory.ts';

/** No share is so small that it holds no record. */
const SMALLEST_SHARE_BYTES = 1;

/**
 * What each consumer of a task's memory may hold: equal parts of the task's budget for all of the stage, whether they hold anything at the
 * same time or not. So when one spills follows from plan, data and budget alone, and a task that runs again spills the same.
 */
export function memoryShare(plan: StagePlan, { executionBytes }: TaskMemory): number {
  return Math.max(SMALLEST_SHARE_BYTES, Math.floor(executionBytes / consumersOf(plan)));
}

/** At least one, so that it can be divided by. */
function consumersOf({ nodes, sink }: StagePlan): number {
  return Math.max(1, nodes.filter(holdsRecords).length + (sink.kind === 'shuffleWrite' ? 1 : 0));
}

function holdsRecords(node: PlanNode): boolean {
  switch (node.kind) {
    case 'combine':
    case 'sortByKey':
    case 'cogroup':
    case 'subtractByKey':
    case 'intersectKeys':
    case 'cartesian':
    case 'zipPartitions':
      return true;
    case 'narrow':
      return node.op.kind === 'mapPartitions' || node.op.kind === 'mapPartitionsWithIndex';
    case 'slices':
    case 'range':
    case 'text':
    case 'files':
    case 'shuffleRead':
    case 'union':
    case 'coalesce':
    case 'concat':
    case 'zip':
    case 'drawStrata':
    case 'number':
      return false;
  }
}
