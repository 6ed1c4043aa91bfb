import { createMemoryScratch } from '../../engine/adapters/memory/memory-scratch.ts';
import type { Scratch } from '../../engine/ports/scratch.ts';
import type { TaskMemory } from '../../engine/types/task-memory.ts';

const GB = 1024 ** 3;

/** So much that nothing in a test ever spills. */
export const AMPLE_MEMORY: TaskMemory = {
  executionBytes: GB,
  groupBytes: GB,
  readAheadBytes: GB,
  heapLimitBytes: Number.POSITIVE_INFINITY,
  residentLimitBytes: Number.POSITIVE_INFINITY,
};

/** Temporary files of one attempt, in memory. */
export function memoryScratch(): Scratch {
  return createMemoryScratch({ limitBytes: GB });
}
