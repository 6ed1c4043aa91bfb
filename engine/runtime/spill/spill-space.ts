import { getHeapStatistics } from 'node:v8';
import type { Scratch } from '../../ports/scratch.ts';
import type { TaskMemory } from '../../types/task-memory.ts';
import type { Counters } from '../task-context.ts';

/** Where the operators of one task put what does not fit their memory. */
export interface SpillSpace {
  readonly scratch: Scratch;
  /** Bytes, by estimate, that one operator may hold. */
  readonly shareBytes: number;
  /** Name of a scratch file that no other operator has. */
  newFile(): string;
  /** Whether memory is about to run out, whatever the estimates say; looked at now and then. */
  isShort(): boolean;
  /** So much was held by estimate and is on disk now. */
  spilled(bytes: { readonly memoryBytes: number; readonly diskBytes: number; readonly forced: boolean }): void;
}

/** Of the heap's or the process's limit: above it nobody waits for an estimate to reach its share. */
const SHORT = 0.9;
/** Asking for the process's size costs some microseconds; estimates are looked at far more often. */
const LOOKS_BETWEEN = 64;

export interface SpillSpaceOptions {
  readonly scratch: Scratch;
  readonly memory: TaskMemory;
  readonly shareBytes: number;
  readonly counters: Counters;
}

export function createSpillSpace({ scratch, memory, shareBytes, counters }: SpillSpaceOptions): SpillSpace {
  let files = 0;
  let looks = 0;
  return {
    scratch,
    shareBytes,
    newFile: () => `spill-${files++}`,
    isShort() {
      looks += 1;
      return looks % LOOKS_BETWEEN === 0 && isShortOf(memory);
    },
    spilled({ memoryBytes, diskBytes, forced }) {
      counters.spills += 1;
      counters.forcedSpills += forced ? 1 : 0;
      counters.memoryBytesSpilled += Math.round(memoryBytes);
      counters.diskBytesSpilled += diskBytes;
    },
  };
}

/** The same with another share: for an operator that does two things at once. */
export function withShare(space: SpillSpace, shareBytes: number): SpillSpace {
  return { ...space, shareBytes };
}

function isShortOf({ residentLimitBytes }: TaskMemory): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > limit * SHORT || process.memoryUsage.rss() > residentLimitBytes * SHORT;
}
