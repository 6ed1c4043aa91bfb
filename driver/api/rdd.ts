import { callSiteOf } from '../../engine/closures/runtime/call-site.ts';
import { declareDriverOnly } from '../../engine/closures/runtime/driver-only.ts';
import type { ShippedClosure } from '../../engine/closures/shipped-closure.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { decodeConstant, encodeConstant } from '../../engine/records/constant.ts';
import type { KeyMap } from '../../engine/records/key-map.ts';
import type { Moments } from '../../engine/records/moments.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import { StorageLevel } from '../../engine/types/storage-level.ts';
import { allPartitions } from '../actions/all-partitions.ts';
import { estimateMean, estimateSum, momentsOfCount } from '../actions/approximate.ts';
import { approximateCounts } from '../actions/approximate-counts.ts';
import { collectAsMap } from '../actions/collect-as-map.ts';
import { countByValue } from '../actions/count-by-value.ts';
import { estimateDistinct } from '../actions/estimate-distinct.ts';
import { checkBounds } from '../actions/histogram.ts';
import { evenHistogram, histogramOf } from '../actions/histogram-jobs.ts';
import { mergeByKey } from '../actions/merge-by-key.ts';
import { mergeParts } from '../actions/merge-parts.ts';
import { checkPartitionList, runPartitions } from '../actions/partition-list.ts';
import { mergeReduced } from '../actions/reduce.ts';
import { reduceTree, type TreeRequest } from '../actions/reduce-tree.ts';
import { MAX_SAMPLE, takeSample } from '../actions/sampling.ts';
import { allMoments, statisticsOf } from '../actions/statistics.ts';
import { emptyRdd, firstRecord, takeRecords } from '../actions/take.ts';
import { mergeOrdered } from '../actions/take-ordered.ts';
import { streamPartitions } from '../actions/to-local-iterator.ts';
import type { ActionRequest, Application, LineageSink } from '../application/application.ts';
import type { DataOp, LineageAggregator, LineageNode, LineageOp, LineageShape, PartitioningRequest } from '../lineage/lineage-node.ts';
import { nodeName, setNodeName } from '../lineage/node-names.ts';
import { nodeMemoryMb, setNodeMemoryMb } from '../lineage/node-resources.ts';
import {
  checkAtMost,
  checkBuckets,
  checkCodec,
  checkConfidence,
  checkDepth,
  checkPrecision,
  checkSaveMode,
  checkSeed,
  checkTimeout,
} from './action-arguments.ts';
import { checkConcurrency, checkCount, checkFunction, checkLevel, checkMemoryMb, checkPartitions, checkPath } from './arguments.ts';
import { checkCsvOutput } from './csv-options.ts';
import { type RDDBarrier, rddBarrier } from './rdd-barrier.ts';
import {
  checkCommand,
  checkFraction,
  checkFractions,
  checkKey,
  checkKeyPrecision,
  checkName,
  checkWeights,
} from './transformation-arguments.ts';
import type {
  ActionOptions,
  BoundedNumber,
  CodecOptions,
  ConcurrencyOptions,
  CsvWriteOptions,
  Fractions,
  Key,
  ListOrTuple,
  MapOptions,
  PipeOptions,
  Rec,
  RepartitionAndSortOptions,
  ResourceProfile,
  SaveOptions,
  SortByKeyOptions,
  SortOptions,
  Statistics,
  Zero,
} from './types.ts';

let construct: <T>(app: Application, node: LineageNode) => RDD<T>;

/** Makes the RDD of a lineage node; the class has no public constructor. */
export function rddOf<T>(app: Application, node: LineageNode): RDD<T> {
  return construct<T>(app, node);
}

/** What `lv.runJob` is asked. */
export interface RunJobRequest<T, U> {
  readonly f: (records: IteratorObject<T, undefined> & AsyncIterable<T>) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>;
  readonly partitions: readonly number[] | undefined;
  readonly options: ActionOptions;
}

let run: <T, U>(rdd: RDD<T>, request: RunJobRequest<T, U>) => Promise<U[]>;

/** Runs a function on chosen partitions of an RDD. */
export function runJobOn<T, U>(rdd: RDD<T>, request: RunJobRequest<T, U>): Promise<U[]> {
  return run(rdd, request);
}

let unite: <T>(rdds: readonly RDD<T>[]) => RDD<T>;

/** The union of at least one RDD. */
export function unionOf<T>(rdds: readonly RDD<T>[]): RDD<T> {
  return unite(rdds);
}

/**
 * A distributed collection of records, computed when an action asks for it.
 *
 * Transformations return a new RDD and do no work; actions return a promise. Records are any values that survive shipping:
 * plain data, `Map`, `Set`, `Date`, typed arrays, instances of your own classes. Made by a `Context`; never with `new`.
 */
export class RDD<out T> {
  readonly #app: Application;
  readonly #node: LineageNode;

  private constructor(app: Application, node: LineageNode) {
    this.#app = app;
    this.#node = node;
  }

  static {
    declareDriverOnly(
      RDD,
      'an RDD cannot be used inside a closure that runs on executors (nested jobs are not supported). Use join(), or collect() the smaller one before the call',
    );
    construct = (app, node) => new RDD(app, node);
    run = (rdd, { f, partitions, options }) => {
      if (partitions !== undefined) checkPartitionList(partitions);
      const mapped: RDD<unknown> = rdd.#narrow('runJob', f, { keepsPartitioner: false }, 'mapPartitions');
      const request = { ...mapped.#request('runJob', { kind: 'collect' }, options), parameters: [partitions ?? null] };
      return mapped.#app.runAction(request, (stage) => runPartitions(stage, partitions ?? allPartitions(stage)));
    };
    unite = ([first, ...rest]) => {
      const rdd = first as (typeof rest)[number];
      return rdd.#derive({ kind: 'union', parents: [rdd.#node, ...rest.map((other) => rdd.#sameContext('union', other))] }, 'union');
    };
  }

  /**
   * Applies a function to every record.
   *
   * `f` may be async; then records keep their order and at most `concurrency` promises are in flight in a task.
   * @example
   * await lv.parallelize([1, 2, 3]).map((x) => x * 2).collect(); // [2, 4, 6]
   */
  map<U extends Rec>(f: (record: T) => U | Promise<U>, options: MapOptions = {}): RDD<U> {
    return this.#narrow('map', f, { keepsPartitioner: options.preservesPartitioning ?? false, ...options });
  }

  /**
   * Applies a function that gives any number of records for each record, and joins the results in order.
   *
   * A string counts as an iterable of its characters, as everywhere in JavaScript.
   * @example
   * await lv.parallelize(['a b', '', 'c']).flatMap((line) => line.split(' ').filter(Boolean)).collect(); // ['a', 'b', 'c']
   */
  flatMap<U extends Rec>(f: (record: T) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>, options: MapOptions = {}): RDD<U> {
    return this.#narrow('flatMap', f, { keepsPartitioner: options.preservesPartitioning ?? false, ...options });
  }

  /**
   * Keeps the records for which the function gives a truthy value.
   *
   * Partitions stay as they are, so some may become empty; `coalesce` puts them together.
   * @example
   * await lv.range(10).filter((x) => x % 3 === 0).collect(); // [0, 3, 6, 9]
   */
  filter<U extends T>(f: (record: T) => record is U): RDD<U>;
  filter(f: (record: T) => unknown, options?: ConcurrencyOptions): RDD<T>;
  filter(f: (record: T) => unknown, options: ConcurrencyOptions = {}): RDD<T> {
    return this.#narrow('filter', f, { keepsPartitioner: true, ...options });
  }

  /**
   * Applies a function to all records of a partition at once; called exactly once for each partition, also for an empty one.
   *
   * `records` is pulled lazily: what the function does not read is not computed.
   * @param preservesPartitioning the function does not change the keys of pairs. Default false.
   * @example
   * await lv.range(6, { numSlices: 2 }).mapPartitions((records) => [[...records].length]).collect(); // [3, 3]
   */
  mapPartitions<U extends Rec>(
    f: (records: IteratorObject<T, undefined> & AsyncIterable<T>) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    preservesPartitioning = false,
  ): RDD<U> {
    return this.#narrow('mapPartitions', f, { keepsPartitioner: preservesPartitioning });
  }

  /**
   * The records of this RDD, then those of the other; duplicates stay.
   *
   * RDDs that are partitioned alike keep that: partition i has the records of both partitions i. Others keep their partitions, one after the other.
   * @example
   * await lv.parallelize([1, 2]).union(lv.parallelize(['a'])).collect(); // [1, 2, 'a']
   */
  union<U>(other: RDD<U>): RDD<T | U> {
    const parents = [this.#node, this.#sameContext('union', other)];
    return this.#derive({ kind: 'union', parents }, 'union');
  }

  /**
   * The different records, equal by value as keys are; the first of equal ones stays.
   *
   * Records must be possible keys (`Key`): others fail with `UNSUPPORTED_KEY`.
   * @param numPartitions default: `defaultParallelism` when set, else as many as this RDD has.
   * @example
   * await lv.parallelize([3, 1, 3, 2, 1], 1).distinct(1).collect(); // [3, 1, 2]
   */
  distinct(numPartitions?: number): RDD<T> {
    const pairs = this.#derive({ kind: 'narrow', parent: this.#node, op: { kind: 'asKey' }, keepsPartitioner: false }, 'distinct');
    const unique = pairs.#shuffle('distinct', { kind: 'first' }, numPartitions);
    return unique.#derive({ kind: 'narrow', parent: unique.#node, op: { kind: 'keys' }, keepsPartitioner: false }, 'distinct');
  }

  /**
   * Fewer partitions. Without `shuffle` neighbouring partitions are read by one task, and asking for more changes nothing;
   * with it records are spread evenly over exactly `numPartitions`.
   *
   * @example
   * await lv.range(4, { numSlices: 4 }).coalesce(2).getNumPartitions(); // 2
   */
  coalesce(numPartitions: number, shuffle = false): RDD<T> {
    const n = checkPartitions('coalesce', 'numPartitions', numPartitions) as number;
    if (!shuffle) return this.#derive({ kind: 'coalesce', parent: this.#node, numPartitions: n }, 'coalesce');
    return this.#roundRobin('coalesce', n);
  }

  /**
   * Exactly `numPartitions` partitions of about equal size; shuffles all records.
   *
   * Records are dealt out in turn, starting at a place that depends only on stage and partition, so that a task that runs again deals alike.
   * @example
   * await lv.range(100, { numSlices: 1 }).repartition(4).getNumPartitions(); // 4
   */
  repartition(numPartitions: number): RDD<T> {
    return this.#roundRobin('repartition', checkPartitions('repartition', 'numPartitions', numPartitions) as number);
  }

  /**
   * Sorts by a key of each record, over all partitions: each is sorted, and so is their sequence.
   *
   * Keys are compared by value: null, booleans, numbers (NaN last), bigints with numbers, strings by code unit, dates, then arrays and objects
   * element by element. Records with equal keys stay in one partition. Needs the whole input sampled, which is a stage of the same job.
   * @example
   * await lv.parallelize(['pear', 'fig', 'apple']).sortBy((s) => s.length).collect(); // ['fig', 'pear', 'apple']
   */
  sortBy<K extends Key>(f: (record: T) => K, options: SortOptions = {}): RDD<T> {
    const ascending = options.ascending ?? true;
    const keyed: RDD<unknown> = this.#narrow('sortBy', f, { keepsPartitioner: false }, 'keyBy');
    const sorted: RDD<unknown> = keyed.#derive(
      {
        kind: 'shuffled',
        parent: keyed.#node,
        partitioning: { kind: 'range', numPartitions: checkPartitions('sortBy', 'numPartitions', options.numPartitions), ascending },
        aggregator: null,
        mapSideCombine: false,
        sort: ascending ? 'ascending' : 'descending',
      },
      'sortBy',
    );
    return sorted.#derive({ kind: 'narrow', parent: sorted.#node, op: { kind: 'values' }, keepsPartitioner: false }, 'sortBy');
  }

  /**
   * Applies a function to the value of every pair; keys and partitions stay.
   *
   * @example
   * await lv.parallelize([['a', 1], ['b', 2]]).mapValues((n) => n * 10).collect(); // [['a', 10], ['b', 20]]
   */
  mapValues<K, V, U extends Rec>(
    this: RDD<readonly [K, V]>,
    f: (value: V) => U | Promise<U>,
    options: ConcurrencyOptions = {},
  ): RDD<[K, U]> {
    return this.#narrow('mapValues', f, { keepsPartitioner: true, ...options });
  }

  /**
   * Merges the values of each key with an associative function; values are merged before the shuffle, too.
   *
   * @param numPartitions default: Spark's rule: an eligible partitioner of the input, else `defaultParallelism` when set, else as many as the input has.
   * @example
   * await lv.parallelize([['a', 1], ['b', 1], ['a', 1]], 1).reduceByKey((a, b) => a + b).collect(); // [['a', 2], ['b', 1]]
   */
  reduceByKey<K, V>(this: RDD<readonly [K, V]>, f: (a: NoInfer<V>, b: NoInfer<V>) => NoInfer<V>, numPartitions?: number): RDD<[K, V]> {
    checkFunction('reduceByKey', f);
    return this.#shuffle(
      'reduceByKey',
      (callSite) => ({ kind: 'reduce', fn: this.#app.ship('rdd.reduceByKey', f, callSite) }),
      numPartitions,
    );
  }

  /**
   * One pair for each key with all its values, in the order of the input. `reduceByKey` moves less when the values are merged afterwards.
   *
   * All values of one key must fit into one task.
   * @example
   * await lv.parallelize([['a', 1], ['b', 2], ['a', 3]], 1).groupByKey().collect(); // [['a', [1, 3]], ['b', [2]]]
   */
  groupByKey<K, V>(this: RDD<readonly [K, V]>, numPartitions?: number): RDD<[K, V[]]> {
    return this.#shuffle('groupByKey', { kind: 'group' }, numPartitions);
  }

  /**
   * Pairs of values with equal keys: every value of this RDD with every value of the other (inner join).
   *
   * Inputs that are partitioned alike already are not moved.
   * @example
   * const names = lv.parallelize([[1, 'ann'], [2, 'bob']]);
   * const ages = lv.parallelize([[1, 42]]);
   * await names.join(ages).collect(); // [[1, ['ann', 42]]]
   */
  join<K, V, W>(this: RDD<readonly [K, V]>, other: RDD<readonly [K, W]>, numPartitions?: number): RDD<[K, [V, W]]> {
    const parents = [this.#node, this.#sameContext('join', other)];
    const n = checkPartitions('join', 'numPartitions', numPartitions);
    const grouped: RDD<unknown> = this.#derive({ kind: 'cogroup', how: 'group', parents, numPartitions: n }, 'join');
    return grouped.#derive({ kind: 'narrow', parent: grouped.#node, op: { kind: 'crossValues' }, keepsPartitioner: true }, 'join');
  }

  /**
   * As `mapPartitions`, with the partition's number, counted from 0, as first argument.
   *
   * @param preservesPartitioning the function does not change the keys of pairs. Default false.
   * @example
   * await lv.range(4, { numSlices: 2 }).mapPartitionsWithIndex((p, records) => [...records].map((x) => [p, x])).collect(); // [[0, 0], [0, 1], [1, 2], [1, 3]]
   */
  mapPartitionsWithIndex<U extends Rec>(
    f: (index: number, records: IteratorObject<T, undefined> & AsyncIterable<T>) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    preservesPartitioning = false,
  ): RDD<U> {
    return this.#narrow('mapPartitionsWithIndex', f, { keepsPartitioner: preservesPartitioning });
  }

  /**
   * The operations whose tasks all run at the same time and can wait for each other (`BarrierTaskContext`), for algorithms that are not map and reduce.
   *
   * The stage starts when there is room for all its tasks; with more partitions than can run at once an action fails with `BARRIER_TOO_LARGE`. When one
   * task fails all begin anew. An action on some of the partitions (`take`, `first`), or `coalesce` and `union` in the same stage, are refused with
   * `BARRIER_NOT_ALLOWED`, by Spark's rules.
   * @example
   * const sums = lv.range(6, { numSlices: 2 }).barrier().mapPartitions(async (xs) => {
   *   const own = [...xs].reduce((a, b) => a + b, 0);
   *   const all = await BarrierTaskContext.get()?.allGather(String(own));
   *   return [[own, all?.map(Number).reduce((a, b) => a + b)]];
   * });
   * await sums.collect(); // [[3, 15], [12, 15]]
   */
  barrier(): RDDBarrier<T> {
    return rddBarrier((operation, f, keepsPartitioner) => this.#narrow(operation, f, { keepsPartitioner, barrier: true }));
  }

  /**
   * Each partition as one array; an empty partition as an empty one.
   *
   * @example
   * await lv.range(5, { numSlices: 2 }).glom().collect(); // [[0, 1], [2, 3, 4]]
   */
  glom(): RDD<T[]> {
    return this.#data('glom', { kind: 'glom' });
  }

  /**
   * Pairs of a key that the function gives for each record, and the record.
   *
   * @example
   * await lv.parallelize(['ox', 'bee']).keyBy((s) => s.length).collect(); // [[2, 'ox'], [3, 'bee']]
   */
  keyBy<K extends Rec>(f: (record: T) => K): RDD<[K, T]> {
    return this.#narrow('keyBy', f, { keepsPartitioner: false });
  }

  /**
   * The records by the key that the function gives for each: one pair for each key, with all its records in the order of the input.
   *
   * All records of one key must fit into one task.
   * @param numPartitions default: as for `reduceByKey`.
   * @example
   * await lv.parallelize([1, 2, 3, 4], 1).groupBy((x) => x % 2).collect(); // [[1, [1, 3]], [0, [2, 4]]]
   */
  groupBy<K extends Key>(f: (record: T) => K, numPartitions?: number): RDD<[K, T[]]> {
    const keyed: RDD<unknown> = this.#narrow('groupBy', f, { keepsPartitioner: false }, 'keyBy');
    return keyed.#shuffle('groupBy', { kind: 'group' }, numPartitions);
  }

  /**
   * The different records that both RDDs have, equal by value as keys are.
   *
   * Records must be possible keys (`Key`). Shuffles both sides.
   * @param numPartitions default: as for `join`.
   * @example
   * await lv.parallelize([1, 2, 2, 3], 1).intersection(lv.parallelize([2, 3, 4], 1)).collect(); // [2, 3]
   */
  intersection(other: RDD<T>, numPartitions?: number): RDD<T> {
    const parents = [this.#asKeys('intersection', this.#node), this.#asKeys('intersection', this.#sameContext('intersection', other))];
    return this.#cogroup('intersection', { parents, numPartitions, how: 'intersect' }).#data('intersection', { kind: 'keys' });
  }

  /**
   * The records that the other RDD does not have, duplicates too; equal by value as keys are.
   *
   * Records must be possible keys (`Key`). Shuffles both sides; what is left loses its partitioner.
   * @param numPartitions default: as many as this RDD has.
   * @example
   * await lv.parallelize([1, 1, 2, 3], 1).subtract(lv.parallelize([3, 4], 1)).collect(); // [1, 1, 2]
   */
  subtract(other: RDD<T>, numPartitions?: number): RDD<T> {
    const parents = [this.#asKeys('subtract', this.#node), this.#asKeys('subtract', this.#sameContext('subtract', other))];
    return this.#cogroup('subtract', { parents, numPartitions, how: 'subtract' }).#data('subtract', { kind: 'keys' });
  }

  /**
   * All pairs of a record of this RDD and one of the other; as many partitions as the product of both.
   *
   * A task holds one partition of the other RDD in memory.
   * @example
   * await lv.parallelize([1, 2], 1).cartesian(lv.parallelize(['a', 'b'], 1)).collect(); // [[1, 'a'], [1, 'b'], [2, 'a'], [2, 'b']]
   */
  cartesian<U>(other: RDD<U>): RDD<[T, U]> {
    return this.#derive({ kind: 'cartesian', parents: [this.#node, this.#sameContext('cartesian', other)] }, 'cartesian');
  }

  /**
   * Pairs of the i-th records of both RDDs.
   *
   * Both need as many partitions (`UNEQUAL_PARTITION_COUNTS`, when an action runs) and as many records in each (`UNEQUAL_PARTITIONS`).
   * @example
   * await lv.range(3).zip(lv.range(3).map((x) => x * x)).collect(); // [[0, 0], [1, 1], [2, 4]]
   */
  zip<U>(other: RDD<U>): RDD<[T, U]> {
    return this.#derive({ kind: 'zip', parents: [this.#node, this.#sameContext('zip', other)] }, 'zip');
  }

  /**
   * Applies a function to the iterators of the same partition of two to four RDDs; they need as many partitions, not as many records.
   *
   * @param preservesPartitioning the result's records are placed as this RDD's are. Default false.
   * @example
   * await lv.range(4, { numSlices: 2 }).zipPartitions(lv.parallelize(['a', 'b'], 2), (xs, names) => [[...names, ...xs].join('')]).collect(); // ['a01', 'b23']
   */
  zipPartitions<A, U extends Rec>(
    a: RDD<A>,
    f: (records: IteratorObject<T, undefined>, a: IteratorObject<A, undefined>) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    preservesPartitioning?: boolean,
  ): RDD<U>;
  zipPartitions<A, B, U extends Rec>(
    a: RDD<A>,
    b: RDD<B>,
    f: (
      records: IteratorObject<T, undefined>,
      a: IteratorObject<A, undefined>,
      b: IteratorObject<B, undefined>,
    ) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    preservesPartitioning?: boolean,
  ): RDD<U>;
  zipPartitions<A, B, C, U extends Rec>(
    a: RDD<A>,
    b: RDD<B>,
    c: RDD<C>,
    f: (
      records: IteratorObject<T, undefined>,
      a: IteratorObject<A, undefined>,
      b: IteratorObject<B, undefined>,
      c: IteratorObject<C, undefined>,
    ) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    preservesPartitioning?: boolean,
  ): RDD<U>;
  zipPartitions<U>(...args: readonly unknown[]): RDD<U> {
    const at = args.findIndex((arg) => typeof arg === 'function');
    const others = args.slice(0, at < 0 ? undefined : at);
    const parents = [this.#node, ...others.map((other) => this.#sameContext('zipPartitions', other))];
    checkFunction('zipPartitions', args[at]);
    const callSite = callSiteOf();
    const fn = this.#app.ship('rdd.zipPartitions', args[at], callSite);
    const shape: LineageShape = { kind: 'zipPartitions', parents, fn, keepsPartitioner: args[at + 1] === true };
    return new RDD<U>(this.#app, this.#app.node(shape, 'zipPartitions', callSite));
  }

  /**
   * Pairs of each record and its number in the whole RDD, counted from 0 in partition order.
   *
   * With more than one partition a stage counts their records first.
   * @example
   * await lv.parallelize(['a', 'b', 'c'], 3).zipWithIndex().collect(); // [['a', 0], ['b', 1], ['c', 2]]
   */
  zipWithIndex(): RDD<[T, number]> {
    return this.#derive({ kind: 'numbered', parent: this.#node, by: 'index' }, 'zipWithIndex');
  }

  /**
   * Pairs of each record and a number of its own: record i of partition k out of n gets `i · n + k`. Nothing is counted, so numbers have gaps.
   *
   * @example
   * await lv.parallelize(['a', 'b', 'c', 'd', 'e'], 3).zipWithUniqueId().collect(); // [['a', 0], ['b', 1], ['c', 4], ['d', 2], ['e', 5]]
   */
  zipWithUniqueId(): RDD<[T, number]> {
    return this.#derive({ kind: 'numbered', parent: this.#node, by: 'uniqueId' }, 'zipWithUniqueId');
  }

  /**
   * A random part of the records. The size is expected, not exact.
   *
   * @param withReplacement false: each record with probability `fraction`, from 0 to 1; true: each as often as a Poisson number with mean `fraction` says.
   * @param seed the same seed over the same partitions takes the same. Default: from the application's id and how many seeds it gave before.
   * @example
   * await lv.range(100).sample(false, 1).count(); // 100
   */
  sample(withReplacement: boolean, fraction: number, seed?: number): RDD<T> {
    checkFraction('sample', fraction, withReplacement);
    return this.#data('sample', { kind: 'sample', withReplacement, fraction, seed: this.#seed('sample', seed) }, true);
  }

  /**
   * Parts of about the sizes that the weights say; each record is in exactly one of them.
   *
   * Each part computes this RDD again: its records and their order must be the same each time.
   * @param weights numbers from 0, at least one above; they need not add up to 1.
   * @param seed as for `sample`.
   * @example
   * const [most, few] = lv.range(100).randomSplit([3, 1], 17);
   * (await most!.count()) + (await few!.count()); // 100
   */
  randomSplit(weights: readonly number[], seed?: number): RDD<T>[] {
    const borders = checkWeights('randomSplit', weights);
    const same = this.#seed('randomSplit', seed);
    return weights.map((_, i) => {
      const [lower, upper] = [borders[i] as number, borders[i + 1] as number];
      return this.#data<T>('randomSplit', { kind: 'sampleRange', lower, upper, seed: same }, true);
    });
  }

  /**
   * The lines that a command prints when each partition's records are written to it as lines; one process for each partition, also for an empty one.
   *
   * Records are written as `saveAsTextFile` does. A string is split at spaces outside of quotes; no shell runs. On executors of a cluster the command
   * must be there. Ends with `PIPE_FAILED` when the command cannot be started, or its exit code is not 0 and `checkCode` is not false.
   * @param options `env`: variables beside the executor's own. `checkCode`: default true, as in Scala.
   * @example
   * await lv.parallelize(['b', 'a'], 1).pipe('sort').collect(); // ['a', 'b']
   */
  pipe(command: string | readonly string[], options: PipeOptions = {}): RDD<string> {
    const words = checkCommand('pipe', command);
    return this.#data('pipe', { kind: 'pipe', command: words, env: { ...options.env }, checkCode: options.checkCode ?? true });
  }

  /**
   * The keys of pairs, duplicates too.
   *
   * @example
   * await lv.parallelize([['a', 1], ['b', 2], ['a', 3]]).keys().collect(); // ['a', 'b', 'a']
   */
  keys<K, V>(this: RDD<readonly [K, V]>): RDD<K> {
    return this.#data('keys', { kind: 'keys' });
  }

  /**
   * The values of pairs.
   *
   * @example
   * await lv.parallelize([['a', 1], ['b', 2]]).values().collect(); // [1, 2]
   */
  values<K, V>(this: RDD<readonly [K, V]>): RDD<V> {
    return this.#data('values', { kind: 'values' });
  }

  /**
   * Applies a function that gives any number of values to the value of every pair, each with the pair's key; keys and partitions stay.
   *
   * @example
   * await lv.parallelize([['a', 'x y'], ['b', '']]).flatMapValues((s) => s.split(' ').filter(Boolean)).collect(); // [['a', 'x'], ['a', 'y']]
   */
  flatMapValues<K, V, U extends Rec>(
    this: RDD<readonly [K, V]>,
    f: (value: V) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    options: ConcurrencyOptions = {},
  ): RDD<[K, U]> {
    return this.#narrow('flatMapValues', f, { keepsPartitioner: true, ...options });
  }

  /**
   * Moves each pair to the partition that its key belongs to: by the key's hash, or where a function says. Nothing moves when it is so already.
   *
   * Operations by key that follow move nothing either, as long as the keys stay.
   * @param partitionFunc gives a whole number from 0 to `numPartitions` − 1 for a key; anything else fails with `BAD_PARTITION`.
   * @example
   * await lv.parallelize([[3, 'c'], [0, 'a'], [5, 'b']]).partitionBy(2, (n) => n % 2).keys().glom().collect(); // [[0], [3, 5]]
   */
  partitionBy<K, V>(this: RDD<readonly [K, V]>, numPartitions: number, partitionFunc?: (key: K) => number): RDD<[K, V]> {
    const callSite = callSiteOf();
    const partitioning = this.#partitioning('partitionBy', { numPartitions, partitionFunc }, callSite);
    const shape: LineageShape = { kind: 'shuffled', parent: this.#node, partitioning, aggregator: null, mapSideCombine: false, sort: null };
    return new RDD(this.#app, this.#app.node(shape, 'partitionBy', callSite));
  }

  /**
   * Merges the values of each key into something else: `createCombiner` begins with the first value, `mergeValue` takes in another one, and
   * `mergeCombiners` puts together what two partitions have. The base of all aggregations by key.
   *
   * @param numPartitions default: as for `reduceByKey`.
   * @example
   * await lv.parallelize([['a', 1], ['b', 1], ['a', 2]], 1).combineByKey((v) => [v], (c, v) => [...c, v], (a, b) => [...a, ...b]).collect(); // [['a', [1, 2]], ['b', [1]]]
   */
  combineByKey<K, V, C extends Rec>(
    this: RDD<readonly [K, V]>,
    createCombiner: (value: V) => C,
    mergeValue: (combiner: ListOrTuple<C>, value: V) => ListOrTuple<C>,
    mergeCombiners: (a: ListOrTuple<C>, b: ListOrTuple<C>) => ListOrTuple<C>,
    numPartitions?: number,
  ): RDD<[K, ListOrTuple<C>]> {
    for (const f of [createCombiner, mergeValue, mergeCombiners]) checkFunction('combineByKey', f);
    const ship = (f: unknown, callSite: CallSite | null): ShippedClosure => this.#app.ship('rdd.combineByKey', f, callSite);
    return this.#shuffle(
      'combineByKey',
      (callSite) => ({
        kind: 'combine',
        create: ship(createCombiner, callSite),
        mergeValue: ship(mergeValue, callSite),
        mergeCombiners: ship(mergeCombiners, callSite),
      }),
      numPartitions,
    );
  }

  /**
   * Folds the values of each key into a copy of `zero` with `seqFunc`, and merges what partitions have with `combFunc`.
   *
   * Each key of each partition of the input gets a copy of its own, once; the functions may change their first argument.
   * @param numPartitions default: as for `reduceByKey`.
   * @example
   * await lv.parallelize([['a', 3], ['b', 5], ['a', 4]], 1).aggregateByKey([0, 0], ([sum, n], v) => [sum + v, n + 1], ([s, n], [t, m]) => [s + t, n + m]).collect(); // [['a', [7, 2]], ['b', [5, 1]]]
   */
  aggregateByKey<K, V, U extends Zero>(
    this: RDD<readonly [K, V]>,
    zero: U,
    seqFunc: (result: NoInfer<U>, value: V) => NoInfer<U>,
    combFunc: (a: NoInfer<U>, b: NoInfer<U>) => NoInfer<U>,
    numPartitions?: number,
  ): RDD<[K, U]> {
    checkFunction('aggregateByKey', seqFunc);
    checkFunction('aggregateByKey', combFunc);
    return this.#shuffle(
      'aggregateByKey',
      (callSite) => ({
        kind: 'aggregate',
        zero: encodeConstant(zero),
        seq: this.#app.ship('rdd.aggregateByKey', seqFunc, callSite),
        comb: this.#app.ship('rdd.aggregateByKey', combFunc, callSite),
      }),
      numPartitions,
    );
  }

  /**
   * Merges the values of each key into `zero` with an associative function.
   *
   * A zero that is not neutral counts once for each key of each partition of the input. The function may change its first argument.
   * @param numPartitions default: as for `reduceByKey`.
   * @example
   * await lv.parallelize([['a', 1], ['b', 1], ['a', 1]], 1).foldByKey(0, (a, b) => a + b).collect(); // [['a', 2], ['b', 1]]
   */
  foldByKey<K, V>(
    this: RDD<readonly [K, V]>,
    zero: NoInfer<V>,
    f: (a: NoInfer<V>, b: NoInfer<V>) => NoInfer<V>,
    numPartitions?: number,
  ): RDD<[K, V]> {
    checkFunction('foldByKey', f);
    return this.#shuffle(
      'foldByKey',
      (callSite) => {
        const fn = this.#app.ship('rdd.foldByKey', f, callSite);
        return { kind: 'aggregate', zero: encodeConstant(zero), seq: fn, comb: fn };
      },
      numPartitions,
    );
  }

  /**
   * For each key of either RDD the values of both: empty arrays where a side has none.
   *
   * @param numPartitions default: as for `join`.
   * @example
   * await lv.parallelize([['a', 1], ['b', 4]], 1).cogroup(lv.parallelize([['a', 2]], 1)).collect(); // [['a', [[1], [2]]], ['b', [[4], []]]]
   */
  cogroup<K, V, W>(this: RDD<readonly [K, V]>, other: RDD<readonly [K, W]>, numPartitions?: number): RDD<[K, [V[], W[]]]> {
    return this.#cogroup('cogroup', { parents: [this.#node, this.#sameContext('cogroup', other)], numPartitions, how: 'group' });
  }

  /**
   * As `cogroup`, with any number of other RDDs.
   *
   * @example
   * const [a, b, c] = [lv.parallelize([['k', 1]], 1), lv.parallelize([['k', 'x']], 1), lv.parallelize([['k', true]], 1)];
   * await a.groupWith(b, c).collect(); // [['k', [[1], ['x'], [true]]]]
   */
  groupWith<K, V, W extends readonly unknown[]>(
    this: RDD<readonly [K, V]>,
    ...others: { readonly [I in keyof W]: RDD<readonly [K, W[I]]> }
  ): RDD<[K, [V[], ...{ -readonly [I in keyof W]: W[I][] }]]> {
    const parents = [this.#node, ...others.map((other) => this.#sameContext('groupWith', other))];
    return this.#cogroup('groupWith', { parents, numPartitions: undefined, how: 'group' });
  }

  /**
   * As `join`; a key that the other RDD does not have gets null in its place.
   *
   * @param numPartitions default: as for `join`.
   * @example
   * await lv.parallelize([['a', 1], ['b', 4]], 1).leftOuterJoin(lv.parallelize([['a', 2]], 1)).collect(); // [['a', [1, 2]], ['b', [4, null]]]
   */
  leftOuterJoin<K, V, W>(this: RDD<readonly [K, V]>, other: RDD<readonly [K, W]>, numPartitions?: number): RDD<[K, [V, W | null]]> {
    return this.#outerJoin('leftOuterJoin', other, { numPartitions, outer: 'left' });
  }

  /**
   * As `join`; a key that this RDD does not have gets null in its place.
   *
   * @param numPartitions default: as for `join`.
   * @example
   * await lv.parallelize([['a', 2]], 1).rightOuterJoin(lv.parallelize([['a', 1], ['b', 4]], 1)).collect(); // [['a', [2, 1]], ['b', [null, 4]]]
   */
  rightOuterJoin<K, V, W>(this: RDD<readonly [K, V]>, other: RDD<readonly [K, W]>, numPartitions?: number): RDD<[K, [V | null, W]]> {
    return this.#outerJoin('rightOuterJoin', other, { numPartitions, outer: 'right' });
  }

  /**
   * As `join`; a key that one side does not have gets null in its place.
   *
   * @param numPartitions default: as for `join`.
   * @example
   * await lv.parallelize([['a', 1]], 1).fullOuterJoin(lv.parallelize([['c', 8]], 1)).collect(); // [['a', [1, null]], ['c', [null, 8]]]
   */
  fullOuterJoin<K, V, W>(this: RDD<readonly [K, V]>, other: RDD<readonly [K, W]>, numPartitions?: number): RDD<[K, [V | null, W | null]]> {
    return this.#outerJoin('fullOuterJoin', other, { numPartitions, outer: 'full' });
  }

  /**
   * The pairs whose key the other RDD does not have, duplicates too. A task holds its part of this RDD only.
   *
   * @param numPartitions default: this RDD stays where it is when it is partitioned by key, else as many as it has.
   * @example
   * await lv.parallelize([['a', 1], ['b', 4], ['b', 5]], 1).subtractByKey(lv.parallelize([['a', 3]], 1)).collect(); // [['b', 4], ['b', 5]]
   */
  subtractByKey<K, V>(this: RDD<readonly [K, V]>, other: RDD<readonly [K, unknown]>, numPartitions?: number): RDD<[K, V]> {
    const parents = [this.#node, this.#sameContext('subtractByKey', other)];
    return this.#cogroup('subtractByKey', { parents, numPartitions, how: 'subtract' });
  }

  /**
   * Sorts pairs by key, over all partitions: each is sorted, and so is their sequence. The order is that of `sortBy`.
   *
   * Pairs with equal keys stay in one partition. Needs the keys sampled, which is a stage of the same job.
   * @param options `keyFn`: sorts by what it gives for the key.
   * @example
   * await lv.parallelize([['b', 1], ['a', 2], ['c', 3]]).sortByKey({ ascending: false }).keys().collect(); // ['c', 'b', 'a']
   */
  sortByKey<K, V>(this: RDD<readonly [K, V]>, options: SortByKeyOptions<K> = {}): RDD<[K, V]> {
    const { keyFn, ascending = true, numPartitions } = options;
    if (keyFn === undefined) return this.#sorted('sortByKey', ascending, numPartitions);
    const keyed: RDD<unknown> = this.#narrow('sortByKey', keyFn, { keepsPartitioner: false }, 'keyByKey');
    return keyed.#sorted<unknown>('sortByKey', ascending, numPartitions).#data('sortByKey', { kind: 'values' });
  }

  /**
   * Moves pairs to the partitions of their keys, as `partitionBy` does, and sorts each partition by key; cheaper than sorting afterwards.
   *
   * @param options `partitionFunc` needs `numPartitions`; `keyFn`: sorts by what it gives for the key.
   * @example
   * await lv.parallelize([[3, 'c'], [0, 'a'], [2, 'b'], [1, 'd']]).repartitionAndSortWithinPartitions({ numPartitions: 2, partitionFunc: (n) => n % 2 }).keys().glom().collect(); // [[0, 2], [1, 3]]
   */
  repartitionAndSortWithinPartitions<K, V>(this: RDD<readonly [K, V]>, options: RepartitionAndSortOptions<K> = {}): RDD<[K, V]> {
    const operation = 'repartitionAndSortWithinPartitions';
    const callSite = callSiteOf();
    const partitioning = this.#partitioning(operation, options, callSite);
    const { keyFn, ascending = true } = options;
    if (keyFn !== undefined) checkFunction(operation, keyFn);
    const shape: LineageShape = {
      kind: 'shuffled',
      parent: this.#node,
      partitioning,
      aggregator: null,
      mapSideCombine: false,
      sort: ascending ? 'ascending' : 'descending',
      ...(keyFn === undefined ? {} : { sortKey: this.#app.ship(`rdd.${operation}`, keyFn, callSite) }),
    };
    return new RDD(this.#app, this.#app.node(shape, operation, callSite));
  }

  /**
   * The pairs whose key lies between two keys, both included, in the order of `sortByKey`. Of a sorted RDD only the partitions are computed that
   * may hold such keys, and the result has no others; keys are sampled when an action, or `getNumPartitions`, asks.
   *
   * @example
   * await lv.parallelize([[5, 'e'], [2, 'b'], [9, 'i']]).filterByRange(2, 5).keys().collect(); // [5, 2]
   */
  filterByRange<K extends Key, V>(this: RDD<readonly [K, V]>, lower: NoInfer<K>, upper: NoInfer<K>): RDD<[K, V]> {
    checkKey(lower);
    checkKey(upper);
    return this.#inRange('filterByRange', encodeConstant(lower), encodeConstant(upper));
  }

  /**
   * A random part of the pairs, with a fraction for each key. The size is expected, not exact.
   *
   * @param fractions by key, as pairs, a map, or an object for keys that are strings; as for `sample`. A key that has none fails with `NO_FRACTION`.
   * @param seed as for `sample`.
   * @example
   * await lv.parallelize([['a', 1], ['b', 2], ['a', 3]]).sampleByKey(false, { a: 1, b: 0 }).collect(); // [['a', 1], ['a', 3]]
   */
  sampleByKey<K, V>(this: RDD<readonly [K, V]>, withReplacement: boolean, fractions: Fractions<NoInfer<K>>, seed?: number): RDD<[K, V]> {
    const pairs = encodeConstant(checkFractions('sampleByKey', fractions, withReplacement));
    return this.#data(
      'sampleByKey',
      { kind: 'sampleByKey', withReplacement, fractions: pairs, seed: this.#seed('sampleByKey', seed) },
      true,
    );
  }

  /**
   * A random part of the pairs with exactly `ceil(fraction · count)` of each key; otherwise as `sampleByKey`.
   *
   * A stage counts the pairs of each key before, so the input is computed twice and must give the same pairs both times.
   * @param fractions as for `sampleByKey`.
   * @param seed as for `sample`.
   * @example
   * (await lv.range(100).keyBy((x) => x % 2).sampleByKeyExact(false, [[0, 0.5], [1, 0.1]]).countByKey()).get(1); // 5
   */
  sampleByKeyExact<K, V>(
    this: RDD<readonly [K, V]>,
    withReplacement: boolean,
    fractions: Fractions<NoInfer<K>>,
    seed?: number,
  ): RDD<[K, V]> {
    const name = 'sampleByKeyExact';
    const pairs = encodeConstant(checkFractions(name, fractions, withReplacement));
    const draw = { withReplacement, seed: this.#seed(name, seed) };
    const counted = this.#data(name, { kind: 'countStrata', fractions: pairs });
    const numbered = counted.#derive({ kind: 'numbered', parent: counted.#node, by: 'uniqueId' }, name);
    const quotas = numbered
      .#roundRobin(name, 1)
      .#data(name, { kind: 'splitStrata', ...draw })
      .#roundRobin(name, 1);
    return this.#derive({ kind: 'drawn', parents: [this.#node, quotas.#node], ...draw }, name);
  }

  /**
   * Merges the values of each key with an associative function into a map on the driver; nothing is shuffled.
   *
   * @example
   * (await lv.parallelize([['a', 1], ['b', 1], ['a', 1]]).reduceByKeyLocally((a, b) => a + b)).get('a'); // 2
   */
  reduceByKeyLocally<K, V>(
    this: RDD<readonly [K, V]>,
    f: (a: NoInfer<V>, b: NoInfer<V>) => NoInfer<V>,
    options: ActionOptions = {},
  ): Promise<KeyMap<K, V>> {
    checkFunction('reduceByKeyLocally', f);
    const callSite = callSiteOf();
    const aggregator: LineageAggregator = { kind: 'reduce', fn: this.#app.ship('rdd.reduceByKeyLocally', f, callSite) };
    return mergeByKey<K, V>(this.#combined('reduceByKeyLocally', aggregator, options), this.#app, f);
  }

  /**
   * How many pairs each key has, in a map on the driver, looked up by value.
   *
   * @example
   * (await lv.parallelize([['a', 1], ['b', 1], ['a', 1]]).countByKey()).get('a'); // 2
   */
  countByKey<K, V>(this: RDD<readonly [K, V]>, options: ActionOptions = {}): Promise<KeyMap<K, number>> {
    return mergeByKey<K, number>(this.#combined('countByKey', { kind: 'count' }, options), this.#app, (a, b) => a + b);
  }

  /**
   * About how many pairs each key has, with bounds, from the partitions that are counted after `timeoutMs`; exact when all are.
   *
   * A key that was in none of them is missing. When the time is over, what still runs is cancelled.
   * @param timeoutMs milliseconds.
   * @param confidence from 0 to 1: of the bounds. Default 0.95.
   * @example
   * (await lv.parallelize([['a', 1], ['b', 1], ['a', 1]]).countByKeyApprox(60_000)).get('a'); // { mean: 2, confidence: 1, low: 2, high: 2 }
   */
  countByKeyApprox<K, V>(
    this: RDD<readonly [K, V]>,
    timeoutMs: number,
    confidence = 0.95,
    options: ActionOptions = {},
  ): Promise<KeyMap<K, BoundedNumber>> {
    checkTimeout('countByKeyApprox', timeoutMs);
    checkConfidence('countByKeyApprox', confidence);
    const request = this.#combined('countByKeyApprox', { kind: 'count' }, options);
    return approximateCounts<K>(request, this.#app, { timeoutMs, confidence });
  }

  /**
   * About how many different values each key has (HyperLogLog). Values must be possible keys (`Key`).
   *
   * @param relativeSD relative standard error, from 0.0003; each key takes `(1.054 / relativeSD)²` bytes. Default 0.05.
   * @param numPartitions default: as for `reduceByKey`.
   * @example
   * await lv.parallelize([['a', 1], ['b', 1], ['a', 2], ['a', 1]], 1).countApproxDistinctByKey().collect(); // [['a', 2], ['b', 1]]
   */
  countApproxDistinctByKey<K, V>(this: RDD<readonly [K, V]>, relativeSD = 0.05, numPartitions?: number): RDD<[K, number]> {
    const precision = checkKeyPrecision('countApproxDistinctByKey', relativeSD);
    const sketches: RDD<unknown> = this.#shuffle('countApproxDistinctByKey', { kind: 'sketch', precision }, numPartitions);
    return sketches.#data('countApproxDistinctByKey', { kind: 'estimateValues' }, true);
  }

  /**
   * All values of one key, in the order of the input. Runs one partition only when pairs are placed by `partitionBy`, a sort or an operation by key.
   *
   * @example
   * await lv.parallelize([['a', 1], ['b', 2], ['a', 3]]).lookup('a'); // [1, 3]
   */
  async lookup<K extends Key, V>(this: RDD<readonly [K, V]>, key: NoInfer<K>, options: ActionOptions = {}): Promise<V[]> {
    checkKey(key);
    const constant = encodeConstant(key);
    const values: RDD<V> = this.#inRange<unknown>('lookup', constant, constant).#data('lookup', { kind: 'values' });
    return await values.#action(
      'lookup',
      { kind: 'collect' },
      options,
      async (stage) => (await stage.run(allPartitions(stage))).flat() as V[],
    );
  }

  /** A number of its own in the application, in order of creation. */
  id(): number {
    return this.#node.id;
  }

  /**
   * Keeps the partitions of this RDD when an action computes them, so that later actions read them; the RDD itself comes back.
   *
   * A partition that does not fit, or whose worker is gone, is computed again: the answers are the same. Another level than before is refused
   * (`STORAGE_LEVEL_SET`): call `unpersist` first. Records that are kept as objects (`deserialized`) are the ones that functions are given, so
   * these must not change them.
   * @param level default `StorageLevel.MEMORY_ONLY`.
   * @example
   * const words = lv.parallelize(['a', 'b', 'a']).persist(StorageLevel.MEMORY_AND_DISK);
   * await words.count(); // 3
   */
  persist(level: StorageLevel = StorageLevel.MEMORY_ONLY): this {
    this.#app.persist(this.#node, checkLevel('persist', level));
    return this;
  }

  /**
   * As `persist` with `StorageLevel.MEMORY_ONLY`.
   *
   * @example
   * const squares = lv.range(4).map((x) => x * x).cache();
   * await squares.collect(); // [0, 1, 4, 9]
   */
  cache(): this {
    return this.persist();
  }

  /**
   * Drops what is kept of this RDD, which is computed again whenever it is asked for; nothing happens when it is not persisted. Workers that
   * run a task drop it behind that.
   *
   * @example
   * lv.range(4).cache().unpersist().getStorageLevel() === StorageLevel.NONE; // true
   */
  unpersist(): this {
    this.#app.unpersist(this.#node);
    return this;
  }

  /**
   * The level that `persist` was given; `StorageLevel.NONE` when this RDD is not persisted.
   *
   * @example
   * lv.range(4).cache().getStorageLevel().useMemory; // true
   */
  getStorageLevel(): StorageLevel {
    return this.#app.persistedAt(this.#node) ?? StorageLevel.NONE;
  }

  /**
   * Asks for memory: tasks of the stages that compute this RDD begin in executors that have at least so much; the RDD itself comes back.
   *
   * For work of which it is known that the smallest size is too little; without it a task that runs out of memory is run again with the next size. RDDs
   * of the same stage share its tasks, and the most that one of them asks for holds; what is behind a shuffle asks for itself. Call it before the first
   * action on the RDD. It changes no answer. When no executor has so much the action fails with `INVALID_ARGUMENT`. In `local-cluster` all
   * executors have one size, so that there is nothing to choose; in `local[n]` threads share one process, and any number is taken.
   * @param resources `memoryMb`: memory of an executor in MB, a whole number from 1.
   * @example
   * const large = lv.range(4).map((x) => x * x).withResources({ memoryMb: 256 });
   * await large.collect(); // [0, 1, 4, 9]
   */
  withResources(resources: ResourceProfile): this {
    setNodeMemoryMb(this.#node, checkMemoryMb('withResources', resources));
    return this;
  }

  /**
   * What the last `withResources` on this RDD was given; null without one.
   *
   * @example
   * lv.range(4).withResources({ memoryMb: 256 }).getResourceProfile(); // { memoryMb: 256 }
   */
  getResourceProfile(): ResourceProfile | null {
    const memoryMb = nodeMemoryMb(this.#node);
    return memoryMb === null ? null : { memoryMb };
  }

  /** The name that `setName` gave; null without one. */
  name(): string | null {
    return nodeName(this.#node);
  }

  /**
   * Gives this RDD a name, for `toDebugString`; the RDD itself comes back.
   *
   * @example
   * lv.range(3).setName('small').name(); // 'small'
   */
  setName(name: string): this {
    setNodeName(this.#node, checkName('setName', name));
    return this;
  }

  /**
   * The RDD and what it is made from, as a tree in Spark's layout: partitions in brackets, each shuffle in a block of its own; lists the input
   * files when it must.
   *
   * @example
   * (await lv.range(3, { numSlices: 2 }).toDebugString()).replace(/\[.*$/, ''); // '(2) range'
   */
  toDebugString(): Promise<string> {
    return this.#app.debugString(this.#node);
  }

  /**
   * All records, in partition order. They must fit into the driver: more than `maxResultBytes` encoded bytes fail with `RESULT_TOO_LARGE`.
   *
   * @example
   * await lv.range(3).collect(); // [0, 1, 2]
   */
  collect(options: ActionOptions = {}): Promise<T[]> {
    return this.#action('collect', { kind: 'collect' }, options, async (stage) => (await stage.run(allPartitions(stage))).flat() as T[]);
  }

  /**
   * How many records there are.
   *
   * @example
   * await lv.range(1_000_000).count(); // 1000000
   */
  count(options: ActionOptions = {}): Promise<number> {
    return this.#action('count', { kind: 'count' }, options, async (stage) => {
      let sum = 0;
      for (const [n] of await stage.run(allPartitions(stage))) sum += n as number;
      return sum;
    });
  }

  /**
   * The first `n` records in partition order. Runs one partition first and more only while records are missing.
   *
   * @example
   * await lv.range(1_000_000).take(3); // [0, 1, 2]
   */
  take(n: number, options: ActionOptions = {}): Promise<T[]> {
    checkCount('take', 'n', n);
    return this.#action('take', { kind: 'take', n }, options, (stage) => takeRecords<T>(stage, n));
  }

  /**
   * The first record. An empty RDD fails with `EMPTY_RDD`.
   *
   * @example
   * await lv.parallelize(['x', 'y']).first(); // 'x'
   */
  first(options: ActionOptions = {}): Promise<T> {
    return this.#action('first', { kind: 'take', n: 1 }, options, (stage) => firstRecord<T>(stage));
  }

  /**
   * The `n` smallest records in order, by a key when one is given; equal ones in the order of the input.
   *
   * @example
   * await lv.parallelize([5, 1, 4, 2]).takeOrdered(2, (x) => -x); // [5, 4]
   */
  takeOrdered(n: number, key?: (record: T) => Key, options: ActionOptions = {}): Promise<T[]> {
    checkCount('takeOrdered', 'n', n);
    const callSite = callSiteOf();
    if (key !== undefined) checkFunction('takeOrdered', key);
    const shipped = key === undefined ? null : this.#app.ship('rdd.takeOrdered', key, callSite);
    return this.#action('takeOrdered', { kind: 'takeOrdered', n, key: shipped }, options, async (stage) =>
      mergeOrdered<T>(n === 0 ? [] : await stage.run(allPartitions(stage)), n, { key, descending: false }),
    );
  }

  /**
   * Merges all records with an associative function: within partitions first, then their results in partition order.
   *
   * An empty RDD fails with `EMPTY_RDD`.
   * @example
   * await lv.range(1, 5).reduce((a, b) => a * b); // 24
   */
  reduce(f: (a: T, b: T) => T, options: ActionOptions = {}): Promise<T> {
    checkFunction('reduce', f);
    const fn = this.#app.ship('rdd.reduce', f, callSiteOf());
    return this.#action('reduce', { kind: 'reduce', fn }, options, async (stage) =>
      mergeReduced<T>(await stage.run(allPartitions(stage)), f),
    );
  }

  /**
   * Calls a function for every record on the executors, for its side effects; nothing comes back.
   *
   * A task that fails half-way runs again: make the effect safe to repeat.
   * @example
   * await lv.range(3).foreach((x) => console.log('seen', x)); // undefined
   */
  foreach(f: (record: T) => unknown, options: ActionOptions & ConcurrencyOptions = {}): Promise<void> {
    const fn = this.#app.ship('rdd.foreach', f, callSiteOf());
    const concurrency = checkConcurrency('foreach', options.concurrency);
    return this.#action('foreach', { kind: 'foreach', fn, ...concurrency }, options, async (stage) => {
      await stage.run(allPartitions(stage));
    });
  }

  /**
   * The `n` largest records, largest first, by a key when one is given; equal ones in the order of the input.
   *
   * @example
   * await lv.parallelize([10, 4, 2, 12, 3], 2).top(3); // [12, 10, 4]
   */
  top(n: number, key?: (record: T) => Key, options: ActionOptions = {}): Promise<T[]> {
    checkCount('top', 'n', n);
    const callSite = callSiteOf();
    if (key !== undefined) checkFunction('top', key);
    const shipped = key === undefined ? null : this.#app.ship('rdd.top', key, callSite);
    return this.#action('top', { kind: 'takeOrdered', n, key: shipped, descending: true }, options, async (stage) =>
      mergeOrdered<T>(n === 0 ? [] : await stage.run(allPartitions(stage)), n, { key, descending: true }),
    );
  }

  /**
   * The largest record, by a key when one is given; the first of equal ones. An empty RDD fails with `EMPTY_RDD`.
   *
   * Order is that of `sortBy`: NaN is above all numbers.
   * @example
   * await lv.parallelize([5, 43, 10]).max((x) => String(x)); // 5
   */
  max(key?: (record: T) => Key, options: ActionOptions = {}): Promise<T> {
    return this.#extreme('max', key, options);
  }

  /**
   * The smallest record, by a key when one is given; the first of equal ones. An empty RDD fails with `EMPTY_RDD`.
   *
   * @example
   * await lv.parallelize([5, 43, 10]).min(); // 5
   */
  min(key?: (record: T) => Key, options: ActionOptions = {}): Promise<T> {
    return this.#extreme('min', key, options);
  }

  /**
   * Merges all records into `zero` with an associative function: each partition into a copy of it, then their results into one more copy.
   *
   * A zero that is not neutral counts once for each partition and once more. `op` may change its first argument.
   * @example
   * await lv.parallelize([1, 2, 3, 4, 5], 2).fold(0, (a, b) => a + b); // 15
   */
  fold(zero: T, op: (a: T, b: T) => T, options: ActionOptions = {}): Promise<T> {
    checkFunction('fold', op);
    return this.#fold('fold', { zero, fn: this.#app.ship('rdd.fold', op, callSiteOf()), merge: op as Merge }, options);
  }

  /**
   * Folds the records of each partition into a copy of `zero` with `seqOp`, then merges the results into one more copy with `combOp`.
   *
   * The result may be of another type than the records. Both functions may change their first argument.
   * @example
   * await lv.range(1, 5).aggregate([0, 0], ([sum, n], x) => [sum + x, n + 1], ([s, n], [t, m]) => [s + t, n + m]); // [10, 4]
   */
  aggregate<U extends Zero>(
    zero: U,
    seqOp: (result: NoInfer<U>, record: T) => NoInfer<U>,
    combOp: (a: NoInfer<U>, b: NoInfer<U>) => NoInfer<U>,
    options?: ActionOptions,
  ): Promise<U>;
  aggregate<U>(zero: U, seqOp: (result: U, record: T) => U, combOp: (a: U, b: U) => U, options?: ActionOptions): Promise<U>;
  aggregate<U>(zero: U, seqOp: (result: U, record: T) => U, combOp: (a: U, b: U) => U, options: ActionOptions = {}): Promise<U> {
    checkFunction('aggregate', seqOp);
    checkFunction('aggregate', combOp);
    return this.#fold('aggregate', { zero, fn: this.#app.ship('rdd.aggregate', seqOp, callSiteOf()), merge: combOp as Merge }, options);
  }

  /**
   * As `reduce`, with the results of partitions merged by tasks first, in `depth` levels: for many partitions with large results.
   *
   * An empty RDD fails with `EMPTY_RDD`.
   * @param depth whole number from 1. Default 2.
   * @example
   * await lv.range(1, 101, { numSlices: 20 }).treeReduce((a, b) => a + b); // 5050
   */
  treeReduce(f: (a: T, b: T) => T, depth = 2, options: ActionOptions = {}): Promise<T> {
    checkFunction('treeReduce', f);
    checkDepth('treeReduce', depth);
    const callSite = callSiteOf();
    const fn = this.#app.ship('rdd.treeReduce', f, callSite);
    return this.#tree('treeReduce', { zero: null, fold: fn, merge: fn, depth, callSite }, options, (parts) => {
      if (parts.length === 0) throw emptyRdd('treeReduce');
      return mergeParts('treeReduce', f as Merge, parts) as T;
    });
  }

  /**
   * As `aggregate`, with the results of partitions merged by tasks first, in `depth` levels. `zero` counts once for each partition.
   *
   * @param depth whole number from 1. Default 2.
   * @example
   * await lv.range(1, 101, { numSlices: 20 }).treeAggregate(0, (sum, x) => sum + x, (a, b) => a + b); // 5050
   */
  treeAggregate<U extends Zero>(
    zero: U,
    seqOp: (result: NoInfer<U>, record: T) => NoInfer<U>,
    combOp: (a: NoInfer<U>, b: NoInfer<U>) => NoInfer<U>,
    depth?: number,
    options?: ActionOptions,
  ): Promise<U>;
  treeAggregate<U>(
    zero: U,
    seqOp: (result: U, record: T) => U,
    combOp: (a: U, b: U) => U,
    depth?: number,
    options?: ActionOptions,
  ): Promise<U>;
  treeAggregate<U>(
    zero: U,
    seqOp: (result: U, record: T) => U,
    combOp: (a: U, b: U) => U,
    depth = 2,
    options: ActionOptions = {},
  ): Promise<U> {
    checkFunction('treeAggregate', seqOp);
    checkFunction('treeAggregate', combOp);
    checkDepth('treeAggregate', depth);
    const callSite = callSiteOf();
    const constant = encodeConstant(zero);
    const fold = this.#app.ship('rdd.treeAggregate', seqOp, callSite);
    const merge = this.#app.ship('rdd.treeAggregate', combOp, callSite);
    return this.#tree('treeAggregate', { zero: constant, fold, merge, depth, callSite }, options, (parts) =>
      parts.length === 0 ? (decodeConstant(constant) as U) : (mergeParts('treeAggregate', combOp as Merge, parts) as U),
    );
  }

  /**
   * How often each record is there, in a map by value. Records must be possible keys (`Key`).
   *
   * @example
   * (await lv.parallelize(['a', 'b', 'a'], 2).countByValue()).get('a'); // 2
   */
  countByValue(options: ActionOptions = {}): Promise<KeyMap<T, number>> {
    return countByValue<T>(this.#request('countByValue', { kind: 'countValues' }, options), this.#app);
  }

  /**
   * About how often each record is there, with bounds, from the partitions that are counted after `timeoutMs`; exact when all are.
   *
   * A record that was in none of them is missing. When the time is over, what still runs is cancelled.
   * @param timeoutMs milliseconds.
   * @param confidence from 0 to 1: of the bounds. Default 0.95.
   * @example
   * (await lv.parallelize(['a', 'b', 'a'], 2).countByValueApprox(60_000)).get('a'); // { mean: 2, confidence: 1, low: 2, high: 2 }
   */
  countByValueApprox(timeoutMs: number, confidence = 0.95, options: ActionOptions = {}): Promise<KeyMap<T, BoundedNumber>> {
    checkTimeout('countByValueApprox', timeoutMs);
    checkConfidence('countByValueApprox', confidence);
    return approximateCounts<T>(this.#request('countByValueApprox', { kind: 'countValues' }, options), this.#app, {
      timeoutMs,
      confidence,
    });
  }

  /**
   * About how many different records there are (HyperLogLog). Records must be possible keys (`Key`).
   *
   * @param relativeSD relative standard error, above 0.000017; a smaller one takes more memory: `(1.054 / relativeSD)²` bytes. Default 0.05.
   * @example
   * await lv.range(1000).map((x) => x % 3).countApproxDistinct(); // 3
   */
  countApproxDistinct(relativeSD = 0.05, options: ActionOptions = {}): Promise<number> {
    const precision = checkPrecision('countApproxDistinct', relativeSD);
    return this.#action('countApproxDistinct', { kind: 'distinctSketch', precision }, options, async (stage) =>
      estimateDistinct(await stage.run(allPartitions(stage)), precision),
    );
  }

  /**
   * About how many records there are, from the partitions that are counted after `timeoutMs`; the exact number when all are.
   *
   * When the time is over, what still runs is cancelled.
   * @param timeoutMs milliseconds.
   * @param confidence from 0 to 1. Default 0.95.
   * @example
   * await lv.range(1000).countApprox(60_000); // 1000
   */
  countApprox(timeoutMs: number, confidence = 0.95, options: ActionOptions = {}): Promise<number> {
    checkTimeout('countApprox', timeoutMs);
    checkConfidence('countApprox', confidence);
    return this.#action('countApprox', { kind: 'count' }, options, async (stage) => {
      const counts = await stage.runFor(allPartitions(stage), timeoutMs);
      return Math.round(estimateSum({ parts: counts.map((part) => momentsOfCount(part)), confidence }).mean);
    });
  }

  /**
   * About the sum of the numbers, with bounds, from the partitions that are summed after `timeoutMs`; exact when all are.
   *
   * @param timeoutMs milliseconds.
   * @param confidence from 0 to 1: of the bounds. Default 0.95.
   * @example
   * await lv.range(1000).sumApprox(60_000); // { mean: 499500, confidence: 1, low: 499500, high: 499500 }
   */
  sumApprox(this: RDD<number>, timeoutMs: number, confidence = 0.95, options: ActionOptions = {}): Promise<BoundedNumber> {
    return this.#approximate('sumApprox', { timeoutMs, confidence, estimate: estimateSum }, options);
  }

  /**
   * About the mean of the numbers, with bounds, from the partitions that are known after `timeoutMs`; exact when all are.
   *
   * @param timeoutMs milliseconds.
   * @param confidence from 0 to 1: of the bounds. Default 0.95.
   * @example
   * (await lv.range(1000).meanApprox(60_000)).mean; // 499.5
   */
  meanApprox(this: RDD<number>, timeoutMs: number, confidence = 0.95, options: ActionOptions = {}): Promise<BoundedNumber> {
    return this.#approximate('meanApprox', { timeoutMs, confidence, estimate: estimateMean }, options);
  }

  /**
   * Count, sum, mean, variance, standard deviation, smallest and largest of the numbers, in one pass.
   *
   * A record that is no number fails with `NOT_A_NUMBER`. Of an empty RDD the mean is 0 and the variance NaN, as Spark's StatCounter has it.
   * @example
   * (await lv.parallelize([1, 2, 3]).stats()).sampleStdev; // 1
   */
  stats(this: RDD<number>, options: ActionOptions = {}): Promise<Statistics> {
    return this.#statistics('stats', options, (statistics) => statistics);
  }

  /**
   * The sum of the numbers; 0 when there are none.
   *
   * @example
   * await lv.parallelize([1, 2, 3]).sum(); // 6
   */
  sum(this: RDD<number>, options: ActionOptions = {}): Promise<number> {
    return this.#statistics('sum', options, ({ sum }) => sum);
  }

  /**
   * The mean of the numbers; 0 when there are none, as in Spark.
   *
   * @example
   * await lv.parallelize([1, 2, 3]).mean(); // 2
   */
  mean(this: RDD<number>, options: ActionOptions = {}): Promise<number> {
    return this.#statistics('mean', options, ({ mean }) => mean);
  }

  /**
   * The variance of the numbers as a population (divided by n); NaN when there are none.
   *
   * @example
   * await lv.parallelize([1, 2, 3, 4]).variance(); // 1.25
   */
  variance(this: RDD<number>, options: ActionOptions = {}): Promise<number> {
    return this.#statistics('variance', options, ({ variance }) => variance);
  }

  /**
   * The standard deviation of the numbers as a population; NaN when there are none.
   *
   * @example
   * await lv.parallelize([2, 4, 4, 4, 5, 5, 7, 9]).stdev(); // 2
   */
  stdev(this: RDD<number>, options: ActionOptions = {}): Promise<number> {
    return this.#statistics('stdev', options, ({ stdev }) => stdev);
  }

  /**
   * The variance of the numbers as a sample (divided by n − 1); NaN when there are fewer than two.
   *
   * @example
   * await lv.parallelize([1, 2, 3]).sampleVariance(); // 1
   */
  sampleVariance(this: RDD<number>, options: ActionOptions = {}): Promise<number> {
    return this.#statistics('sampleVariance', options, ({ sampleVariance }) => sampleVariance);
  }

  /**
   * The standard deviation of the numbers as a sample; NaN when there are fewer than two.
   *
   * @example
   * await lv.parallelize([1, 2, 3]).sampleStdev(); // 1
   */
  sampleStdev(this: RDD<number>, options: ActionOptions = {}): Promise<number> {
    return this.#statistics('sampleStdev', options, ({ sampleStdev }) => sampleStdev);
  }

  /**
   * How many records lie in each bucket: the bounds, and one count fewer than bounds.
   *
   * Buckets hold their lower bound, and the last one its upper bound too; what lies outside, null and NaN do not count. A number asks for so many
   * buckets of equal width between the smallest and the largest number (two jobs); an empty RDD fails with `EMPTY_RDD` then.
   * @param buckets a whole number from 1, or at least two bounds in ascending order.
   * @example
   * await lv.range(51).histogram(2); // [[0, 25, 50], [25, 26]]
   * @example
   * await lv.parallelize(['ab', 'ac', 'b', 'bd', 'ef']).histogram(['a', 'b', 'c']); // [['a', 'b', 'c'], [2, 2]]
   */
  histogram(this: RDD<number>, buckets: number, options?: ActionOptions): Promise<[buckets: number[], counts: number[]]>;
  histogram<K extends Key>(
    this: RDD<K>,
    buckets: readonly NoInfer<K>[],
    options?: ActionOptions,
  ): Promise<[buckets: K[], counts: number[]]>;
  histogram(buckets: number | readonly unknown[], options: ActionOptions = {}): Promise<[unknown[], number[]]> {
    const request = { name: 'histogram', node: this.#node, callSite: callSiteOf(), options };
    if (typeof buckets === 'number') return evenHistogram(request, this.#app, checkBuckets(buckets));
    checkBounds(buckets);
    return histogramOf(request, this.#app, buckets);
  }

  /**
   * Exactly `n` records, drawn at random, in random order: a job counts, a second one brings what was drawn.
   *
   * Without replacement, asking for more than there are gives all of them.
   * @param seed the same seed over the same partitions draws the same. Default: from the application's id and how many seeds it gave before.
   * @example
   * (await lv.range(100).takeSample(false, 10, 7)).length; // 10
   */
  takeSample(withReplacement: boolean, n: number, seed?: number, options: ActionOptions = {}): Promise<T[]> {
    checkCount('takeSample', 'n', n);
    checkAtMost('takeSample', 'n', n, MAX_SAMPLE);
    const request = { name: 'takeSample', node: this.#node, callSite: callSiteOf(), options };
    const sample = { withReplacement, n, seed: checkSeed('takeSample', seed) ?? this.#app.nextSeed() };
    return takeSample<T>(request, this.#app, sample);
  }

  /**
   * Whether there is no record; looks at no more partitions than it must.
   *
   * @example
   * await lv.parallelize([]).isEmpty(); // true
   */
  isEmpty(options: ActionOptions = {}): Promise<boolean> {
    return this.#action('isEmpty', { kind: 'take', n: 1 }, options, async (stage) => (await takeRecords<T>(stage, 1)).length === 0);
  }

  /**
   * Calls a function with the records of each partition on the executors, for its side effects; called once for each, also for an empty one.
   *
   * The function may be async, or a generator, which is run through. A task that fails half-way runs again: make the effect safe to repeat.
   * @example
   * await lv.range(6, { numSlices: 2 }).foreachPartition((records) => console.log('sum', records.reduce((a, b) => a + b, 0))); // undefined
   */
  foreachPartition(f: (records: IteratorObject<T, undefined> & AsyncIterable<T>) => unknown, options: ActionOptions = {}): Promise<void> {
    checkFunction('foreachPartition', f);
    const fn = this.#app.ship('rdd.foreachPartition', f, callSiteOf());
    return this.#action('foreachPartition', { kind: 'foreachPartition', fn }, options, async (stage) => {
      await stage.run(allPartitions(stage));
    });
  }

  /**
   * The pairs as a map on the driver, looked up by value; of several values of a key the last one stays.
   *
   * @example
   * const ages = await lv.parallelize([['ann', 42], ['bob', 7]]).collectAsMap();
   * ages.get('bob'); // 7
   */
  collectAsMap<K, V>(this: RDD<readonly [K, V]>, options: ActionOptions = {}): Promise<KeyMap<K, V>> {
    return collectAsMap<K, V>(this.#request('collectAsMap', { kind: 'collect' }, options), this.#app);
  }

  /**
   * Writes one text file for each partition into a new folder, one line for each record, then the manifest and `_SUCCESS`.
   *
   * Strings are written as they are, other records as `JSON` or their string form. A folder that is there already is refused before any task runs
   * (`OUTPUT_EXISTS`), unless `mode` says what to do with it. Levin's readers see all of the output or nothing; part files become visible to
   * others when all of them are written, `_SUCCESS` last.
   * @param options `mode`: `'overwrite'`, `'append'` or `'ignore'` where something is already. `codec`: `'gzip'` or `'zstd'` compresses each file; `textFile` reads them by their names' end (`.gz`, `.zst`).
   */
  saveAsTextFile(path: string, options: ActionOptions & SaveOptions & CodecOptions = {}): Promise<void> {
    return this.#save('saveAsTextFile', path, options, (target) => ({
      kind: 'saveAsTextFile',
      path: target,
      codec: checkCodec('saveAsTextFile', options.codec),
    }));
  }

  /**
   * Writes one file of JSON lines for each partition into a new folder; `lv.jsonFile` reads them. Otherwise as `saveAsTextFile`.
   *
   * Values as `JSON.stringify` has them: dates become strings, NaN null; bigints become strings, Map and Set arrays.
   * @param options `codec`: `'gzip'` or `'zstd'` compresses each file.
   */
  saveAsJsonFile(path: string, options: ActionOptions & SaveOptions & CodecOptions = {}): Promise<void> {
    return this.#save('saveAsJsonFile', path, options, (target) => ({
      kind: 'saveAsJsonFile',
      path: target,
      codec: checkCodec('saveAsJsonFile', options.codec),
    }));
  }

  /**
   * Writes one CSV file for each partition into a new folder; `lv.csvFile` reads them. Otherwise as `saveAsTextFile`.
   *
   * Records are arrays, or objects whose fields are written in the order of the partition's first one. All records of a partition have the same number of
   * fields, by the same names, else `RECORD_NOT_CSV`. Null and undefined become an empty field, the empty string `""`; other values their string form as
   * in a text file. Fields are quoted where they must be, quotes inside doubled, lines end with LF.
   * @param options `header` (default false): each file that has records begins with the names of the fields. `sep`: between fields, default `,`.
   */
  saveAsCsvFile(
    this: RDD<object>,
    path: string,
    options: ActionOptions & SaveOptions & CodecOptions & CsvWriteOptions = {},
  ): Promise<void> {
    return this.#save('saveAsCsvFile', path, options, (target) => ({
      kind: 'saveAsCsvFile',
      path: target,
      ...checkCsvOutput('saveAsCsvFile', options),
      codec: checkCodec('saveAsCsvFile', options.codec),
    }));
  }

  /**
   * Writes the records themselves into a new folder, in levin's own format, one file for each partition; `lv.objectFile` reads them.
   *
   * Everything that can be a record comes back as it was: dates, Maps, −0, instances of classes. Otherwise as `saveAsTextFile`.
   */
  saveAsObjectFile(path: string, options: ActionOptions & SaveOptions = {}): Promise<void> {
    return this.#save('saveAsObjectFile', path, options, (target) => ({ kind: 'saveAsObjectFile', path: target }));
  }

  /**
   * The records one after the other, in partition order; one partition at a time is in memory.
   *
   * Leaving the loop cancels what is left.
   * @example
   * for await (const x of lv.range(1_000_000).toLocalIterator()) if (x === 2) break;
   */
  toLocalIterator(options: ActionOptions = {}): AsyncIterableIterator<T> & AsyncDisposable {
    return this.#app.streamAction(this.#request('toLocalIterator', { kind: 'collect' }, options), (stage) => streamPartitions<T>(stage));
  }

  /**
   * How many partitions there are; lists the input files when it must.
   *
   * @example
   * await lv.range(10, { numSlices: 3 }).getNumPartitions(); // 3
   */
  getNumPartitions(): Promise<number> {
    return this.#app.numPartitions(this.#node);
  }

  #derive<U>(shape: LineageShape, operation: string): RDD<U> {
    return new RDD<U>(this.#app, this.#app.node(shape, operation, callSiteOf()));
  }

  #narrow<U>(
    operation: string,
    f: unknown,
    options: { readonly keepsPartitioner: boolean; readonly concurrency?: number; readonly barrier?: true },
    kind: Exclude<Extract<LineageOp, { readonly fn: unknown }>['kind'], 'foldPartition'> = operation as 'map',
  ): RDD<U> {
    checkFunction(operation, f);
    const callSite = callSiteOf();
    const fn = this.#app.ship(`rdd.${operation}`, f, callSite);
    const together = options.barrier === undefined ? {} : { barrier: options.barrier };
    const op: LineageOp = { kind, fn, ...checkConcurrency(operation, options.concurrency), ...together };
    const shape: LineageShape = { kind: 'narrow', parent: this.#node, op, keepsPartitioner: options.keepsPartitioner };
    return new RDD<U>(this.#app, this.#app.node(shape, operation, callSite));
  }

  #shuffle<U>(
    operation: string,
    aggregator: LineageAggregator | ((callSite: ReturnType<typeof callSiteOf>) => LineageAggregator),
    numPartitions: number | undefined,
  ): RDD<U> {
    const callSite = callSiteOf();
    const made = typeof aggregator === 'function' ? aggregator(callSite) : aggregator;
    const shape: LineageShape = {
      kind: 'shuffled',
      parent: this.#node,
      partitioning: { kind: 'hash', numPartitions: checkPartitions(operation, 'numPartitions', numPartitions) },
      aggregator: made,
      mapSideCombine: made.kind !== 'group',
      sort: null,
    };
    return new RDD<U>(this.#app, this.#app.node(shape, operation, callSite));
  }

  /** A step that has no function of the user. */
  #data<U>(operation: string, op: DataOp, keepsPartitioner = false): RDD<U> {
    return this.#derive({ kind: 'narrow', parent: this.#node, op, keepsPartitioner }, operation);
  }

  /** Pairs with keys between two constants, of the partitions that may hold some. */
  #inRange<U>(operation: string, lower: string, upper: string): RDD<U> {
    const pruned: RDD<unknown> = this.#derive({ kind: 'pruned', parent: this.#node, lower, upper }, operation);
    return pruned.#data(operation, { kind: 'keyInRange', lower, upper }, true);
  }

  #asKeys(operation: string, node: LineageNode): LineageNode {
    return this.#app.node({ kind: 'narrow', parent: node, op: { kind: 'asKey' }, keepsPartitioner: false }, operation, callSiteOf());
  }

  #cogroup<U>(
    operation: string,
    o: {
      readonly parents: readonly LineageNode[];
      readonly numPartitions: number | undefined;
      readonly how: 'group' | 'subtract' | 'intersect';
    },
  ): RDD<U> {
    const numPartitions = checkPartitions(operation, 'numPartitions', o.numPartitions);
    return this.#derive({ kind: 'cogroup', how: o.how, parents: o.parents, numPartitions }, operation);
  }

  #outerJoin<U>(
    operation: string,
    other: unknown,
    { numPartitions, outer }: { readonly numPartitions: number | undefined; readonly outer: 'left' | 'right' | 'full' },
  ): RDD<U> {
    const parents = [this.#node, this.#sameContext(operation, other)];
    return this.#cogroup(operation, { parents, numPartitions, how: 'group' }).#data(operation, { kind: 'crossValues', outer }, true);
  }

  #sorted<U>(operation: string, ascending: boolean, numPartitions: number | undefined): RDD<U> {
    return this.#derive(
      {
        kind: 'shuffled',
        parent: this.#node,
        partitioning: { kind: 'range', numPartitions: checkPartitions(operation, 'numPartitions', numPartitions), ascending },
        aggregator: null,
        mapSideCombine: false,
        sort: ascending ? 'ascending' : 'descending',
      },
      operation,
    );
  }

  #partitioning<K>(
    operation: string,
    o: { readonly numPartitions?: number | undefined; readonly partitionFunc?: ((key: K) => number) | undefined },
    callSite: CallSite | null,
  ): PartitioningRequest {
    const numPartitions = checkPartitions(operation, 'numPartitions', o.numPartitions);
    const { partitionFunc } = o;
    if (partitionFunc === undefined) return { kind: 'hash', numPartitions };
    checkFunction(operation, partitionFunc);
    if (numPartitions === null) throw missingPartitions(operation);
    const fn = this.#app.ship(`rdd.${operation}`, partitionFunc, callSite);
    return { kind: 'custom', numPartitions, fn, local: partitionFunc as (key: unknown) => unknown };
  }

  #combined(operation: string, aggregator: LineageAggregator, options: ActionOptions): ActionRequest {
    const combined = this.#derive({ kind: 'combined', parent: this.#node, aggregator }, operation);
    return combined.#request(operation, { kind: 'collect' }, options);
  }

  #seed(operation: string, seed: number | undefined): number {
    return checkSeed(operation, seed) ?? this.#app.nextSeed();
  }

  #roundRobin(operation: string, numPartitions: number): RDD<T> {
    return this.#derive(
      {
        kind: 'shuffled',
        parent: this.#node,
        partitioning: { kind: 'roundRobin', numPartitions },
        aggregator: null,
        mapSideCombine: false,
        sort: null,
      },
      operation,
    );
  }

  #request(name: string, sink: LineageSink, options: ActionOptions): ActionRequest {
    return { name, node: this.#node, sink, callSite: callSiteOf(), options };
  }

  #action<R>(name: string, sink: LineageSink, options: ActionOptions, body: Parameters<Application['runAction']>[1]): Promise<R> {
    return this.#app.runAction(this.#request(name, sink, options), body as never) as Promise<R>;
  }

  #extreme(name: 'max' | 'min', key: ((record: T) => Key) | undefined, options: ActionOptions): Promise<T> {
    const callSite = callSiteOf();
    if (key !== undefined) checkFunction(name, key);
    const shipped = key === undefined ? null : this.#app.ship(`rdd.${name}`, key, callSite);
    const descending = name === 'max';
    const sink: LineageSink = { kind: 'takeOrdered', n: 1, key: shipped, ...(descending ? { descending } : {}) };
    return this.#action(name, sink, options, async (stage) => {
      const found = mergeOrdered<T>(await stage.run(allPartitions(stage)), 1, { key, descending });
      if (found.length === 0) throw emptyRdd(name);
      return found[0] as T;
    });
  }

  #fold<U>(name: string, { zero, fn, merge }: { zero: U; fn: ShippedClosure; merge: Merge }, options: ActionOptions): Promise<U> {
    const constant = encodeConstant(zero);
    return this.#action(name, { kind: 'fold', zero: constant, fn }, options, async (stage) => {
      const parts = (await stage.run(allPartitions(stage))).flat(1);
      return mergeParts(name, merge, [decodeConstant(constant), ...parts]) as U;
    });
  }

  #save(name: string, path: string, options: ActionOptions & SaveOptions, sinkOf: (target: string) => LineageSink): Promise<void> {
    const target = this.#app.resolvePath(checkPath(name, path)).replace(/(?<=.)\/+$/, '');
    const output = { path: target, mode: checkSaveMode(name, options.mode) ?? this.#app.defaultSaveMode };
    return this.#app.saveAction({ ...this.#request(name, sinkOf(target), options), output });
  }

  #tree<R>(
    operation: string,
    tree: Omit<TreeRequest, 'operation' | 'node'>,
    options: ActionOptions,
    finish: (parts: readonly unknown[]) => R,
  ): Promise<R> {
    const sink: LineageSink = tree.zero === null ? { kind: 'reduce', fn: tree.fold } : { kind: 'fold', zero: tree.zero, fn: tree.fold };
    const request: ActionRequest = {
      name: operation,
      node: this.#node,
      sink,
      callSite: tree.callSite,
      options,
      parameters: [tree.depth, tree.merge.fingerprint],
      expand: (numPartitions) => reduceTree(this.#app, { ...tree, operation, node: this.#node }, numPartitions),
    };
    return this.#app.runAction(request, async (stage) => finish((await stage.run(allPartitions(stage))).flat(1)));
  }

  #statistics<R>(name: string, options: ActionOptions, pick: (statistics: Statistics) => R): Promise<R> {
    return this.#action(name, { kind: 'moments' }, options, async (stage) =>
      pick(statisticsOf(allMoments((await stage.run(allPartitions(stage))).flat(1) as Moments[]))),
    );
  }

  #approximate(
    name: string,
    { timeoutMs, confidence, estimate }: { timeoutMs: number; confidence: number; estimate: typeof estimateSum },
    options: ActionOptions,
  ): Promise<BoundedNumber> {
    checkTimeout(name, timeoutMs);
    checkConfidence(name, confidence);
    return this.#action(name, { kind: 'moments' }, options, async (stage) => {
      const parts = await stage.runFor(allPartitions(stage), timeoutMs);
      return estimate({ parts: parts.map((part) => (part === null ? null : (part[0] as Moments))), confidence });
    });
  }

  #sameContext(operation: string, other: unknown): LineageNode {
    if (typeof other === 'object' && other !== null && #node in other) {
      if (other.#app === this.#app) return other.#node;
      throw new LevinError({
        code: 'INVALID_ARGUMENT',
        fault: 'user',
        message: `${operation}: the other RDD belongs to another Context. Make both with the same one.`,
      });
    }
    throw new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message: `${operation}: expected an RDD, got ${typeof other}.` });
  }
}

function missingPartitions(operation: string): LevinError {
  return new LevinError({
    code: 'INVALID_ARGUMENT',
    fault: 'user',
    message: `${operation}: partitionFunc is given without numPartitions; say how many partitions it chooses from.`,
  });
}

type Merge = (a: unknown, b: unknown) => unknown;
