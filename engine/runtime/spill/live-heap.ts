import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** One for each thread, whose heap it is about. */
let watch: { bytes: number } | null = null;

/**
 * What V8's heap held after it was cleaned up last; 0 before that. What it holds now is no measure: V8 lets garbage fill the heap to its
 * limit before it looks for any. Known with the next turn of the event loop after a collection.
 */
export function liveHeapBytes(): number {
  watch ??= watchHeap();
  return watch.bytes;
}

function watchHeap(): { bytes: number } {
  const heap = { bytes: 0 };
  const observer = new PerformanceObserver((list) => {
    const collections = list.getEntries() as readonly (PerformanceEntry & { readonly detail?: { readonly kind?: number } })[];
    const isMajor = collections.some(({ detail }) => detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR);
    if (isMajor) heap.bytes = getHeapStatistics().used_heap_size;
  });
  observer.observe({ entryTypes: ['gc'] });
  return heap;
}
