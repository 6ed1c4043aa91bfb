import type { FilterName, FlatMapName, KeyName, MapName, MergeName } from './functions.ts';

/** Where records come from. Records survive structured cloning. */
export type Source =
  | { readonly kind: 'parallelize'; readonly records: readonly unknown[]; readonly slices: number }
  | { readonly kind: 'range'; readonly start: number; readonly end: number; readonly step: number; readonly slices: number }
  /** A file with these lines. */
  | {
      readonly kind: 'text';
      readonly lines: readonly string[];
      readonly lineEnd: '\n' | '\r\n';
      readonly ended: boolean;
      readonly splits: number;
    }
  | { readonly kind: 'empty' };

/** The other side of an operation of two: the RDD itself, or one of its own. */
export type Other = { readonly kind: 'self' } | { readonly kind: 'branch'; readonly source: Source; readonly steps: readonly Step[] };

/** Partitions asked for; null: the default. */
type Asked = { readonly n: number | null };
type WithOther = Asked & { readonly other: Other };

export type Step =
  | { readonly op: 'map' | 'mapAsync' | 'mapValues'; readonly fn: MapName }
  | { readonly op: 'flatMap' | 'flatMapValues'; readonly fn: FlatMapName }
  | { readonly op: 'filter'; readonly fn: FilterName }
  | { readonly op: 'keyBy'; readonly fn: KeyName }
  /** `each` and `lazy` are maps; the others look at whole partitions. */
  | { readonly op: 'mapPartitions'; readonly fn: 'each' | 'lazy' | 'ones' | 'count' | 'reversed' | 'firstOnly' }
  | { readonly op: 'tagPartitions' | 'glom' | 'keys' | 'values' | 'zipWithIndex' | 'zipWithUniqueId' | 'indexes' }
  | { readonly op: 'sampleAll' | 'sampleNone' | 'plainZeros' | 'sortedGroups' | 'sortedCogroups' }
  | { readonly op: 'randomSplit'; readonly seed: number }
  | { readonly op: 'coalesce'; readonly n: number; readonly shuffle: boolean }
  | { readonly op: 'repartition'; readonly n: number }
  | { readonly op: 'partitionBy'; readonly n: number; readonly custom: boolean }
  | ({ readonly op: 'repartitionAndSort'; readonly ascending: boolean } & Asked)
  | ({ readonly op: 'distinct' | 'groupByKey' } & Asked)
  | ({ readonly op: 'groupBy'; readonly fn: KeyName } & Asked)
  | ({ readonly op: 'reduceByKey'; readonly fn: MergeName | 'add' | 'concat' } & Asked)
  /** Sums weights, or lists values: `list` changes its first argument. */
  | ({ readonly op: 'aggregateByKey' | 'combineByKey'; readonly fn: 'weights' | 'list' } & Asked)
  | ({ readonly op: 'foldByKey'; readonly zero: number } & Asked)
  | ({ readonly op: 'sortBy'; readonly fn: KeyName; readonly ascending: boolean } & Asked)
  | ({ readonly op: 'sortByKey'; readonly fn: KeyName | null; readonly ascending: boolean } & Asked)
  | { readonly op: 'union' | 'cartesian'; readonly other: Other }
  | { readonly op: 'zipMapped'; readonly fn: MapName }
  | { readonly op: 'zipPartitions' }
  | ({
      readonly op:
        | 'intersection'
        | 'subtract'
        | 'join'
        | 'leftOuterJoin'
        | 'rightOuterJoin'
        | 'fullOuterJoin'
        | 'cogroup'
        | 'subtractByKey';
    } & WithOther)
  | { readonly op: 'groupWith'; readonly other: Other }
  /** Holds one partition's task until its executor was killed. */
  | { readonly op: 'gate'; readonly partition: number }
  /** Ends in an error: when the step is called, or when it meets a record. */
  | { readonly op: 'fault'; readonly fault: FaultName };

export type FaultName =
  | 'noPartitions'
  | 'throws'
  | 'notAPair'
  | 'mapAsKey'
  | 'promiseAsKey'
  | 'unequalPartitions'
  | 'badPartition'
  | 'notIterable';

export type Action =
  | {
      readonly kind:
        | 'collect'
        | 'glom'
        | 'count'
        | 'first'
        | 'isEmpty'
        | 'toLocalIterator'
        | 'collectAsMap'
        | 'countByKey'
        | 'countByValue'
        | 'sumOfWeights';
    }
  | { readonly kind: 'take'; readonly n: number }
  | { readonly kind: 'takeOrdered' | 'top'; readonly n: number; readonly fn: KeyName | null }
  | { readonly kind: 'max' | 'min'; readonly fn: KeyName }
  | { readonly kind: 'reduce' | 'reduceByKeyLocally'; readonly fn: MergeName }
  | { readonly kind: 'concat' }
  | { readonly kind: 'fold'; readonly zero: number }
  | { readonly kind: 'aggregate' }
  | { readonly kind: 'treeReduce'; readonly fn: MergeName; readonly depth: number }
  | { readonly kind: 'treeAggregate'; readonly zero: number; readonly depth: number }
  | { readonly kind: 'lookup'; readonly key: unknown };

export interface Program {
  readonly source: Source;
  readonly steps: readonly Step[];
  readonly action: Action;
}

/** What came of it; `numPartitions` null: not known. Maps as pairs. */
export type Outcome =
  | { readonly value: unknown; readonly numPartitions: number | null }
  | { readonly error: string; readonly message: string };
