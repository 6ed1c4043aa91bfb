import { createBlockWriter } from '../../records/block-writer.ts';
import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { openPartFile } from './part-file.ts';
import { eachRecord } from './run-records.ts';

/** A block is closed when it has so many bytes: a reader holds one at a time. */
const BLOCK_BYTES = 1024 * 1024;

/** The partition's records in blocks, one after the other. */
export async function saveObjects(task: TaskContext, folder: string): Promise<TaskOutput> {
  const writer = createBlockWriter();
  const part = openPartFile(task, { folder, extension: '', codec: null });
  await eachRecord(task, (record) => {
    writer.push(record);
    task.counters.recordsWritten += 1;
    if (writer.byteLength >= BLOCK_BYTES) part.write(writer.finish());
  });
  if (writer.recordCount > 0) part.write(writer.finish());
  return await part.finish();
}
