import { errorCode, LevinError } from '../../errors/levin-error.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { keyOfPath } from '../../types/file-path.ts';
import type { FileSplit } from '../../types/task.ts';

/** Bytes `[start, end)` of the file as it was listed; `INPUT_CHANGED` when it is another one by now. */
export async function readRange(
  split: FileSplit,
  [start, end]: readonly [number, number],
  { files, signal }: { readonly files: ObjectStore; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  try {
    return await files.getRange(keyOfPath(split.path), start, end, { ifMatch: split.etag, signal });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'PRECONDITION_FAILED' || code === 'RANGE_NOT_SATISFIABLE')
      throw inputChanged(split, 'it is not the file that was listed any more', error);
    if (code === 'OBJECT_NOT_FOUND') throw inputChanged(split, 'it is gone', error);
    throw error;
  }
}

function inputChanged(split: FileSplit, why: string, cause: unknown): LevinError {
  return new LevinError({
    code: 'INPUT_CHANGED',
    fault: 'user',
    message: `The input file ${split.path} changed while the job ran: ${why}. Results would mix two versions. Run the job again when its input is complete.`,
    details: { path: split.path, etag: split.etag },
    cause,
  });
}
