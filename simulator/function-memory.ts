import { failureWith, taskName } from '../engine/runtime/worker/task-failure.ts';
import type { TaskFailure } from '../engine/types/failure.ts';
import type { TaskMetrics, TaskSpec } from '../engine/types/task.ts';
import type { TaskMemory } from '../engine/types/task-memory.ts';

/** Whether an attempt that did this needs more memory than it has. */
export type RunsOut = (spec: TaskSpec, metrics: TaskMetrics, memorySizeMb: number) => boolean;

const MB = 1024 * 1024;

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
