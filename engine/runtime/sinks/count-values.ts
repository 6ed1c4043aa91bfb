import { createKeyTable } from '../../records/key-table.ts';
import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { eachRecord, recordsOutput } from './run-records.ts';

/** Pairs [record, how often], in order of first appearance; records compare as keys do. */
export async function countValues(task: TaskContext): Promise<TaskOutput> {
  const table = createKeyTable();
  await eachRecord(task, (record) => {
    const entry = table.find(record);
    if (entry === undefined) table.insert(record, 1);
    else entry.value = (entry.value as number) + 1;
  });
  return await recordsOutput(
    task,
    Array.from(table.entries(), ({ key, value }) => [key, value]),
  );
}
