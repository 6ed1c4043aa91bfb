import { LevinError } from '../../errors/levin-error.ts';
import type { LeafInput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';

/** What the task was told about a partition of a node. */
export function inputOf({ spec }: TaskContext, node: number, partition: number): LeafInput {
  const found = spec.inputs.find((input) => input.leaf === node && input.partition === partition);
  if (found !== undefined) return found.input;
  throw new LevinError({
    code: 'INTERNAL',
    fault: 'internal',
    message: `Task ${spec.partition} of stage ${spec.stageNumber} has no input for partition ${partition} of node ${node}.`,
  });
}

/** Number of the first record of a partition that is numbered by index. */
export function firstIndexOf(task: TaskContext, node: number, partition: number): number {
  const input = inputOf(task, node, partition);
  if (input.kind === 'firstIndex') return input.index;
  throw new LevinError({ code: 'INTERNAL', fault: 'internal', message: `Node ${node} got a ${input.kind} where its first index is due.` });
}
