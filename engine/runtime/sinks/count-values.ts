import { createKeyTable, NO_PLACE, pairsOf } from '../../records/key-table.ts';
import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { eachRecord, recordsOutput } from './run-records.ts';

/** Pairs [record, how often], in order of first appearance; records compare as keys do. */
export async function countValues(task: TaskContext): Promise<TaskOutput> {
  const table = createKeyTable();
  await eachRecord(task, (record) => {
    const place = table.find(record);
    if (place === NO_PLACE) table.insert(record, 1);
    else table.values[place] = (table.values[place] as number) + 1;
  });
  return await recordsOutput(task, pairsOf(table));
}
