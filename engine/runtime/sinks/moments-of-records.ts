import { LevinError } from '../../errors/levin-error.ts';
import { addNumber, noMoments } from '../../records/moments.ts';
import type { TaskOutput } from '../../types/task.ts';
import { showRecord } from '../record-path/show-record.ts';
import { markSettled } from '../record-path/user-error.ts';
import type { TaskContext } from '../task-context.ts';
import { eachRecord, recordsOutput } from './run-records.ts';

/** Count, sum, mean, variance and limits of a partition of numbers. */
export async function momentsOfRecords(task: TaskContext, skipMissing: boolean): Promise<TaskOutput> {
  const moments = noMoments();
  await eachRecord(task, (record) => {
    if (skipMissing && (record === null || record === undefined || Number.isNaN(record))) return;
    if (typeof record !== 'number') throw notANumber(record, task);
    addNumber(moments, record);
  });
  return await recordsOutput(task, [moments]);
}

function notANumber(record: unknown, { place }: TaskContext): unknown {
  return markSettled(
    new LevinError({
      code: 'NOT_A_NUMBER',
      fault: 'user',
      message: `Sums and statistics need numbers, but partition ${place.partition} of stage ${place.stageNumber} has ${showRecord(record)}. Map the records to numbers, or filter out what is none.`,
      details: { stage: place.stageNumber, partition: place.partition },
    }),
  );
}
