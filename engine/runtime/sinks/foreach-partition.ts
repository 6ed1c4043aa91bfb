import type { ClosureIndex } from '../../plan/stage-plan.ts';
import type { TaskOutput } from '../../types/task.ts';
import { mapPartitionsStream } from '../record-path/map-partitions.ts';
import { openNode } from '../record-path/open-node.ts';
import { MAX_BATCH } from '../record-path/record-stream.ts';
import { refOf } from '../record-path/step.ts';
import type { TaskContext } from '../task-context.ts';
import type { UserFunction } from '../user-function.ts';

/** Calls the user's function with the partition's iterator. What it gives is only run through: a generator's body is its side effects. */
export async function foreachPartition(task: TaskContext, fn: ClosureIndex): Promise<TaskOutput> {
  const { closures, signal } = task.deps;
  const call = closures[fn] as UserFunction;
  const stream = mapPartitionsStream([openNode(task, task.plan.nodes.length - 1, task.spec.partition)], {
    fn: (records) => {
      const given = call(records);
      return given instanceof Promise ? given.then(orNothing) : orNothing(given);
    },
    ref: refOf(fn, task.infos),
    place: task.place,
    index: null,
    spill: task.spill,
  });
  try {
    do signal.throwIfAborted();
    while ((await stream.pull(MAX_BATCH)) !== null);
  } catch (error) {
    // The first failure counts, not one met while closing what is left.
    await stream.close().catch(() => undefined);
    throw error;
  }
  await stream.close();
  return { kind: 'none', checksum: '' };
}

function orNothing(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return [];
  return Symbol.iterator in given || Symbol.asyncIterator in given ? given : [];
}
