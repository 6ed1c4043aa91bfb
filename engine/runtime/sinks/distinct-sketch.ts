import { createHyperLogLog } from '../../records/hyper-log-log.ts';
import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { eachRecord, recordsOutput } from './run-records.ts';

/** What a HyperLogLog sketch saw of the partition. */
export async function distinctSketch(task: TaskContext, precision: number): Promise<TaskOutput> {
  const sketch = createHyperLogLog(precision);
  await eachRecord(task, sketch.add);
  return await recordsOutput(task, [sketch.toRecord()]);
}
