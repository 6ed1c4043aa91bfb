import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { checksumText } from './task-output.ts';

/** Writes the part file of this attempt, `<folder>/part-00000-<attempt><extension>`: who wins is decided later, by the manifest. */
export async function writePartFile(
  { spec, deps, counters }: TaskContext,
  { folder, extension, bytes }: { readonly folder: string; readonly extension: string; readonly bytes: Uint8Array },
): Promise<TaskOutput> {
  const path = `${folder.replace(/\/+$/, '')}/part-${String(spec.partition).padStart(5, '0')}-${spec.attemptId}${extension}`;
  await deps.files.put(path.replace(/^\/+/, ''), bytes, { signal: deps.signal });
  counters.bytesWritten += bytes.length;
  return { kind: 'file', path, length: bytes.length, checksum: checksumText(bytes) };
}
