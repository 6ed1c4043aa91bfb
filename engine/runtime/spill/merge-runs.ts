import { END_OF_RECORDS } from './end-of-records.ts';
import type { RunCursor } from './run.ts';

/** Negative: a comes first; 0: the earlier run comes first. */
export type CompareRecords = (a: never, b: never) => number;

/**
 * Sorted runs as one: of equal records those of the earlier run come first. Gives `END_OF_RECORDS` behind the last.
 *
 * A heap of the cursors, by the record that each stands at; the cursor on top is the one that moves on.
 */
export function mergeRuns(cursors: readonly RunCursor[], compare: CompareRecords): RunCursor {
  const heads: unknown[] = [];
  const heap: number[] = [];
  const order = compare as (a: unknown, b: unknown) => number;
  const isBefore = (a: number, b: number): boolean => {
    const difference = order(heads[a], heads[b]);
    return difference < 0 || (difference === 0 && a < b);
  };
  const sink = (from: number, cursor: number): void => {
    let i = from;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as number, heap[child] as number)) child += 1;
      if (!isBefore(heap[child] as number, cursor)) break;
      heap[i] = heap[child] as number;
      i = child;
    }
    heap[i] = cursor;
  };
  for (const [i, cursor] of cursors.entries()) {
    heads[i] = cursor.next();
    if (heads[i] !== END_OF_RECORDS) heap.push(i);
  }
  for (let i = (heap.length >> 1) - 1; i >= 0; i -= 1) sink(i, heap[i] as number);
  return {
    next() {
      const top = heap[0];
      if (top === undefined) return END_OF_RECORDS;
      const record = heads[top];
      const following = (cursors[top] as RunCursor).next();
      heads[top] = following;
      if (following !== END_OF_RECORDS) sink(0, top);
      else {
        const last = heap.pop() as number;
        if (heap.length > 0) sink(0, last);
      }
      return record;
    },
  };
}
