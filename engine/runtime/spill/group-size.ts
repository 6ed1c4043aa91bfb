import { LevinError } from '../../errors/levin-error.ts';
import { heapBytesOf } from '../../records/heap-bytes.ts';
import { showRecord } from '../record-path/show-record.ts';
import { markSettled } from '../record-path/user-error.ts';
import type { TaskContext } from '../task-context.ts';
import { type OperationRef, operationText } from '../user-function.ts';

const MB = 1_000_000;

/** Watches one group at a time as it is put together again from its pieces. */
export interface GroupSize {
  /** Another key begins. */
  start(): void;
  /** Fails with `GROUP_TOO_LARGE` when the pieces of the key so far do not fit the operator's memory. */
  add(key: unknown, piece: unknown): void;
}

export function createGroupSize({ deps, place }: Pick<TaskContext, 'deps' | 'place'>, ref: OperationRef): GroupSize {
  const { groupBytes } = deps.memory;
  let bytes = 0;
  return {
    start() {
      bytes = 0;
    },
    add(key, piece) {
      bytes += heapBytesOf(piece);
      if (bytes <= groupBytes) return;
      throw markSettled(
        new LevinError({
          code: 'GROUP_TOO_LARGE',
          // Trying again with the same memory gives the same.
          fault: 'user',
          message:
            `${operationText(ref)}: the values of the key ${showRecord(key)} do not fit in memory: they take more than ${megabytes(bytes)}, and a task has ` +
            `${megabytes(groupBytes)} for them (partition ${place.partition} of stage ${place.stageNumber}). Use reduceByKey or aggregateByKey, which need not hold all values ` +
            'of a key; give executors more memory; or spread the key over several ([key, i % 10]) and bring their results together afterwards.',
          details: {
            operation: ref.operation,
            site: ref.site,
            key: showRecord(key),
            bytes: Math.round(bytes),
            limitBytes: groupBytes,
          },
        }),
      );
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`;
}
