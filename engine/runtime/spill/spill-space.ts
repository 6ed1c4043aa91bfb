import type { Scratch } from '../../ports/scratch.ts';
import type { TaskMemory } from '../../types/task-memory.ts';
import type { Counters } from '../task-context.ts';
import { createHeapGauge } from './heap-gauge.ts';

/** Where the operators of one task put what does not fit their memory. */
export interface SpillSpace {
  readonly scratch: Scratch;
  /** Bytes, by estimate, that one operator may hold. */
  readonly shareBytes: number;
  /** The same with another share: for an operator that does two things at once. */
  withShare(shareBytes: number): SpillSpace;
  /** Name of a scratch file that no other operator has. */
  newFile(): string;
  /** Why an operator that holds so much has to spill now, null when it need not: its share is full, or memory runs out whatever the estimates say. */
  mustSpill(heldBytes: number): 'full' | 'forced' | null;
  /** Asks to hold so much that was read ahead until it is consumed; false: all of the task hold too much already, and it has to go to disk. */
  keepSpooled(bytes: number): boolean;
  releaseSpooled(bytes: number): void;
  /** So much was held by estimate and is on disk now. */
  spilled(bytes: { readonly memoryBytes: number; readonly diskBytes: number; readonly forced: boolean }): void;
}

/** Of the limit of the process: above it nobody waits for an estimate to reach its share. */
const SHORT_PROCESS = 0.9;
/** Of the limit: what is spilled does not make the process smaller at once, so nothing more is spilled for its sake until it has grown by so much. */
const PROCESS_GROWTH = 0.02;
/** Asking how full the heap is costs as much as some records, asking for the process's size as much as hundreds: not at each look at an estimate. */
const LOOKS_PER_HEAP_LOOK = 4;
const LOOKS_PER_PROCESS_LOOK = 64;

export interface SpillSpaceOptions {
  readonly scratch: Scratch;
  readonly memory: TaskMemory;
  readonly shareBytes: number;
  readonly counters: Counters;
  /** The size of the process. */
  readonly residentBytes: () => number;
  /** Gives up something that is kept for later tasks: before memory runs out, that goes. False, or absent: there is nothing. */
  readonly giveUp?: () => boolean;
}

export function createSpillSpace(options: SpillSpaceOptions): SpillSpace {
  const { scratch, memory, counters, residentBytes, giveUp = () => false } = options;
  let files = 0;
  let looks = 0;
  let spooledBytes = 0;
  let processBytes = memory.residentLimitBytes * SHORT_PROCESS;
  const heap = createHeapGauge({ limitBytes: memory.heapLimitBytes });
  const processHasGrown = (): boolean => {
    const bytes = residentBytes();
    if (bytes <= processBytes) return false;
    processBytes = bytes + memory.residentLimitBytes * PROCESS_GROWTH;
    return true;
  };
  const spaceOf = (shareBytes: number): SpillSpace => ({
    scratch,
    shareBytes,
    withShare: spaceOf,
    newFile: () => `spill-${files++}`,
    mustSpill(heldBytes) {
      if (heldBytes > shareBytes) return 'full';
      looks += 1;
      if (looks % LOOKS_PER_HEAP_LOOK === 0 && heap.isFull()) return giveUp() ? null : 'forced';
      return looks % LOOKS_PER_PROCESS_LOOK === 0 && processHasGrown() && !giveUp() ? 'forced' : null;
    },
    keepSpooled(bytes) {
      if (spooledBytes + bytes > shareBytes) return false;
      spooledBytes += bytes;
      return true;
    },
    releaseSpooled(bytes) {
      spooledBytes -= bytes;
    },
    spilled({ memoryBytes, diskBytes, forced }) {
      counters.spills += 1;
      counters.forcedSpills += forced ? 1 : 0;
      counters.memoryBytesSpilled += Math.round(memoryBytes);
      counters.diskBytesSpilled += diskBytes;
    },
  });
  return spaceOf(options.shareBytes);
}
