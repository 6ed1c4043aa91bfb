import { LevinError } from '../../errors/levin-error.ts';
import type { LeafInput } from '../../types/task.ts';
import { type RecordStream, lazyStream } from '../record-path/record-stream.ts';
import type { TaskContext } from '../task-context.ts';

/** The records of a leaf's partition, from where the task's inputs say. */
export function openLeaf(task: TaskContext, leaf: number, partition: number): RecordStream {
  const input = inputOf(task, leaf, partition);
  return lazyStream(async () => { throw new Error(input.kind) });
}

function inputOf({ spec }: TaskContext, leaf: number, partition: number): LeafInput {
  const found = spec.inputs.find((input) => input.leaf === leaf && input.partition === partition);
  if (found !== undefined) return found.input;
  throw new LevinError({
    code: 'INTERNAL',
    fault: 'internal',
    message: `Task ${spec.partition} of stage ${spec.stageNumber} has no input for partition ${partition} of node ${leaf}.`,
  });
}
