/** Makes TypeScript infer tuples for returned array literals: `(w) => [w, 1]` gives `[string, number]` without `as const`. */
// biome-ignore lint/complexity/noBannedTypes: {} beside [] is what makes the inference work
// biome-ignore lint/suspicious/noConfusingVoidType: functions that return nothing are allowed
export type Rec = [] | {} | null | undefined | void;

/** What can be a key: compared by value. Numbers have one NaN and one zero; dates, arrays and plain objects compare by content. */
export type Key = string | number | bigint | boolean | null | Date | readonly Key[] | { readonly [field: string]: Key };

/** Last parameter of every action. */
export interface ActionOptions {
  /** Aborting cancels the job: running tasks are told to stop, and the action rejects with code `JOB_CANCELLED`. */
  readonly signal?: AbortSignal;
  /** Shown in place of the action's name in progress, summary and event log. */
  readonly description?: string;
}

export interface ConcurrencyOptions {
  /** Promises of the user's function in flight at once within a task; results keep the order of the records. Default 1. */
  readonly concurrency?: number;
}

export interface MapOptions extends ConcurrencyOptions {
  /** The function does not change the keys of pairs, so that records stay where they are. Default false. */
  readonly preservesPartitioning?: boolean;
}

export interface SortOptions {
  /** Default true. */
  readonly ascending?: boolean;
  /** Partitions of the result; default: `defaultParallelism` when set, else as many as the input has. */
  readonly numPartitions?: number;
}

export interface RangeOptions {
  /** Difference of neighbours, not 0. Default 1. */
  readonly step?: number;
  /** Default: the context's parallelism. */
  readonly numSlices?: number;
}
