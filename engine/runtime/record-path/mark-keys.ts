import { NO_PLACE } from '../../records/key-table.ts';
import { createSpillingTable, newKeyBytes, type SpillingTable } from '../spill/spilling-table.ts';
import type { TaskContext } from '../task-context.ts';
import type { OperationRef } from '../user-function.ts';
import { pairOf } from './pairs.ts';

export interface MarkKeysOptions {
  readonly operation: OperationRef;
  /** Gives the pairs whose keys are marks. */
  readonly feed: (write: (record: unknown) => void) => Promise<void>;
}

/** Marks the keys of a table that other pairs have: by the value `true` where the whole table is in memory, else by runs of marks beside its own. */
export async function markKeys(
  { table, runs, spill }: SpillingTable,
  task: TaskContext,
  { operation, feed }: MarkKeysOptions,
): Promise<void> {
  if (runs.isEmpty) {
    await feed((record) => {
      const place = table.find(pairOf(record, operation, task.place)[0]);
      if (place !== NO_PLACE) table.values[place] = true;
    });
    return;
  }
  spill();
  const marks = createSpillingTable(task.spill, { marksFor: runs });
  await feed((record) => {
    const [key] = pairOf(record, operation, task.place);
    const isNew = marks.table.find(key) === NO_PLACE;
    if (isNew) marks.table.insert(key, null);
    marks.size.countdown -= 1;
    if (marks.size.countdown === 0) marks.measured(isNew ? newKeyBytes(key, null) : 0);
  });
  marks.spill();
}
