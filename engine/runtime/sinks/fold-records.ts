import type { Sink } from '../../plan/stage-plan.ts';
import { decodeConstantLoading } from '../../records/constant.ts';
import type { TaskOutput } from '../../types/task.ts';
import { closureOf } from '../record-path/combiner.ts';
import type { TaskContext } from '../task-context.ts';
import { eachRecord, recordsOutput } from './run-records.ts';

/** Folds the partition into a zero value of its own, which the function may change. */
export async function foldRecords(task: TaskContext, { zero, fn }: Extract<Sink, { kind: 'fold' }>): Promise<TaskOutput> {
  const fold = closureOf(fn, task);
  let folded = await decodeConstantLoading(zero, task.deps.prepare ?? (async () => undefined));
  await eachRecord(task, (record) => {
    folded = fold(folded, record);
  });
  return await recordsOutput(task, [folded]);
}
