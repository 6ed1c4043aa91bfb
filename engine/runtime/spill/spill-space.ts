import type { Scratch } from '../../ports/scratch.ts';
import type { TaskMemory } from '../../types/task-memory.ts';
import type { Counters } from '../task-context.ts';
import { liveHeapBytes } from './live-heap.ts';

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

/** Of the heap's limit, and of the process's: above them nobody waits for an estimate to reach its share. */
const SHORT_HEAP = 0.85;
const SHORT_PROCESS = 0.9;
/** An operator that holds less than this part of its share would not help by spilling it. */
const SMALLEST_FORCED = 1 / 4;
/** Asking for the process's size costs some microseconds; estimates are looked at far more often. */
const LOOKS_BETWEEN = 64;

export interface SpillSpaceOptions {
  readonly scratch: Scratch;
  readonly memory: TaskMemory;
  readonly shareBytes: number;
  readonly counters: Counters;
}

export function createSpillSpace(options: SpillSpaceOptions): SpillSpace {
  const { scratch, memory, counters } = options;
  let files = 0;
  let looks = 0;
  let spooledBytes = 0;
  const spaceOf = (shareBytes: number): SpillSpace => ({
    scratch,
    shareBytes,
    withShare: spaceOf,
    newFile: () => `spill-${files++}`,
    mustSpill(heldBytes) {
      if (heldBytes > shareBytes) return 'full';
      looks += 1;
      if (looks % LOOKS_BETWEEN !== 0 || heldBytes < shareBytes * SMALLEST_FORCED) return null;
      return isShortOf(memory) ? 'forced' : null;
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

function isShortOf({ heapLimitBytes, residentLimitBytes }: TaskMemory): boolean {
  return liveHeapBytes() > heapLimitBytes * SHORT_HEAP || process.memoryUsage.rss() > residentLimitBytes * SHORT_PROCESS;
}
