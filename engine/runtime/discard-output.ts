import type { StagedFiles } from '../ports/staged-files.ts';
import { keyOfPath } from '../types/file-path.ts';
import type { TaskOutput } from '../types/task.ts';

/**
 * Takes away what an attempt staged and nobody will publish; other output is found by the names of its stage when the application ends.
 * Gives why it could not be done, else null: no attempt fails for it, since whoever publishes takes such files away, too, if they were staged before.
 */
export async function discardOutput(staged: Pick<StagedFiles, 'discard'>, output: TaskOutput): Promise<string | null> {
  if (output.kind !== 'file') return null;
  const key = keyOfPath(output.path);
  try {
    const { failed } = await staged.discard(key.slice(0, key.lastIndexOf('/')), [key]);
    return failed[0] === undefined ? null : notDiscarded(output.path, failed[0].message);
  } catch (error) {
    return notDiscarded(output.path, error instanceof Error ? error.message : String(error));
  }
}

function notDiscarded(path: string, why: string): string {
  return `The staged file of ${path}, which no output is made of, could not be taken away. [${why}] It lies below _levin/staged in that folder and can be deleted once no job writes there.`;
}
