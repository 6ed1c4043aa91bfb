import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { checksumText } from './task-output.ts';

/** Stages the part file of this attempt, `<folder>/part-00000-<attempt><extension>`: the driver publishes it if the attempt has won. */
export async function writePartFile(
  { spec, deps, counters }: TaskContext,
  { folder, extension, bytes }: { readonly folder: string; readonly extension: string; readonly bytes: Uint8Array },
): Promise<TaskOutput> {
  const path = `${folder.replace(/\/+$/, '')}/part-${String(spec.partition).padStart(5, '0')}-${spec.attemptId}${extension}`;
  await deps.staged.stage(path.replace(/^\/+/, ''), bytes, { signal: deps.signal });
  counters.bytesWritten += bytes.length;
  return { kind: 'file', path, length: bytes.length, checksum: checksumText(bytes) };
}
