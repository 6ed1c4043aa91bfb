import { callSiteOf } from '../../engine/closures/runtime/call-site.ts';
import { declareDriverOnly } from '../../engine/closures/runtime/driver-only.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { KeyMap } from '../../engine/records/key-map.ts';
import { collectAsMap } from '../actions/collect-as-map.ts';
import { mergeReduced } from '../actions/reduce.ts';
import { firstRecord, takeRecords } from '../actions/take.ts';
import { mergeOrdered } from '../actions/take-ordered.ts';
import { streamPartitions } from '../actions/to-local-iterator.ts';
import type { ActionRequest, Application, LineageSink, ResultStage } from '../application/application.ts';
import type { LineageAggregator, LineageNode, LineageOp, LineageShape } from '../lineage/lineage-node.ts';
import { checkConcurrency, checkCount, checkFunction, checkPartitions, checkPath } from './arguments.ts';
import type { ActionOptions, ConcurrencyOptions, Key, MapOptions, Rec, SortOptions } from './types.ts';

let construct: <T>(app: Application, node: LineageNode) => RDD<T>;

/** Makes the RDD of a lineage node; the class has no public constructor. */
export function rddOf<T>(app: Application, node: LineageNode): RDD<T> {
  return construct<T>(app, node);
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
    const grouped: RDD<unknown> = this.#derive({ kind: 'cogroup', parents, numPartitions: n }, 'join');
    return grouped.#derive({ kind: 'narrow', parent: grouped.#node, op: { kind: 'crossValues' }, keepsPartitioner: true }, 'join');
  }

  /**
   * All records, in partition order. They must fit into the driver: more than `maxResultBytes` encoded bytes fail with `RESULT_TOO_LARGE`.
   *
   * @example
   * await lv.range(3).collect(); // [0, 1, 2]
   */
  collect(options: ActionOptions = {}): Promise<T[]> {
    return this.#action('collect', { kind: 'collect' }, options, async (stage) => (await stage.run(all(stage))).flat() as T[]);
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
      for (const [n] of await stage.run(all(stage))) sum += n as number;
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
      mergeOrdered<T>(n === 0 ? [] : await stage.run(all(stage)), n, key),
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
    const fn = this.#app.ship('rdd.reduce', f, callSiteOf());
    return this.#action('reduce', { kind: 'reduce', fn }, options, async (stage) => mergeReduced<T>(await stage.run(all(stage)), f));
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
      await stage.run(all(stage));
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
   * (`OUTPUT_EXISTS`). Levin's readers see all of the output or nothing.
   */
  saveAsTextFile(path: string, options: ActionOptions = {}): Promise<void> {
    const target = this.#app.resolvePath(checkPath('saveAsTextFile', path)).replace(/(?<=.)\/+$/, '');
    return this.#action('saveAsTextFile', { kind: 'saveAsTextFile', path: target }, options, async (stage) => {
      await this.#app.publishOutput(target, await stage.runFiles(all(stage)));
    });
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
    options: { readonly keepsPartitioner: boolean; readonly concurrency?: number },
    kind: Exclude<LineageOp['kind'], 'asKey' | 'keys' | 'values' | 'crossValues'> = operation as 'map',
  ): RDD<U> {
    checkFunction(operation, f);
    const callSite = callSiteOf();
    const fn = this.#app.ship(`rdd.${operation}`, f, callSite);
    const op: LineageOp = { kind, fn, ...checkConcurrency(operation, options.concurrency) };
    const shape: LineageShape = { kind: 'narrow', parent: this.#node, op, keepsPartitioner: options.keepsPartitioner };
    return new RDD<U>(this.#app, this.#app.node(shape, operation, callSite));
  }

  #shuffle<U>(
    operation: string,
    aggregator: LineageAggregator | ((callSite: ReturnType<typeof callSiteOf>) => LineageAggregator),
    numPartitions: number | undefined,
  ): RDD<U> {
    const callSite = callSiteOf();
    const shape: LineageShape = {
      kind: 'shuffled',
      parent: this.#node,
      partitioning: { kind: 'hash', numPartitions: checkPartitions(operation, 'numPartitions', numPartitions) },
      aggregator: typeof aggregator === 'function' ? aggregator(callSite) : aggregator,
      mapSideCombine: operation !== 'groupByKey',
      sort: null,
    };
    return new RDD<U>(this.#app, this.#app.node(shape, operation, callSite));
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

function all(stage: ResultStage): readonly number[] {
  return Array.from({ length: stage.numPartitions }, (_, partition) => partition);
}
