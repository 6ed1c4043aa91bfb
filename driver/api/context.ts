import { Accumulator, BigintAccumulator, type DriverAccumulator, NumberAccumulator } from '../../engine/closures/runtime/accumulator.ts';
import type { CustomFunctions } from '../../engine/closures/runtime/accumulator-algebra.ts';
import { callSiteOf } from '../../engine/closures/runtime/call-site.ts';
import { declareDriverOnly } from '../../engine/closures/runtime/driver-only.ts';
import { type Secret, secretOf } from '../../engine/closures/runtime/secret.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { Broadcast } from '../../engine/runtime/broadcast.ts';
import type { AccumulatorKind } from '../../engine/types/accumulator.ts';
import type { FileFormat } from '../../engine/types/file-format.ts';
import type { Application } from '../application/application.ts';
import type { CancelWhich } from '../application/job-control.ts';
import { propertyName } from '../application/job-properties.ts';
import { openApplication } from '../application/open-application.ts';
import type { StatusTracker } from '../application/status-tracker.ts';
import type { ConfigInput } from '../config/config-input.ts';
import type { EffectiveConf } from '../config/load-config.ts';
import { encodeSlices } from '../lineage/encode-slices.ts';
import { checkRecordLength } from './action-arguments.ts';
import { checkFinite, checkFunction, checkPartitions, checkPath } from './arguments.ts';
import { checkCsvFormat } from './csv-options.ts';
import { checkGroup, checkLocalProperties, checkReason, checkTag, type LocalProperties } from './local-properties.ts';
import { checkLogLevel } from './log-level.ts';
import { type RDD, rddOf, runJobOn, unionOf } from './rdd.ts';
import { checkTextOptions } from './text-options.ts';
import type {
  AccumulatorFunctions,
  ActionOptions,
  CsvReadOptions,
  NullableCsv,
  RangeOptions,
  Rec,
  StrictCsvMode,
  TextReadOptions,
} from './types.ts';

/** Settings of `Context.create`: any key of docs/configuration.md. Flags and environment variables win over them. */
export type ContextOptions = ConfigInput;

let construct: (app: Application) => Context;

/** The Context of an application that was opened in another way than by `Context.create()`. */
export function contextOf(app: Application): Context {
  return construct(app);
}

/**
 * Connection to where jobs run: the root of everything, SparkContext and SparkSession in one.
 *
 * One at a time in a process. A job that never calls `stop()` ends by itself, with its summary.
 * @example
 * import { Context } from 'levin';
 * await using lv = await Context.create();
 */
export class Context implements AsyncDisposable {
  readonly #app: Application;

  private constructor(app: Application) {
    this.#app = app;
  }

  static {
    construct = (app) => new Context(app);
    declareDriverOnly(Context, 'the Context exists only on the driver; it cannot be used inside a closure that runs on executors');
  }

  /**
   * Opens the application: reads the configuration and takes the lease; tasks run from the first action on.
   *
   * Fails with `CONTEXT_OPEN` while another Context is open, `UNKNOWN_CONFIG_KEY` and `INVALID_CONFIG` for wrong settings,
   * `NOT_ON_DRIVER` inside a task.
   */
  static async create(options: ContextOptions = {}): Promise<Context> {
    return new Context(await openApplication(options));
  }

  /** Identifies this run: `levin run --app ID` resumes it. */
  get applicationId(): string {
    return this.#app.id;
  }

  /** `appName` of the configuration; by default the job file's name. */
  get appName(): string {
    return this.#app.name;
  }

  /** Where tasks run, as given: `local[4]`. */
  get master(): string {
    return this.#app.master;
  }

  /** Partitions where nothing else says how many: the configuration's, else the number of task slots. */
  get defaultParallelism(): number {
    return this.#app.defaultParallelism;
  }

  /** Splits that files are cut into at least when nothing else is said: `min(defaultParallelism, 2)`. */
  get defaultMinPartitions(): number {
    return Math.min(this.#app.defaultParallelism, 2);
  }

  /** Version of levin. */
  get version(): string {
    return this.#app.version;
  }

  /** When the application began, in epoch milliseconds; the same ones for a driver that resumes it. */
  get startTime(): number {
    return this.#app.startTime;
  }

  /**
   * All settings by their names (docs/configuration.md), each with its value and where it comes from: `flag`, `journal` (of a resumed application), `environment`,
   * `Context.create()`, the configuration file's name, or `default`.
   * @example
   * lv.getConf().maxTaskFailures; // { value: 4, source: 'default' }
   */
  getConf(): EffectiveConf {
    return this.#app.conf;
  }

  /**
   * From now on messages of levin's own that are less severe are not logged; the setting `logLevel` says where it begins.
   *
   * @param level `ALL`, `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR`, `FATAL` or `OFF`, in capitals or not. levin has nothing finer than `DEBUG` and nothing above `ERROR`. Others fail with `INVALID_ARGUMENT`.
   */
  setLogLevel(level: string): void {
    this.#app.setLogLevel(checkLogLevel(level));
  }

  /**
   * Runs code whose actions have these properties: pool, job group, description, tags, and others of your own. Gives what the code gives.
   *
   * They hold for every action that is called within, also after an `await`, and for nothing outside. Within each other they add up: the inner ones win, tags
   * are put together, `null` takes a property away. Spark's names (`spark.scheduler.pool`, `spark.jobGroup.id`, `spark.job.description`, `spark.job.tags`) stand for the same.
   * A tag that is empty or has a comma fails with `INVALID_ARGUMENT`.
   * @example
   * await lv.withLocalProperties({ pool: 'etl', jobGroup: 'nightly', tags: ['a'] }, () => lv.range(3).count()); // 3
   */
  withLocalProperties<R>(properties: LocalProperties, body: () => R): R {
    const change = checkLocalProperties(properties);
    checkFunction('withLocalProperties', body);
    return this.#app.jobs.within(change, body);
  }

  /**
   * A property that holds here; null when it is not set. Tags are one text with commas: `getJobTags` gives them as a set.
   *
   * @example
   * lv.withLocalProperties({ 'my.key': 'v' }, () => lv.getLocalProperty('my.key')); // 'v'
   */
  getLocalProperty(name: string): string | null {
    const { values, tags } = this.#app.jobs.properties();
    const own = propertyName(name);
    if (own === 'tags') return tags.length === 0 ? null : tags.join(',');
    return values.get(own) ?? null;
  }

  /**
   * The tags of jobs that are started here.
   *
   * @example
   * lv.withLocalProperties({ tags: ['a', 'b'] }, () => [...lv.getJobTags()]); // ['a', 'b']
   */
  getJobTags(): ReadonlySet<string> {
    return new Set(this.#app.jobs.properties().tags);
  }

  /**
   * Cancels what runs of a job group: its actions reject with `JOB_CANCELLED`, whose message names the group and the reason, and running tasks are stopped.
   *
   * Resolves when none of its actions runs any more. A group that nobody has is no error. Actions that are called later run; see `cancelJobGroupAndFutureJobs`.
   */
  cancelJobGroup(group: string, reason?: string): Promise<void> {
    return this.#cancel('cancelJobGroup', { kind: 'group', group: checkGroup('cancelJobGroup', group), future: false }, reason);
  }

  /** As `cancelJobGroup`; actions of the group that are called from now on reject, too. The last 1,000 such groups are remembered, until the application ends. */
  cancelJobGroupAndFutureJobs(group: string, reason?: string): Promise<void> {
    const operation = 'cancelJobGroupAndFutureJobs';
    return this.#cancel(operation, { kind: 'group', group: checkGroup(operation, group), future: true }, reason);
  }

  /** As `cancelJobGroup`, for actions with this tag. */
  cancelJobsWithTag(tag: string, reason?: string): Promise<void> {
    return this.#cancel('cancelJobsWithTag', { kind: 'tag', tag: checkTag('cancelJobsWithTag', tag) }, reason);
  }

  /** As `cancelJobGroup`, for all that runs. */
  cancelAllJobs(reason?: string): Promise<void> {
    return this.#cancel('cancelAllJobs', { kind: 'all' }, reason);
  }

  /** What jobs and stages do at the moment, by their numbers, which are those of the event log. */
  statusTracker(): StatusTracker {
    return this.#app.status;
  }

  /**
   * An RDD of given records, cut into slices of equal length; slice i of n holds the records `[floor(i·len/n), floor((i+1)·len/n))`.
   *
   * The records are encoded by this call: later changes to `data` have no effect. More slices than records give empty ones.
   * @param numSlices default: `defaultParallelism`.
   * @example
   * await lv.parallelize(['a', 'b', 'c'], 2).collect(); // ['a', 'b', 'c']
   */
  parallelize<T extends Rec>(data: Iterable<T>, numSlices?: number): RDD<T> {
    const callSite = callSiteOf();
    const slices = checkPartitions('parallelize', 'numSlices', numSlices) ?? this.#app.defaultParallelism;
    if (typeof data !== 'object' || data === null || !(Symbol.iterator in data)) {
      if (typeof data !== 'string')
        throw invalid(`parallelize: expected an iterable of records, got ${data === null ? 'null' : typeof data}.`);
    }
    const shape = { kind: 'slices', data: encodeSlices([...data], slices) } as const;
    return rddOf<T>(this.#app, this.#app.node(shape, 'parallelize', callSite));
  }

  /**
   * Numbers from `start` (0 when one number is given) up to but not including `end`; computed where they are used.
   *
   * @example
   * await lv.range(2, 10, { step: 3 }).collect(); // [2, 5, 8]
   */
  range(end: number, options?: RangeOptions): RDD<number>;
  range(start: number, end: number, options?: RangeOptions): RDD<number>;
  range(first: number, second?: number | RangeOptions, third?: RangeOptions): RDD<number> {
    const [start, end] = typeof second === 'number' ? [first, second] : [0, first];
    const options = (typeof second === 'object' ? second : third) ?? {};
    checkFinite('range', 'start', start);
    checkFinite('range', 'end', end);
    const step = checkFinite('range', 'step', options.step ?? 1);
    if (step === 0) throw invalid('range: step is 0; it must be a whole number other than 0.');
    const numPartitions = checkPartitions('range', 'numSlices', options.numSlices) ?? this.#app.defaultParallelism;
    const count = Math.max(0, Math.ceil((end - start) / step));
    return rddOf<number>(this.#app, this.#app.node({ kind: 'range', start, step, count, numPartitions }, 'range', callSiteOf()));
  }

  /**
   * The lines of text files, without line ends (`\n` or `\r\n`), decoded as UTF-8.
   *
   * `path` is a file, a folder (its files, not those of its subfolders; names that start with `_` or `.` are left out), a pattern with `*`, `?`,
   * `[a-c]`, `{a,b}`, or several of these separated by commas. An output folder of levin is read by its manifest. Files are listed when
   * the first action needs them; nothing there is `PATH_NOT_FOUND`, a file that changes afterwards `INPUT_CHANGED`.
   * @param options or `minPartitions` alone: files are cut into at least about this many splits. Default: `min(defaultParallelism, 2)`.
   */
  textFile(path: string, options: number | TextReadOptions = {}): RDD<string> {
    const { minPartitions, ...utf8 } = checkTextOptions('textFile', options);
    const shape = {
      kind: 'textFile',
      path: checkPath('textFile', path),
      minPartitions: checkPartitions('textFile', 'minPartitions', minPartitions) ?? this.defaultMinPartitions,
      ...utf8,
    } as const;
    return rddOf<string>(this.#app, this.#app.node(shape, 'textFile', callSiteOf()));
  }

  /**
   * An RDD with no records and no partitions.
   *
   * @example
   * await lv.emptyRDD<string>().getNumPartitions(); // 0
   */
  emptyRDD<T = never>(): RDD<T> {
    return rddOf<T>(this.#app, this.#app.node({ kind: 'slices', data: encodeSlices([], 0) }, 'emptyRDD', callSiteOf()));
  }

  /**
   * The records of all RDDs, one after the other; duplicates stay. Spark's rule for partitions, as for `rdd.union`.
   *
   * @example
   * await lv.union([lv.range(2), lv.range(3), lv.range(1)]).collect(); // [0, 1, 0, 1, 2, 0]
   */
  union<T>(rdds: readonly RDD<T>[]): RDD<T> {
    if (!Array.isArray(rdds) || rdds.length === 0) throw invalid('union: expected an array of at least one RDD.');
    return unionOf(rdds as readonly RDD<T>[]);
  }

  /**
   * Each file whole, as a pair of its absolute path and its text, decoded as UTF-8; for many small files.
   *
   * `path` as for `textFile`. Files whose names end with `.gz` or `.zst` are decompressed. A file that does not fit into one string fails with `FILE_TOO_LARGE`.
   * @param options or `minPartitions` alone: neighbouring files are put together into about this many partitions. Default: `min(defaultParallelism, 2)`.
   */
  wholeTextFiles(path: string, options: number | TextReadOptions = {}): RDD<[path: string, text: string]> {
    const { minPartitions, ...utf8 } = checkTextOptions('wholeTextFiles', options);
    return this.#files('wholeTextFiles', path, { format: { kind: 'wholeText', ...utf8 }, minPartitions });
  }

  /**
   * Each file whole, as a pair of its absolute path and its bytes, as they are.
   *
   * @param minPartitions neighbouring files are put together into about this many partitions. Default: `min(defaultParallelism, 2)`.
   */
  binaryFiles(path: string, minPartitions?: number): RDD<[path: string, bytes: Uint8Array]> {
    return this.#files('binaryFiles', path, { format: { kind: 'bytes' }, minPartitions });
  }

  /**
   * Files as records of `recordLength` bytes each; a file whose size is no multiple of that fails with `PARTIAL_RECORD`.
   *
   * @param recordLength bytes.
   */
  binaryRecords(path: string, recordLength: number): RDD<Uint8Array> {
    return this.#files('binaryRecords', path, { format: { kind: 'records', length: checkRecordLength(recordLength) } });
  }

  /**
   * One JSON value a line; empty lines are left out. A line that is no JSON fails with `INVALID_JSON`, file and line.
   *
   * The values are what is in the files: `T` is not checked. Paths, splits, compression and options as for `textFile`.
   */
  jsonFile<T = unknown>(path: string, options: number | TextReadOptions = {}): RDD<T> {
    const { minPartitions, ...utf8 } = checkTextOptions('jsonFile', options);
    return this.#files('jsonFile', path, { format: { kind: 'json', ...utf8 }, minPartitions });
  }

  /**
   * The rows of CSV files: arrays of fields, or objects by the names in each file's first row when `header` is true.
   *
   * Fields are strings, as they are in the file. Quoted fields may hold separators, doubled quotes and line breaks; therefore a file is never cut: it is
   * read by one task. Empty lines are left out. Paths and compression as for `textFile`. Rows end with LF, CR LF or CR.
   *
   * A row with another number of fields than the header, or the first row of its file, fails with `CSV_RAGGED_ROW`, file and line; wrong quotes fail
   * with `INVALID_CSV`, a column that is named twice with `CSV_DUPLICATE_COLUMN`. Options as Spark's, but for two defaults: `mode` is FAILFAST, `escape`
   * the quote itself (RFC 4180).
   *
   * The columns that a job uses can be named by type, `csvFile<'iata' | 'state'>(path, { header: true })`: the compiler then knows `row.iata`. That the
   * files have them is not checked.
   * @param options `minPartitions`: neighbouring files are put together into about this many partitions. Default: `min(defaultParallelism, 2)`.
   */
  csvFile<C extends string = string>(
    path: string,
    options: CsvReadOptions & NullableCsv & { readonly header: true },
  ): RDD<Record<C, string | null>>;
  csvFile<C extends string = string>(
    path: string,
    options: CsvReadOptions & { readonly header: true; readonly mode?: StrictCsvMode; readonly nullValue?: never },
  ): RDD<Record<C, string>>;
  csvFile(path: string, options: CsvReadOptions & NullableCsv & { readonly header?: false }): RDD<(string | null)[]>;
  csvFile(
    path: string,
    options?: CsvReadOptions & { readonly header?: false; readonly mode?: StrictCsvMode; readonly nullValue?: never },
  ): RDD<string[]>;
  csvFile(path: string, options: CsvReadOptions = {}): RDD<unknown> {
    return this.#files('csvFile', path, { format: checkCsvFormat('csvFile', options), minPartitions: options.minPartitions });
  }

  /** The records that `saveAsObjectFile` wrote, one partition for each file. `T` is not checked; a file that is damaged fails with `CORRUPT_INPUT`. */
  objectFile<T = unknown>(path: string): RDD<T> {
    return this.#files('objectFile', path, { format: { kind: 'objects' } });
  }

  /**
   * Runs a function on the records of some partitions of an RDD, all of them by default, and gives what it gave, in the order asked.
   *
   * @param partitions numbers from 0; one that the RDD does not have fails with `INVALID_ARGUMENT`.
   * @example
   * await lv.runJob(lv.range(9, { numSlices: 3 }), (records) => [[...records].length], [2, 0]); // [3, 3]
   */
  runJob<T, U extends Rec>(
    rdd: RDD<T>,
    f: (records: IteratorObject<T, undefined> & AsyncIterable<T>) => Iterable<U> | AsyncIterable<U> | Promise<Iterable<U>>,
    partitions?: readonly number[],
    options: ActionOptions = {},
  ): Promise<U[]> {
    return runJobOn(rdd, { f, partitions, options });
  }

  /**
   * Runs code of the driver once in the life of the application and keeps its result: a resumed job is given the result and does not run `fn` again.
   *
   * For what is not a function of the job's arguments and input: an answer of a service, a new identifier, a choice of a person. `name` says which
   * step it is, wherever it stands in the file; the same name again is the next step of that name. A step that throws is not recorded and runs again
   * when it is asked for again; one that the driver died in runs again, too, so what it does outside should be harmless when done twice.
   *
   * The result is what a record can be; you are given a copy of it, as a resumed job is. Steps may run at the same time and within each other. RDDs and
   * actions stand outside of steps (`NOT_IN_STEP`): answers of actions are kept anyway.
   * @example
   * await lv.step('run id', () => 'run-7'); // 'run-7'
   */
  step<T extends Rec>(name: string, fn: () => T | Promise<T>): Promise<T> {
    const callSite = callSiteOf();
    if (typeof name !== 'string' || name === '')
      throw invalid(`step: name is ${JSON.stringify(name)}; it must be a text that is not empty.`);
    if (typeof fn !== 'function') throw invalid(`step: fn is ${fn === null ? 'null' : typeof fn}; it must be a function.`);
    return this.#app.step(name, fn, callSite);
  }

  /**
   * A value that tasks read through functions that capture the Broadcast: encoded by this call, stored when the first job that uses it begins, and read
   * once by each executor process. For lookup tables, models, sets of words: what would be captured otherwise travels with each stage.
   *
   * The value is what a record can be: plain data, `Map`, `Set`, typed arrays, instances of your classes; functions and what else cannot travel fail with
   * `RECORD_NOT_ENCODABLE`. It must not be changed afterwards.
   * @example
   * const states = lv.broadcast(new Map([['CA', 'California'], ['NY', 'New York']]));
   * await lv.parallelize(['NY', 'CA']).map((code) => states.value.get(code)).collect(); // ['New York', 'California']
   */
  broadcast<T>(value: T): Broadcast<T> {
    return this.#app.broadcast(value, callSiteOf());
  }

  /**
   * A secret by its name, to be used in functions: the name travels with them, and `await secret.value()` asks for the value where a task runs.
   *
   * So no secret lies in a closure, in the application's data or in a log.
   * @param ref the ARN of a secret in AWS Secrets Manager, the ARN of a parameter of AWS Systems Manager or `ssm:/path`, or `env:NAME`: a variable of the
   * executor's environment. Anything else fails with `INVALID_ARGUMENT`.
   * @example
   * const key = lv.secret('env:HOME');
   * await lv.range(2).map(async (x) => [x, (await key.value()).length > 0]).collect(); // [[0, true], [1, true]]
   */
  secret(ref: string): Secret {
    return secretOf(ref);
  }

  /**
   * The time in epoch milliseconds, as `Date.now()`; a resumed job is given the times that it was given before.
   *
   * The n-th call at a place in the file is given what the n-th call there was given; within a step it is the present time.
   * @example
   * new Date(lv.now()).getFullYear() >= 2026; // true
   */
  now(): number {
    return this.#app.draw('now', callSiteOf());
  }

  /**
   * A random number in [0, 1), as `Math.random()`; a resumed job is given the numbers that it was given before.
   *
   * The n-th call at a place in the file is given what the n-th call there was given; within a step it is a new number.
   * @example
   * [lv.random(), lv.random()].every((x) => x >= 0 && x < 1); // true
   */
  random(): number {
    return this.#app.draw('random', callSiteOf());
  }

  /**
   * An accumulator of whole numbers: tasks add, the driver reads.
   *
   * What each task adds counts once, whatever is tried again, copied, lost and made again, or resumed (docs/shared-variables.md). Numbers that
   * are not whole, or above 2^53 - 1 in size, fail with `ACCUMULATOR_VALUE`, a sum above that with `ACCUMULATOR_OVERFLOW`.
   * @param name it is listed under in the summary and the event log; default: it is not listed.
   * @example
   * const odd = lv.longAccumulator('odd numbers');
   * await lv.range(10).foreach((x) => { if (x % 2 === 1) odd.add(x); });
   * [odd.value, odd.count, odd.avg]; // [25, 5, 5]
   */
  longAccumulator(name?: string): NumberAccumulator {
    return new NumberAccumulator({ driver: this.#accumulator('long', name) });
  }

  /**
   * An accumulator of numbers, fractions too; the sum is rounded as sums of numbers are, and the same whatever order tasks end in.
   *
   * @param name as for `longAccumulator`.
   * @example
   * const heights = lv.doubleAccumulator();
   * await lv.parallelize([1.5, 2.25]).foreach((x) => heights.add(x));
   * heights.value; // 3.75
   */
  doubleAccumulator(name?: string): NumberAccumulator {
    return new NumberAccumulator({ driver: this.#accumulator('double', name) });
  }

  /**
   * An accumulator of bigints, for sums of any size.
   *
   * @param name as for `longAccumulator`.
   * @example
   * const total = lv.bigintAccumulator();
   * await lv.parallelize([2n ** 60n, 1n]).foreach((x) => total.add(x));
   * total.value === 2n ** 60n + 1n; // true
   */
  bigintAccumulator(name?: string): BigintAccumulator {
    return new BigintAccumulator({ driver: this.#accumulator('bigint', name) });
  }

  /**
   * An accumulator that collects values: in the order of stages and partitions, and in which a task added them.
   *
   * For few values: all of them go to the driver, and count towards `maxResultBytes`.
   * @param name as for `longAccumulator`.
   * @example
   * const bad = lv.collectionAccumulator<string>('bad lines');
   * await lv.parallelize(['1', 'x', 'y'], 2).foreach((line) => { if (Number.isNaN(Number(line))) bad.add(line); });
   * bad.value; // ['x', 'y']
   */
  collectionAccumulator<T extends Rec>(name?: string): Accumulator<T, readonly T[]> {
    return new Accumulator<T, readonly T[]>({ driver: this.#accumulator('collection', name) });
  }

  /**
   * An accumulator of your own: Spark's AccumulatorV2 in three functions.
   *
   * Each task begins with `zero()`. `add` and `merge` give the state that they were given, changed, or a new one; `merge` runs on the driver, in the
   * order of stages and partitions, and has to be associative. The state is anything that a record can be. An `add` that throws fails its task as any
   * function that throws, a `merge` that throws fails the job with `ACCUMULATOR_MERGE_FAILED`.
   * @param name as for `longAccumulator`.
   * @example
   * const seen = lv.accumulator({
   *   zero: () => new Map<string, number>(),
   *   add: (counts, word: string) => counts.set(word, (counts.get(word) ?? 0) + 1),
   *   merge: (a, b) => { for (const [word, n] of b) a.set(word, (a.get(word) ?? 0) + n); return a; },
   * });
   * await lv.parallelize(['a', 'b', 'a']).foreach((word) => seen.add(word));
   * [...seen.value]; // [['a', 2], ['b', 1]]
   */
  accumulator<A, S extends Rec>(functions: AccumulatorFunctions<A, S>, name?: string): Accumulator<A, S> {
    const { zero, add, merge } = checkAccumulatorFunctions(functions);
    return new Accumulator<A, S>({ driver: this.#accumulator('custom', name, { zero, add, merge } as Required<CustomFunctions>) });
  }

  #accumulator(kind: AccumulatorKind, name: string | undefined, custom: Required<CustomFunctions> | null = null): DriverAccumulator {
    if (name !== undefined && (typeof name !== 'string' || name === '')) {
      const method = kind === 'custom' ? 'accumulator' : `${kind}Accumulator`;
      throw invalid(`${method}: name is ${JSON.stringify(name) ?? typeof name}; it must be a text that is not empty.`);
    }
    return this.#app.accumulator({ kind, name: name ?? null, callSite: callSiteOf(), custom });
  }

  /** Ends the application: cancels what runs, deletes its shuffle data, prints the summary. Calling it again does nothing. */
  stop(): Promise<void> {
    return this.#app.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#app.stop();
  }

  async #cancel(operation: string, which: CancelWhich, reason: string | undefined): Promise<void> {
    await this.#app.jobs.cancel(which, checkReason(operation, reason));
  }

  #files<T>(
    operation: string,
    path: string,
    { format, minPartitions }: { readonly format: FileFormat; readonly minPartitions?: number | undefined },
  ): RDD<T> {
    const shape = {
      kind: 'files',
      path: checkPath(operation, path),
      format,
      minPartitions: checkPartitions(operation, 'minPartitions', minPartitions) ?? this.defaultMinPartitions,
    } as const;
    return rddOf<T>(this.#app, this.#app.node(shape, operation, callSiteOf()));
  }
}

function checkAccumulatorFunctions<A, S>(functions: AccumulatorFunctions<A, S>): AccumulatorFunctions<A, S> {
  const missing = (['zero', 'add', 'merge'] as const).find((name) => typeof functions?.[name] !== 'function');
  if (missing === undefined) return functions;
  throw invalid(`accumulator: ${missing} is ${typeof functions?.[missing]}; it must be a function. Give { zero, add, merge }.`);
}

function invalid(message: string): LevinError {
  return new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message });
}
