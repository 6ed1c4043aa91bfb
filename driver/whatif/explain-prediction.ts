import { countOf, formatBytes, formatCount, formatDuration } from '../console/human-units.ts';
import { combineGrowth } from './combine-growth.ts';
import type { StagePrediction } from './prediction.ts';
import type { RunProfile, StageProfile } from './run-profile.ts';
import { growingStages, timed } from './scale-run.ts';

export interface ExplainOptions {
  readonly inputBytes: number | null;
  readonly maxResultBytes: number;
  readonly memoryMb: number;
  /** Documented limit of reads a second. */
  readonly readsPerSecond: number;
}

/** What a prediction rests on, in the order of weight. */
export function assumptionsOf(profile: RunProfile, { inputBytes }: ExplainOptions): readonly string[] {
  const growing = growingStages(profile.stages);
  const fixed = profile.stages.filter(({ stage }) => !growing.has(stage));
  const firsts = profile.stages.filter(({ shape }) => shape.writes.kind === 'first');
  const combining = profile.stages.filter(({ shape }) => shape.writes.kind === 'shuffle' && shape.writes.combines);
  const data =
    inputBytes === null
      ? []
      : [
          'records, shuffle bytes, spilled bytes and computing of stages that read files, or what was made of them, grow with the input; files that can be cut grow, of others there are more',
          ...new Set(combining.map((stage) => combiningText(stage, profile.stages))),
          ...fixed.map(({ name, tasks }) => `${name} reads no files: ${countOf(tasks.length, 'task')} at any size`),
          ...firsts.map(({ name, tasks }) => `${name} stops early: ${countOf(tasks.length, 'task')} at any size`),
          `actions come in the order of the profile, ${countOf(profile.jobs.length, 'job')}, whatever their answers: a loop that ends by its data ends as in the profile`,
        ];
  const asked = profile.stages.flatMap(({ shape }) =>
    shape.reads.flatMap((read) => (read.kind === 'shuffle' && read.asked ? [read.partitions] : [])),
  );
  return [
    ...data,
    asked.length === 0
      ? 'partitions: as the planner counts them at this size; no shuffle has a number of its own'
      : `partitions: as the planner counts them at this size; shuffles for which the job gives a number keep it (${[...new Set(asked)].join(', ')})`,
    `one vCPU computes as fast as one core of ${profile.master} did; tasks use one, so more memory than 1,769 MB makes none faster`,
    'latencies are quantiles measured in us-east-1 in 2024, networks a burst of 315 MB and then 78 MB/s each way; requests beyond 5,500 reads and 3,500 writes a second wait',
    'the first attempt in an environment pays for its cold start; every task commits one item of at most 1 KB; items of the driver count as one unit each',
    'no fault happens; the driver runs on a machine of its own, which is not priced; nor are storage for the time of the run, logs, and traffic between regions',
  ];
}

function combiningText(stage: StageProfile, stages: readonly StageProfile[]): string {
  const exponent = combineGrowth(stage, stages)?.exponent ?? 1;
  const why =
    exponent === 1
      ? 'each record may have a key of its own, an upper bound'
      : `as those of its ${countOf(stage.tasks.length, 'task')} and of all of them together did in the profile`;
  return `${stage.name} merges by key before it moves records: n times the input of a task has n^${exponent.toFixed(2)} times the keys (${why})`;
}

/** Tasks over this share of a function's memory spill. */
const SHUFFLE_SHARE = 0.25;
/** Shortest and smallest tasks that tell something about larger ones. */
const TELLING_MS = 50;
const TELLING_BYTES = 1_000_000;
/** To compile a task's code takes a small part of the time of a longer one. */
const LONG_MS = 10_000;
const MANY_SECONDS_OF_READS = 30;

export function warningsOf(profile: RunProfile, stages: readonly StagePrediction[], options: ExplainOptions): readonly string[] {
  const byNumber = new Map(profile.stages.map((stage) => [stage.stage, stage]));
  const tooSmall = options.inputBytes === null ? [] : [...tooSmallProfile(profile.stages), ...coldProfile(profile.stages)];
  const ofStages = stages.flatMap((predicted) => {
    const of = byNumber.get(predicted.stage) as StageProfile;
    return [...tooManyReads(predicted, options), ...tooLargeResult(of, predicted, options)];
  });
  return [...ofStages, ...tooLittleMemory(stages, options), ...tooSmall];
}

function tooManyReads({ stage, gets, tasks, shuffleReadBytes }: StagePrediction, { readsPerSecond }: ExplainOptions): readonly string[] {
  const seconds = gets / readsPerSecond;
  if (shuffleReadBytes === 0 || seconds < MANY_SECONDS_OF_READS) return [];
  return [
    `stage ${stage} makes ${formatCount(gets)} reads of map outputs with ${formatCount(tasks)} tasks: at ${formatCount(readsPerSecond)} a second that takes ${formatDuration(seconds * 1000)} at least. Fewer partitions read less: --conf defaultParallelism=N, --conf maxPartitionBytes=SIZE, or a number in the job`,
  ];
}

function tooLargeResult(
  { name, shape }: StageProfile,
  { outputBytes }: StagePrediction,
  { maxResultBytes }: ExplainOptions,
): readonly string[] {
  if (shape.writes.kind !== 'records' || maxResultBytes === 0 || outputBytes <= maxResultBytes) return [];
  return [
    `${name} would bring ${formatBytes(outputBytes)} to the driver and fail with RESULT_TOO_LARGE: maxResultBytes is ${formatBytes(maxResultBytes)}. Save it, or take less of it`,
  ];
}

function tooLittleMemory(stages: readonly StagePrediction[], { memoryMb }: ExplainOptions): readonly string[] {
  const large = stages.flatMap(({ stage, shuffleReadBytes, tasks }) => {
    const bytes = shuffleReadBytes / Math.max(1, tasks);
    return bytes > memoryMb * 1024 * 1024 * SHUFFLE_SHARE ? [`${stage} (${formatBytes(Math.round(bytes))})`] : [];
  });
  if (large.length === 0) return [];
  return [
    `tasks that read much of a shuffle with ${formatCount(memoryMb)} MB, of stage ${large.join(', ')}: they may spill, which is not predicted. More partitions make them smaller`,
  ];
}

function tooSmallProfile(stages: readonly StageProfile[]): readonly string[] {
  const small = stages.flatMap(({ stage, tasks }) => {
    const { ms, bytes } = timed(tasks);
    return bytes === 0 || ms >= TELLING_MS || bytes >= TELLING_BYTES
      ? []
      : [`${stage} (${formatBytes(Math.round(bytes))} in ${ms.toFixed(1)} ms)`];
  });
  if (small.length === 0) return [];
  return [
    `the profile is small: tasks of stage ${small.join(', ')}. What a task costs at any size is taken for what its bytes cost, so computing comes out too long. A larger profile, in fewer partitions, tells more`,
  ];
}

function coldProfile(stages: readonly StageProfile[]): readonly string[] {
  const cold = stages.flatMap(({ stage, tasks }) => {
    const { ms, bytes } = timed(tasks);
    return bytes === 0 || ms >= LONG_MS || tasks.some(({ ran }) => ran === 'later') ? [] : [stage];
  });
  if (cold.length === 0) return [];
  return [
    `in the profile each task of stage ${cold.join(', ')} was the first that its worker ran of it, while code was still being compiled, so computing comes out too long. More and smaller tasks on one worker tell more: levin run JOB --on local[1] --conf maxPartitionBytes=1MB, then levin simulate --app ID --conf maxPartitionBytes=SIZE`,
  ];
}
