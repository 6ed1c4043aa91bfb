import type { StoredBlock } from './stored-block.ts';

/**
 * What a task's commit carries beside its output. It counts as the output does: the winner's of the generation that stands, and whoever reads
 * the committed result back gets the same.
 */
export interface TaskSide {
  /** What the task has added to accumulators; absent: nothing. */
  readonly accumulators?: AccumulatorDeltas;
  /** Partitions of persisted RDDs that it has stored; absent: none. */
  readonly blocks?: readonly StoredBlock[];
}

/** What one task has added, encoded together; what is large is an object of the attempt. */
export type AccumulatorDeltas =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  /** `sha256` of the object, hex. */
  | { readonly kind: 'object'; readonly key: string; readonly length: number; readonly sha256: string };

/** The side of a result: here, or where it was stored because the commit item had no room. */
export type ResultSide = { readonly kind: 'here'; readonly side: TaskSide } | { readonly kind: 'stored'; readonly key: string };
