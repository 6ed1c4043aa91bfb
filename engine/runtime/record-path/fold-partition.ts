import type { NarrowOp } from '../../plan/stage-plan.ts';
import { decodeConstantLoading } from '../../records/constant.ts';
import type { TaskContext } from '../task-context.ts';
import { closureOf } from './combiner.ts';
import type { Batch } from './record-stream.ts';

/** The partition as one record: folded into a copy of the zero value, or reduced; without a zero an empty partition has none. */
export async function foldPartition(
  { zero, fn }: Extract<NarrowOp, { kind: 'foldPartition' }>,
  task: TaskContext,
  feed: (write: (record: unknown) => void) => Promise<void>,
): Promise<Batch> {
  const fold = closureOf(fn, task);
  let empty = zero === null;
  let folded = zero === null ? undefined : await decodeConstantLoading(zero, task.deps.prepare ?? (async () => undefined));
  await feed((record) => {
    folded = empty ? record : fold(folded, record);
    empty = false;
  });
  return empty ? [] : [folded];
}
