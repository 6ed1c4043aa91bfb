import { errorCode, LevinError } from '../errors/levin-error.ts';

/** What a task fails with that finds such an object lost or damaged: the driver then stores it again. */
export const SHARED_LOST = 'SHARED_LOST';

const LOST: readonly unknown[] = ['OBJECT_NOT_FOUND', 'RANGE_NOT_SATISFIABLE', 'CORRUPT_DATA'];

/**
 * Reads an object that the driver stored for all tasks of a stage: code, template, data of `parallelize`, a shuffle's index. `read` must notice damage.
 * Fails with `SHARED_LOST` when it is not there as it was stored.
 */
export async function readShared<T>(key: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!LOST.includes(errorCode(cause))) throw cause;
    throw new LevinError({
      code: SHARED_LOST,
      fault: 'transient',
      message: `The object ${key}, which tasks share, is lost or damaged: ${(cause as Error).message} Something deletes or changes files in the state folder.`,
      details: { key },
      cause,
    });
  }
}
