import { createMemoryScratch } from '../../../engine/adapters/memory/memory-scratch.ts';
import { createSpillSpace, type SpillSpace } from '../../../engine/runtime/spill/spill-space.ts';
import { newCounters } from '../../../engine/runtime/task-context.ts';

const GB = 1024 ** 3;

export interface TestSpace extends SpillSpace {
  readonly counters: ReturnType<typeof newCounters>;
}

/** Room on disk, and so much memory for one operator; `residentLimitBytes` 0 is a process that is always about to run out, because at every look it is larger than at the one before. */
export function spillSpace(shareBytes: number, residentLimitBytes: number = Number.POSITIVE_INFINITY): TestSpace {
  let residentBytes = 0;
  const counters = newCounters();
  const memory = {
    executionBytes: shareBytes,
    groupBytes: GB,
    readAheadBytes: GB,
    heapLimitBytes: Number.POSITIVE_INFINITY,
    residentLimitBytes,
  };
  const scratch = createMemoryScratch({ limitBytes: GB });
  return { ...createSpillSpace({ scratch, memory, shareBytes, counters, residentBytes: () => ++residentBytes }), counters };
}
