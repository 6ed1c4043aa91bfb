import type { ConfigName } from './config-input.ts';

/** Kinds of values; each is read from text (flag, environment) and from TypeScript values alike. */
export type ConfigKind =
  | { readonly kind: 'string' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  /** Text: a number with or without Spark's units `k`, `m`, `g`, `t` (powers of 1,024). */
  | { readonly kind: 'bytes'; readonly min: number; readonly max: number }
  /** With a fraction. */
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  /** Milliseconds; text: with or without Spark's units `ms`, `s`, `m`, `min`, `h`, `d`. */
  | { readonly kind: 'duration'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** Text: separated by commas. */
  | { readonly kind: 'list' }
  /** By name: `schedulingMode`, `weight`, `minShare`. Text: JSON. */
  | { readonly kind: 'pools' };

export interface ConfigKey {
  readonly type: ConfigKind;
  /** null: not set; the text says what then holds. */
  readonly default: string | number | boolean | readonly string[] | Readonly<Record<string, never>> | null;
  /** Environment variable. */
  readonly env: string;
  /** Spark's names for the same thing. */
  readonly aliases: readonly string[];
  readonly text: string;
}

const MAX = Number.MAX_SAFE_INTEGER;

/** Every setting of levin: the only place that knows names, defaults and limits. docs/configuration.md is made from it. */
export const configTable: Readonly<Record<ConfigName, ConfigKey>> = {
  master: {
    type: { kind: 'string' },
    default: 'local[*]',
    env: 'LEVIN_MASTER',
    aliases: ['spark.master'],
    text: 'Where tasks run: `local` (one worker thread), `local[n]`, `local[*]` (one a core), `local-cluster[executors,cores,memoryMb]` (separate processes), `aws` or `aws:engine` (functions of an engine that is deployed on AWS, docs/aws.md). The flags `--on` and `--master` set it.',
  },
  appName: {
    type: { kind: 'string' },
    default: null,
    env: 'LEVIN_APP_NAME',
    aliases: ['spark.app.name'],
    text: "Name of the application in logs and summaries. Default: the job file's name.",
  },
  stateDir: {
    type: { kind: 'string' },
    default: null,
    env: 'LEVIN_STATE_DIR',
    aliases: [],
    text: 'Folder of journals, committed outputs, event logs and the cache of transformed code. Default: `$XDG_STATE_HOME/levin` or `~/.local/state/levin`. Put it on a local disk.',
  },
  localDir: {
    type: { kind: 'string' },
    default: null,
    env: 'LEVIN_LOCAL_DIR',
    aliases: ['spark.local.dir'],
    text: 'Folder for what does not fit the memory of tasks (sorts, groups, joins, shuffle output), and for what executors of their own have on disk; empty again when the application ends. Default: the system’s temporary folder. Put it on a fast local disk with room for the data.',
  },
  shuffleCompression: {
    type: { kind: 'choice', choices: ['none', 'zstd'] },
    default: null,
    env: 'LEVIN_SHUFFLE_COMPRESSION',
    aliases: ['spark.shuffle.compress'],
    text: 'How shuffle output is stored: `zstd` where a block shrinks by it, or `none`. Compression pays where storage is slower than about 100 MB/s for each task, as S3 is; a local disk is faster. Default: `zstd` with `--on aws`, else `none`. Spark’s switch `true` is `zstd`.',
  },
  broadcastCacheBytes: {
    type: { kind: 'bytes', min: 0, max: MAX },
    default: null,
    env: 'LEVIN_BROADCAST_CACHE_BYTES',
    aliases: [],
    text: 'Broadcasts that are kept for later tasks, in encoded bytes: by each executor process encoded, by each of its threads decoded. The one that was used last stays whatever it takes. Tasks plan with that much less memory. Default: half of what a task plans with, for each thread. On AWS it always follows from the functions’ memory.',
  },
  storageFraction: {
    type: { kind: 'number', min: 0, max: 1 },
    default: 0.5,
    env: 'LEVIN_STORAGE_FRACTION',
    aliases: ['spark.memory.storageFraction'],
    text: 'Part of a worker’s memory that blocks of persisted RDDs keep when tasks need memory, too: sorts, groups, joins and shuffle output get the rest, and spill. Blocks take more where tasks hold no data. See docs/memory-and-storage.md.',
  },
  defaultParallelism: {
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: null,
    env: 'LEVIN_DEFAULT_PARALLELISM',
    aliases: ['spark.default.parallelism'],
    text: 'Partitions of `parallelize` and `range`, and of shuffles whose input has no partitioner. Default: the number of task slots for the former, as many as the largest input for the latter.',
  },
  maxTaskFailures: {
    type: { kind: 'integer', min: 1, max: 1000 },
    default: 4,
    env: 'LEVIN_MAX_TASK_FAILURES',
    aliases: ['spark.task.maxFailures'],
    text: 'Failed attempts of one task that fail the job. The same programming error from the same place fails it the second time.',
  },
  maxStageAttempts: {
    type: { kind: 'integer', min: 1, max: 1000 },
    default: 4,
    env: 'LEVIN_MAX_STAGE_ATTEMPTS',
    aliases: ['spark.stage.maxConsecutiveAttempts'],
    text: 'How often lost output of a stage is made again before the job fails.',
  },
  barrierTimeoutMs: {
    type: { kind: 'duration', min: 1, max: 86_400_000 },
    default: 600_000,
    env: 'LEVIN_BARRIER_TIMEOUT_MS',
    aliases: ['spark.barrier.sync.timeout'],
    text: 'Longest that a task of a barrier stage waits for the others in `barrier()` and `allGather()`; that all have begun it waits 30 s.',
  },
  taskTimeoutMs: {
    type: { kind: 'integer', min: 1, max: 86_400_000 },
    default: null,
    env: 'LEVIN_TASK_TIMEOUT_MS',
    aliases: [],
    text: 'An attempt that runs longer is stopped and counts as failed. Default: no limit.',
  },
  starvedAfterMs: {
    type: { kind: 'integer', min: 1000, max: 86_400_000 },
    default: 600_000,
    env: 'LEVIN_STARVED_AFTER_MS',
    aliases: [],
    text: 'A job whose tasks are only refused for this long fails with `STARVED`.',
  },
  maxBadRecords: {
    type: { kind: 'integer', min: 0, max: 1_000_000_000 },
    default: 0,
    env: 'LEVIN_MAX_BAD_RECORDS',
    aliases: [],
    text: 'Records of one stage that may be left out because a function of `map`, `flatMap`, `filter`, `mapValues`, `flatMapValues`, `keyBy`, `groupBy`, `sortBy` or `foreach` fails on them, or because they are no JSON (`jsonFile`). It takes effect where the job would fail otherwise: an error that passes when tried again leaves nothing out. What is left out is counted in the summary and kept as JSON lines with its error. 0: such a record fails the job.',
  },
  excludeOnFailure: {
    type: { kind: 'boolean' },
    default: false,
    env: 'LEVIN_EXCLUDE_ON_FAILURE',
    aliases: ['spark.excludeOnFailure.enabled'],
    text: 'An executor on which tasks fail gets no more of the stage, then of the application, as long as there is another one. A task that failed is tried on another executor in any case.',
  },
  excludeAfterStageFailures: {
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: 2,
    env: 'LEVIN_EXCLUDE_AFTER_STAGE_FAILURES',
    aliases: ['spark.excludeOnFailure.stage.maxFailedTasksPerExecutor'],
    text: 'Different tasks of a stage that fail on an executor before it gets no more of that stage.',
  },
  excludeAfterFailures: {
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: 2,
    env: 'LEVIN_EXCLUDE_AFTER_FAILURES',
    aliases: ['spark.excludeOnFailure.application.maxFailedTasksPerExecutor'],
    text: 'Different tasks of stages that succeed in the end that fail on an executor before it gets no more tasks for `excludeTimeoutMs`.',
  },
  excludeTimeoutMs: {
    type: { kind: 'duration', min: 1, max: 86_400_000 },
    default: 3_600_000,
    env: 'LEVIN_EXCLUDE_TIMEOUT_MS',
    aliases: ['spark.excludeOnFailure.timeout'],
    text: 'How long an executor is left out of the application.',
  },
  speculation: {
    type: { kind: 'boolean' },
    default: false,
    env: 'LEVIN_SPECULATION',
    aliases: ['spark.speculation'],
    text: 'A slow task gets a second attempt beside the first, where a slot is idle; the first to commit wins, the other one is stopped. Never for `foreach*` and `pipe`, nor for functions that use `Math.random`, `Date`, `fetch`, `process` or files.',
  },
  speculationQuantile: {
    type: { kind: 'number', min: 0, max: 1 },
    default: 0.75,
    env: 'LEVIN_SPECULATION_QUANTILE',
    aliases: ['spark.speculation.quantile'],
    text: 'Share of the tasks of a stage that must be done before any is called slow.',
  },
  speculationMultiplier: {
    type: { kind: 'number', min: 1, max: 1000 },
    default: 1.5,
    env: 'LEVIN_SPECULATION_MULTIPLIER',
    aliases: ['spark.speculation.multiplier'],
    text: 'A task is slow when it runs longer than this times the median of the tasks that are done.',
  },
  speculationMinTaskRuntimeMs: {
    type: { kind: 'duration', min: 0, max: 86_400_000 },
    default: 100,
    env: 'LEVIN_SPECULATION_MIN_TASK_RUNTIME_MS',
    aliases: ['spark.speculation.minTaskRuntime'],
    text: 'No task is called slow before it has run this long.',
  },
  speculationIntervalMs: {
    type: { kind: 'duration', min: 1, max: 3_600_000 },
    default: 100,
    env: 'LEVIN_SPECULATION_INTERVAL_MS',
    aliases: ['spark.speculation.interval'],
    text: 'How often slow tasks are looked for.',
  },
  schedulerMode: {
    type: { kind: 'choice', choices: ['FIFO', 'FAIR'] },
    default: 'FIFO',
    env: 'LEVIN_SCHEDULER_MODE',
    aliases: ['spark.scheduler.mode'],
    text: 'Whose tasks come first when several jobs run at once: those of the first job (`FIFO`), or as the shares of their pools say (`FAIR`, docs/jobs-and-pools.md).',
  },
  pools: {
    type: { kind: 'pools' },
    default: {},
    env: 'LEVIN_POOLS',
    aliases: [],
    text: 'Pools of jobs with what they get of the slots, for `schedulerMode` `FAIR` (Spark: `fairscheduler.xml`). A pool gets slots in proportion to its `weight` (1), but first up to its `minShare` (0); `schedulingMode` (`FIFO`) says which of its own jobs come first. A job names its pool by `lv.withLocalProperties({ pool })`; a pool that is not here has the values in brackets.',
  },
  maxPartitionBytes: {
    type: { kind: 'bytes', min: 1, max: MAX },
    default: 134_217_728,
    env: 'LEVIN_MAX_PARTITION_BYTES',
    aliases: ['spark.files.maxPartitionBytes'],
    text: 'Largest split of an input file.',
  },
  maxResultBytes: {
    type: { kind: 'bytes', min: 0, max: MAX },
    default: 1_073_741_824,
    env: 'LEVIN_MAX_RESULT_BYTES',
    aliases: ['spark.driver.maxResultSize'],
    text: 'Encoded bytes that one action may bring to the driver; 0 is no limit.',
  },
  leaseMs: {
    type: { kind: 'integer', min: 100, max: 3_600_000 },
    default: 10_000,
    env: 'LEVIN_LEASE_MS',
    aliases: [],
    text: 'A driver that has not renewed its lease for this long may be replaced by `levin run --app ID`.',
  },
  chaos: {
    type: { kind: 'string' },
    default: null,
    env: 'LEVIN_CHAOS',
    aliases: [],
    text: 'Faults that are injected on purpose, for example `task=0.05,shuffle=0.02,driver=1,seed=7` (docs/chaos.md): the answer must be what it is without. The flag `--chaos` sets it. Default: none.',
  },
  validateOutput: {
    type: { kind: 'boolean' },
    default: true,
    env: 'LEVIN_VALIDATE_OUTPUT',
    aliases: ['spark.hadoop.validateOutputSpecs'],
    text: "Refuse an output folder that is there already. With `false` a save without a `mode` adds to what it holds, as `mode: 'append'` does.",
  },
  requesterPays: {
    type: { kind: 'boolean' },
    default: false,
    env: 'LEVIN_REQUESTER_PAYS',
    aliases: ['spark.hadoop.fs.s3a.requester.pays.enabled'],
    text: 'Accept the cost of requests for `s3://` paths in buckets whose owner has others pay (requester pays). Without it such a bucket denies access.',
  },
  upload: {
    type: { kind: 'boolean' },
    default: false,
    env: 'LEVIN_UPLOAD',
    aliases: [],
    text: 'With `--on aws`: files of this machine that a job reads are uploaded to the engine’s bucket, where its functions reach them (docs/aws.md). The flag `--upload` sets it.',
  },
  allowedEnv: {
    type: { kind: 'list' },
    default: [],
    env: 'LEVIN_ALLOWED_ENV',
    aliases: [],
    text: 'Environment variables that functions on executors may read through `process.env`.',
  },
  progress: {
    type: { kind: 'choice', choices: ['auto', 'bar', 'lines', 'none'] },
    default: 'auto',
    env: 'LEVIN_PROGRESS',
    aliases: ['spark.ui.showConsoleProgress'],
    text: 'How stages show on stderr: a bar in a terminal, plain lines elsewhere (`auto`), or as said. Spark’s `true` is `auto`, `false` is `none`.',
  },
  quiet: {
    type: { kind: 'boolean' },
    default: false,
    env: 'LEVIN_QUIET',
    aliases: [],
    text: 'Nothing on stderr but errors and what tasks print: no progress, no summary. The flag `--quiet` sets it.',
  },
  logLevel: {
    type: { kind: 'choice', choices: ['debug', 'info', 'warn', 'error', 'off'] },
    default: 'warn',
    env: 'LEVIN_LOG_LEVEL',
    aliases: ['spark.log.level'],
    text: 'Least severe message of levin itself that is logged to stderr.',
  },
  logFormat: {
    type: { kind: 'choice', choices: ['text', 'json'] },
    default: 'text',
    env: 'LEVIN_LOG_FORMAT',
    aliases: [],
    text: 'Form of log lines: for people, or one JSON object a line with application, stage, task and attempt.',
  },
};
