import { LevinError } from '../engine/errors/levin-error.ts';
import { failureWith, taskName } from '../engine/runtime/worker/task-failure.ts';
import type { TaskFailure } from '../engine/types/failure.ts';
import type { TaskMetrics, TaskSpec } from '../engine/types/task.ts';
import type { TaskMemory } from '../engine/types/task-memory.ts';
import type { Facts } from './facts.ts';

/** Whether an attempt that did this needs more memory than it has. */
export type RunsOut = (spec: TaskSpec, metrics: TaskMetrics, memorySizeMb: number) => boolean;

const MB = 1024 * 1024;

/** Fails with `BAD_MEMORY_SIZES` unless functions can have these, each once and in order. */
export function checkMemorySizes(sizesMb: readonly number[], { smallestMemoryMb, memoryMb }: Facts): void {
  const fits = (mb: number): boolean => Number.isInteger(mb) && mb >= smallestMemoryMb && mb <= memoryMb;
  if (sizesMb.length > 0 && sizesMb.every((mb, i) => fits(mb) && mb > (sizesMb[i - 1] ?? 0))) return;
  throw new LevinError({
    code: 'BAD_MEMORY_SIZES',
    fault: 'user',
    message: `Functions cannot have these sizes of memory: [${sizesMb.join(', ')}]. Give whole numbers of MB from ${smallestMemoryMb} to ${memoryMb}, at least one, in ascending order: [885, 1769, 3538].`,
  });
}

/** As an executor tells it. */
export function outOfMemory(spec: TaskSpec, memorySizeMb: number): TaskFailure {
  const message = `${taskName(spec)} ran out of memory: its function has ${memorySizeMb} MB. To help: use larger functions, or split the data into more partitions.`;
  return failureWith('out-of-memory', 'resource', { code: 'OUT_OF_MEMORY', message });
}

/** What a task of such an executor plans with: a quarter for what operators hold, the rest for the runtime, user code and Buffers. */
export function plannedMemory(memorySizeMb: number): TaskMemory {
  const executionBytes = (memorySizeMb * MB) / 4;
  return {
    executionBytes,
    groupBytes: executionBytes,
    readAheadBytes: executionBytes / 8,
    heapLimitBytes: Number.POSITIVE_INFINITY,
    residentLimitBytes: Number.POSITIVE_INFINITY,
  };
}
