import { hash } from 'node:crypto';
import { errorCode, LevinError } from '../errors/levin-error.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { objectKeys } from '../types/keys.ts';
import type { TaskResult, TaskSpec } from '../types/task.ts';
import type { TaskSide } from '../types/task-side.ts';
import { preparedResult } from './commit.ts';
import { sideIsStored } from './commit-item.ts';
import { decodeSide, encodeSide } from './task-side-codec.ts';
import type { PreparedOutput } from './worker/worker-protocol.ts';

/**
 * Stores what a task commits beside its output where the commit item has no room for it. To be called by the attempt, before it commits.
 * ```
 *   side ──fits──▶ commit item, with the output          ┐
 *     └──else───▶ object of the attempt ◀── the item says so ┘ either way it is whole in the answer to the driver
 * ```
 */
export async function storeSide(spec: TaskSpec, prepared: PreparedOutput, o: StoreSide): Promise<void> {
  const { side } = prepared;
  if (side === undefined || !sideIsStored(spec, preparedResult(spec, prepared))) return;
  const bytes = encodeSide(side);
  const key = objectKeys.side(spec.appId, spec.stageId, spec.partition, spec.attemptId);
  await o.objects.put(key, Buffer.concat([hash('sha256', bytes, 'buffer'), bytes]), { signal: o.signal });
}

interface StoreSide {
  readonly objects: ObjectStore;
  readonly signal: AbortSignal;
}

/** The result with what was stored beside it read back. Fails with `SIDE_LOST` when that is not there any more, after a second read. */
export async function wholeResult(objects: ObjectStore, result: TaskResult): Promise<TaskResult> {
  const { side } = result;
  if (side?.kind !== 'stored') return result;
  for (let attempt = 0; ; attempt++) {
    try {
      return { ...result, side: { kind: 'here', side: storedSide(await objects.get(side.key)) } };
    } catch (cause) {
      if (!LOST.includes(errorCode(cause))) throw cause;
      if (attempt === 1) throw sideLost(side.key, cause);
    }
  }
}

const SHA256_BYTES = 32;
const LOST: readonly unknown[] = ['OBJECT_NOT_FOUND', 'CORRUPT_DATA'];

function storedSide(stored: Uint8Array): TaskSide {
  const bytes = stored.subarray(SHA256_BYTES);
  if (Buffer.compare(hash('sha256', bytes, 'buffer'), stored.subarray(0, SHA256_BYTES)) === 0) return decodeSide(bytes);
  throw new LevinError({ code: 'CORRUPT_DATA', fault: 'internal', message: 'It does not have the SHA-256 that it begins with.' });
}

function sideLost(key: string, cause: unknown): LevinError {
  return new LevinError({
    code: 'SIDE_LOST',
    fault: 'resource',
    message: `The object ${key}, which belongs to a committed task, is lost or damaged: ${(cause as Error).message} Something deletes or changes files in the state folder.`,
    details: { key },
    cause,
  });
}
