import type { AccumulatorInfo } from '../types/accumulator.ts';
import type { BroadcastRef } from '../types/broadcast.ts';
import type { Codec, CsvOutput, FileFormat } from '../types/file-format.ts';
import type { StorageLevel } from '../types/storage-level.ts';

/** Index into `StagePlan.closures`. */
export type ClosureIndex = number;

/** A step from record to records inside one partition. `concurrency`: user promises in flight at once (1 when absent). */
export type NarrowOp =
  | { readonly kind: 'map'; readonly fn: ClosureIndex; readonly concurrency?: number }
  | { readonly kind: 'flatMap'; readonly fn: ClosureIndex; readonly concurrency?: number }
  | { readonly kind: 'filter'; readonly fn: ClosureIndex; readonly concurrency?: number }
  | { readonly kind: 'mapValues'; readonly fn: ClosureIndex; readonly concurrency?: number }
  | { readonly kind: 'flatMapValues'; readonly fn: ClosureIndex; readonly concurrency?: number }
  /** `fn(iterator)` gives an iterable or async iterable; called once per partition, also for empty ones. `barrier`: the stage's tasks run together. */
  | { readonly kind: 'mapPartitions'; readonly fn: ClosureIndex; readonly barrier?: true }
  | { readonly kind: 'mapPartitionsWithIndex'; readonly fn: ClosureIndex; readonly barrier?: true }
  /** x → [fn(x), x] */
  | { readonly kind: 'keyBy'; readonly fn: ClosureIndex }
  /** x → [x, null] */
  | { readonly kind: 'asKey' }
  /** [k, v] → k */
  | { readonly kind: 'keys' }
  /** [k, v] → v */
  | { readonly kind: 'values' }
  /** [k, v] → [fn(k), [k, v]] */
  | { readonly kind: 'keyByKey'; readonly fn: ClosureIndex }
  /** [k, [as, bs]] → [k, [a, b]] for every a of as and b of bs; a side that an outer join keeps meets null where the other is empty. */
  | { readonly kind: 'crossValues'; readonly outer?: 'left' | 'right' | 'full' }
  /** [k, HyperLogLog registers] → [k, about how many different values they saw] */
  | { readonly kind: 'estimateValues' }
  /** The whole partition as one array. */
  | { readonly kind: 'glom' }
  /** Each record with probability `fraction`, or as often as a Poisson number with that mean says. */
  | { readonly kind: 'sample'; readonly withReplacement: boolean; readonly fraction: number; readonly seed: number }
  /** The records whose random number lies in [lower, upper): the same numbers for the same seed. */
  | { readonly kind: 'sampleRange'; readonly lower: number; readonly upper: number; readonly seed: number }
  /** As `sample`, the fraction by key; `fractions` is a constant: pairs [key, fraction]. */
  | { readonly kind: 'sampleByKey'; readonly withReplacement: boolean; readonly fractions: string; readonly seed: number }
  /** The partition's pairs counted by key: [key, fraction, count]; `fractions` as for `sampleByKey`. */
  | { readonly kind: 'countStrata'; readonly fractions: string }
  /** [[key, fraction, count], unique number] of all partitions → [unique number, key, how many to draw, count] where some are to be drawn. */
  | { readonly kind: 'splitStrata'; readonly withReplacement: boolean; readonly seed: number }
  /** Pairs whose key lies in [lower, upper], both ends included; constants. */
  | { readonly kind: 'keyInRange'; readonly lower: string; readonly upper: string }
  /** The partition as one record: folded into `zero` (a constant), or without one reduced; then an empty partition gives none. */
  | { readonly kind: 'foldPartition'; readonly zero: string | null; readonly fn: ClosureIndex }
  /** The partition's lines through a command: its arguments, no shell. */
  | {
      readonly kind: 'pipe';
      readonly command: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly checkCode: boolean;
    };

/** How values of one key become one. `group` gives arrays, `first` keeps the first value, `reduce` needs no zero. */
export type Aggregator =
  | { readonly kind: 'first' }
  | { readonly kind: 'reduce'; readonly fn: ClosureIndex }
  | { readonly kind: 'group' }
  /** How many values. */
  | { readonly kind: 'count' }
  /** 2^precision HyperLogLog registers that saw the values. */
  | { readonly kind: 'sketch'; readonly precision: number }
  /** `seq` folds values into a copy of `zero` (a constant, see engine/records/constant.ts), `comb` merges what came out. */
  | { readonly kind: 'aggregate'; readonly zero: string; readonly seq: ClosureIndex; readonly comb: ClosureIndex }
  | { readonly kind: 'combine'; readonly create: ClosureIndex; readonly mergeValue: ClosureIndex; readonly mergeCombiners: ClosureIndex };

/** How a record finds its reducer partition. `range` takes its bounds from the task. `roundRobin` takes any record, the others pairs. */
export type PartitionerSpec =
  | { readonly kind: 'hash'; readonly numPartitions: number }
  | { readonly kind: 'range'; readonly numPartitions: number; readonly ascending: boolean }
  | { readonly kind: 'roundRobin'; readonly numPartitions: number }
  /** All records of map task p of `from` go to floor(p · numPartitions / from): neighbours come together, in order. Takes any record. */
  | { readonly kind: 'gather'; readonly numPartitions: number; readonly from: number }
  /** The user's function from key to partition. */
  | { readonly kind: 'custom'; readonly numPartitions: number; readonly fn: ClosureIndex };

/**
 * One node of a stage: a table entry, parents by index, parents before children.
 * Leaves (`slices`, `range`, `text`, `files`, `shuffleRead`) read what the task's inputs name (`range` needs none); so does `number` by index.
 */
export type PlanNode =
  | { readonly kind: 'slices'; readonly numPartitions: number }
  /** `start + i * step` for i in [0, count); partition p of n holds i in [floor(p·count/n), floor((p+1)·count/n)). */
  | { readonly kind: 'range'; readonly start: number; readonly step: number; readonly count: number; readonly numPartitions: number }
  | { readonly kind: 'text'; readonly numPartitions: number; readonly invalidUtf8?: 'fail' }
  | { readonly kind: 'files'; readonly format: FileFormat; readonly numPartitions: number }
  /** Records of one reducer partition, blocks in map order. */
  | { readonly kind: 'shuffleRead'; readonly numPartitions: number }
  | { readonly kind: 'narrow'; readonly parent: number; readonly op: NarrowOp }
  /** The same records, kept where they were computed: `rdd` counts what the program persisted. Never part of a stage's identity. */
  | {
      readonly kind: 'cached';
      readonly parent: number;
      readonly rdd: number;
      /** What the RDD computes. */
      readonly print: string;
      readonly level: StorageLevel;
      /** Partitions become objects of the store: beside what workers keep, or alone, where no worker stays; null: they do not. */
      readonly stored: 'beside' | 'only' | null;
    }
  /** Partitions of the parents one after the other; parent i starts at `starts[i]`. */
  | { readonly kind: 'union'; readonly parents: readonly number[]; readonly starts: readonly number[]; readonly numPartitions: number }
  /** Partition p reads the parent's partitions [groups[p], groups[p + 1]). */
  | { readonly kind: 'coalesce'; readonly parent: number; readonly groups: readonly number[] }
  /** Pairs to one pair per key. `of: 'combiners'`: the values were combined on the map side already. Keys in order of first appearance. */
  | { readonly kind: 'combine'; readonly parent: number; readonly aggregator: Aggregator; readonly of: 'values' | 'combiners' }
  /** The partition sorted by key, or by `fn(key)`; equal keys keep their order. */
  | { readonly kind: 'sortByKey'; readonly parent: number; readonly ascending: boolean; readonly fn?: ClosureIndex }
  /** [k, [values of parent 0, values of parent 1, …]], keys in order of first appearance over the parents in turn. */
  | { readonly kind: 'cogroup'; readonly parents: readonly number[] }
  /** Pairs of the first parent whose key the second has not, duplicates too. */
  | { readonly kind: 'subtractByKey'; readonly parents: readonly [number, number] }
  /** [k, null] for the keys that both parents have, each once. */
  | { readonly kind: 'intersectKeys'; readonly parents: readonly [number, number] }
  /** Partition p: those of all parents, one after the other. */
  | { readonly kind: 'concat'; readonly parents: readonly number[] }
  /** Partition p pairs the left partition floor(p / rightPartitions) with the right partition p mod rightPartitions. */
  | { readonly kind: 'cartesian'; readonly parents: readonly [number, number]; readonly rightPartitions: number }
  /** [a, b] for the i-th records of both partitions, which must be equally long. */
  | { readonly kind: 'zip'; readonly parents: readonly [number, number] }
  /** `fn(iterator of parent 0, iterator of parent 1, …)` gives an iterable. */
  | { readonly kind: 'zipPartitions'; readonly parents: readonly number[]; readonly fn: ClosureIndex }
  /** Draws from the pairs of the first parent what partition 0 of the second says, by unique number: what `splitStrata` gives. */
  | {
      readonly kind: 'drawStrata';
      readonly parents: readonly [number, number];
      readonly withReplacement: boolean;
      readonly seed: number;
      readonly numPartitions: number;
    }
  /** [x, number]: `index` counts from what the task's input says; `uniqueId` gives record i of partition p the number i · numPartitions + p. */
  | { readonly kind: 'number'; readonly parent: number; readonly by: 'index' | 'uniqueId'; readonly numPartitions: number };

/** Where a task's records go. */
export type Sink =
  | { readonly kind: 'shuffleWrite'; readonly partitioner: PartitionerSpec; readonly combine: Aggregator | null }
  | { readonly kind: 'collect' }
  | { readonly kind: 'count' }
  | { readonly kind: 'take'; readonly n: number }
  /** An empty partition gives an empty block, any other a block of one record. */
  | { readonly kind: 'reduce'; readonly fn: ClosureIndex }
  /** The zero value (a constant, see engine/records/constant.ts) with each record folded in: one record, also for an empty partition. */
  | { readonly kind: 'fold'; readonly zero: string; readonly fn: ClosureIndex }
  /** The n smallest (`descending`: largest) by key in order; `key` null is the record itself. */
  | { readonly kind: 'takeOrdered'; readonly n: number; readonly key: ClosureIndex | null; readonly descending?: true }
  /** How often each record was there: pairs [record, count] in order of first appearance. */
  | { readonly kind: 'countValues' }
  /** One record: the moments of the partition's numbers; `skipMissing` leaves out null, undefined and NaN. */
  | { readonly kind: 'moments'; readonly skipMissing?: true }
  /** One record: how many records lie between neighbouring bounds (a constant: the sorted bounds). */
  | { readonly kind: 'bucketCounts'; readonly bounds: string }
  /** One record: the registers of a HyperLogLog sketch with 2^precision of them. */
  | { readonly kind: 'distinctSketch'; readonly precision: number }
  /** `sizes[p]` records of partition p, each equally likely, in no order. */
  | { readonly kind: 'sampleRecords'; readonly sizes: readonly number[]; readonly withReplacement: boolean; readonly seed: string }
  /** `fn(iterator)` for its side effects; called once per partition, also for empty ones. */
  | { readonly kind: 'foreachPartition'; readonly fn: ClosureIndex }
  | { readonly kind: 'foreach'; readonly fn: ClosureIndex; readonly concurrency?: number }
  /** Reservoir of at most `size` keys of pairs: one record [count of the partition, keys]. */
  | { readonly kind: 'sampleKeys'; readonly size: number; readonly seed: string }
  /** One line per record (its string form) into a part file of the attempt below the folder `path`. */
  | { readonly kind: 'saveAsTextFile'; readonly path: string; readonly codec?: Codec | null }
  /** The same with each record as JSON. */
  | { readonly kind: 'saveAsJsonFile'; readonly path: string; readonly codec?: Codec | null }
  /** Rows, objects by the names of the first one's fields, into a part file of the attempt below the folder `path`. */
  | ({ readonly kind: 'saveAsCsvFile'; readonly path: string; readonly codec: Codec | null } & CsvOutput)
  /** Blocks of records into a part file of the attempt below the folder `path`. */
  | { readonly kind: 'saveAsObjectFile'; readonly path: string };

/** Root node is the last of `nodes`. JSON-safe. */
export interface StagePlan {
  readonly nodes: readonly PlanNode[];
  readonly sink: Sink;
  readonly numPartitions: number;
}

/** What closure `i` of the plan is, for messages and for the planner; the payload itself stands in the template. */
export interface ClosureInfo {
  /** `map`, `filter` …: the operation the user called. */
  readonly operation: string;
  /** `job.ts:12:8`, project-relative, of the call. */
  readonly site: string;
}

/** Encoded with msgpackr once per stage and stored by content hash. `closures[i]` is the payload of closure `i`. */
export interface TaskTemplate {
  readonly version: 1;
  readonly appId: string;
  readonly plan: StagePlan;
  readonly closures: readonly Uint8Array[];
  readonly closureInfos: readonly ClosureInfo[];
  /** Those that the closures capture; absent: none. */
  readonly broadcasts?: readonly BroadcastRef[];
  readonly accumulators?: readonly AccumulatorInfo[];
}
