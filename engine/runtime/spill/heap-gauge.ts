import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Says when what V8's heap really holds comes near its limit. */
export interface HeapGauge {
  /** Whether the heap is nearly full, and not of garbage. Cheap, unless it looks full: then it is cleaned up to see. */
  isFull(): boolean;
}

/** Above this part of the limit the heap may be full: V8 lets garbage fill it so far before it looks for any. */
const LOOKS_FULL = 0.85;
/** Cleaned up, a heap that is fuller than this will not hold what comes. */
const IS_FULL = 0.75;
/** So much of the limit has to be allocated before a heap that stays full is cleaned up again. */
const BETWEEN = 0.05;

export interface HeapGaugeOptions {
  readonly limitBytes: number;
  /** Defaults: this thread's heap. */
  readonly usedBytes?: () => number;
  readonly cleanUp?: () => void;
}

export function createHeapGauge({ limitBytes, usedBytes = usedHeapBytes, cleanUp = collectGarbage }: HeapGaugeOptions): HeapGauge {
  let lookAgainAbove = limitBytes * LOOKS_FULL;
  let wasFull = false;
  return {
    isFull() {
      const bytes = usedBytes();
      if (bytes <= lookAgainAbove) {
        // V8 has cleaned up by itself, and what was spilled is gone.
        if (bytes <= limitBytes * IS_FULL) [lookAgainAbove, wasFull] = [limitBytes * LOOKS_FULL, false];
        return false;
      }
      cleanUp();
      const liveBytes = usedBytes();
      const full = liveBytes > limitBytes * IS_FULL;
      // Full twice in a row: what was spilled in between was little, and something else holds the heap.
      lookAgainAbove = Math.max(limitBytes * LOOKS_FULL, full && wasFull ? liveBytes + limitBytes * BETWEEN : 0);
      wasFull = full;
      return full;
    },
  };
}

function usedHeapBytes(): number {
  return getHeapStatistics().used_heap_size;
}

let collect: (() => void) | null = null;

/** V8 would do the same a few allocations later; there is no other way to know what is garbage. */
function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    // Only contexts made from now on have it.
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
