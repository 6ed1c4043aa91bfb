import type { BlockWriter } from '../../records/block-writer.ts';
import { checksumHex } from '../../records/record-checksum.ts';
import { objectKeys } from '../../types/keys.ts';
import type { TaskOutput } from '../../types/task.ts';
import { MAX_INLINE_BLOCK_BYTES } from '../commit-item.ts';
import type { TaskContext } from '../task-context.ts';

/** The writer's records as the task's result: inside it when they are few bytes, else as an object of this attempt. */
export async function blockOutput(writer: BlockWriter, { spec, deps, counters }: TaskContext): Promise<TaskOutput> {
  counters.recordsWritten += writer.recordCount;
  counters.bytesWritten += writer.byteLength;
  const block = writer.finish();
  const checksum = checksumHex(writer.checksum);
  if (block.length <= MAX_INLINE_BLOCK_BYTES) return { kind: 'inline', block, checksum };
  const key = objectKeys.result(spec.appId, spec.stageId, spec.partition, spec.attemptId);
  await deps.objects.put(key, block, { signal: deps.signal });
  return { kind: 'object', key, length: block.length, checksum };
}
