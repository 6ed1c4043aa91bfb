/** Makes TypeScript infer tuples for returned array literals: `(w) => [w, 1]` gives `[string, number]` without `as const`. */
// biome-ignore lint/complexity/noBannedTypes: {} beside [] is what makes the inference work
// biome-ignore lint/suspicious/noConfusingVoidType: functions that return nothing are allowed
export type Rec = [] | {} | null | undefined | void;

/** As `Rec` for a zero value, which is an argument: without null and undefined in it TypeScript infers `number` from 0 and not the literal. */
// biome-ignore lint/complexity/noBannedTypes: {} beside [] is what makes the inference work
export type Zero = [] | {};

/** `(v) => [v]` begins a list, `(v) => [v, 1]` makes a tuple: what `Rec` infers for the first is a tuple of one. */
export type ListOrTuple<C> = C extends [infer X] ? X[] : C;

/** What can be a key: compared by value. Numbers have one NaN and one zero; dates, arrays and plain objects compare by content. */
export type Key = string | number | bigint | boolean | null | Date | readonly Key[] | { readonly [field: string]: Key };

/** Last parameter of every action. */
export interface ActionOptions {
  /** Aborting cancels the job: running tasks are told to stop, and the action rejects with code `JOB_CANCELLED`. */
  readonly signal?: AbortSignal;
  /** Shown in place of the action's name in progress, summary and event log. */
  readonly description?: string;
}

/** What a save does where something is already, as Spark's DataFrameWriter has it. */
export type SaveMode = 'error' | 'overwrite' | 'append' | 'ignore';

export interface SaveOptions {
  /**
   * Where something is already: `error` fails with `OUTPUT_EXISTS`, `overwrite` replaces all of it, `append` adds to it, `ignore` leaves it and
   * writes nothing. Default `error`; with `validateOutput` false: `append`.
   */
  readonly mode?: SaveMode;
}

export interface CodecOptions {
  /** Compression of each file. Default: none. */
  readonly codec?: 'gzip' | 'zstd';
}

/** Modes in which every row that is read has all its fields. */
export type StrictCsvMode = 'FAILFAST' | 'DROPMALFORMED';

export interface TextReadOptions {
  /** Default: as where a number is given instead of options. */
  readonly minPartitions?: number;
  /** Bytes that are not UTF-8 become U+FFFD (`replace`, the default), or fail with `INVALID_UTF8`, which names the file and the byte's offset. */
  readonly invalidUtf8?: 'replace' | 'fail';
}

export interface CsvReadOptions extends TextReadOptions {
  /** The first row of each file names the columns. Default false. */
  readonly header?: boolean;
  /** Between fields, one or more characters. Default `,`. */
  readonly sep?: string;
  /** Around fields that hold separators or line breaks; `''`: quotes mean nothing. Default `"`. */
  readonly quote?: string;
  /** Inside a quoted field, before a character that stands for itself. Default: the quote, which is then doubled. */
  readonly escape?: string;
  /** Lines that begin with this character are left out. Default: none. */
  readonly comment?: string;
  /**
   * Rows that do not fit: `FAILFAST` (default) fails, also for quotes inside a field; `PERMISSIVE` fills rows up with null and cuts them; `DROPMALFORMED`
   * leaves them out. The latter two take quotes inside fields as they are. A quoted field that never ends fails in every mode.
   */
  readonly mode?: StrictCsvMode | 'PERMISSIVE';
  /**
   * Fields without quotes that are this, or empty, are null; `''` for those that are empty. Default: every field is text, for most files have no
   * nulls and their types would. (Spark reads an empty field as null.)
   */
  readonly nullValue?: string;
}

/** Options that may give null for a field. */
export type NullableCsv = { readonly mode: 'PERMISSIVE' } | { readonly nullValue: string };

export interface CsvWriteOptions {
  /** Each file that has records begins with the names of the fields. Default false. */
  readonly header?: boolean;
  /** Between fields, one or more characters. Default `,`. */
  readonly sep?: string;
  /** Written for null and undefined; a text that is the same is put in quotes. Default: nothing. */
  readonly nullValue?: string;
  /** Written for the empty string, as it is. Default `""`, which a reader can tell from null. */
  readonly emptyValue?: string;
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

export interface SortByKeyOptions<in K> extends SortOptions {
  /** Sorts by what it gives for the key. */
  readonly keyFn?: (key: K) => Key;
}

/** What the tasks of a stage are given. */
export interface ResourceProfile {
  /** Memory of the executor that a task runs in, at least, in MB. */
  readonly memoryMb: number;
}

export interface RepartitionAndSortOptions<in K> extends SortByKeyOptions<K> {
  /** Partition of a key; default: by its hash. */
  readonly partitionFunc?: (key: K) => number;
}

/** Sampling fractions by key; an object for keys that are strings. */
export type Fractions<K> = Iterable<readonly [K, number]> | ([K] extends [string] ? Readonly<Record<string, number>> : never);

export interface PipeOptions {
  /** Variables of the command's environment, beside the executor's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** An exit code other than 0 fails the task. Default true. */
  readonly checkCode?: boolean;
}

export interface RangeOptions {
  /** Difference of neighbours, not 0. Default 1. */
  readonly step?: number;
  /** Default: the context's parallelism. */
  readonly numSlices?: number;
}

/** What `stats` knows of an RDD of numbers. Variances and deviations are NaN for too few numbers; `min` and `max` of none are ±Infinity. */
export interface Statistics {
  readonly count: number;
  readonly sum: number;
  /** 0 when there is no number, as in Spark. */
  readonly mean: number;
  /** Of the population: divided by `count`. */
  readonly variance: number;
  readonly stdev: number;
  /** Of a sample: divided by `count - 1`. */
  readonly sampleVariance: number;
  readonly sampleStdev: number;
  readonly min: number;
  readonly max: number;
}

/** An estimate: the true value lies in [low, high] with probability `confidence`. */
export interface BoundedNumber {
  readonly mean: number;
  /** 1: the value is exact. 0: nothing is known. */
  readonly confidence: number;
  readonly low: number;
  readonly high: number;
}

/** The functions of `lv.accumulator`: `A` is what is added, `S` the state. */
export interface AccumulatorFunctions<A, S> {
  /** The state before anything was added; a new one each time. */
  zero(): S;
  /** Gives the state with the value in it: the same one changed, or another. */
  add(state: S, value: A): S;
  /** Gives a state with everything that was added to both. */
  merge(a: S, b: S): S;
}
