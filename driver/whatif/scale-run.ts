import { LevinError } from '../../engine/errors/levin-error.ts';
import type { StageRead } from '../../engine/types/stage-shape.ts';
import { combineGrowth } from './combine-growth.ts';
import type { RunProfile, StageProfile, TaskProfile } from './run-profile.ts';
import type { ScaledFiles, ScaledRun, ScaledStage, StageWork } from './scaled-run.ts';

const NOTHING: StageWork = { fileBytes: 0, shuffleWriteBytes: 0, shuffleWriteRecords: 0, writeBytes: 0 };

/**
 * The run over `inputBytes` bytes of files: what comes from files grows with them, what does not stays as it was.
 *
 * Fails with `NO_INPUT_TO_SCALE` when the run read no files.
 */
export function scaleRun(profile: RunProfile, inputBytes: number | null): ScaledRun {
  const sources = new Map<string, ScaledFiles>();
  for (const { shape } of profile.stages) for (const read of shape.reads) if (read.kind === 'files') sources.set(read.path, read);
  const profiledBytes = [...sources.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  if (inputBytes !== null && profiledBytes === 0) throw nothingToScale(profile);
  const factor = inputBytes === null ? 1 : inputBytes / profiledBytes;
  const growth = growthOf(profile.stages, factor);
  const moved = new Set(
    profile.stages.flatMap(({ shape }) => shape.reads.flatMap((read) => (read.kind === 'shuffle' ? [read.stage] : []))),
  );
  return {
    name: profile.name,
    jobs: profile.jobs,
    stages: profile.stages.map((stage) => ({
      ...scaledStage(stage, { factor, growth: growth.get(stage.stage) ?? 1, combine: combineGrowth(stage, profile.stages) }),
      after: stage.parents.filter((parent) => !moved.has(parent)),
    })),
    inputBytes: profiledBytes * factor,
    profiledBytes,
  };
}

/** Stages that read files, and those that read their shuffles, and so on. */
export function growingStages(stages: readonly StageProfile[]): ReadonlySet<number> {
  const growing = new Set<number>();
  for (const { stage, shape } of inOrder(stages)) {
    if (shape.reads.some((read) => read.kind === 'files' || (read.kind === 'shuffle' && growing.has(read.stage)))) growing.add(stage);
  }
  return growing;
}

/** Parents, which have lower numbers, before children. */
function inOrder(stages: readonly StageProfile[]): readonly StageProfile[] {
  return stages.toSorted((a, b) => a.stage - b.stage);
}

/** How many times as many records each stage has, behind the merging by key that it begins with. */
function growthOf(stages: readonly StageProfile[], factor: number): ReadonlyMap<number, number> {
  const growth = new Map<number, number>();
  const exponents = new Map(stages.map((stage) => [stage.stage, combineGrowth(stage, stages)?.exponent ?? 1]));
  for (const { stage, shape } of inOrder(stages)) {
    const grown = shape.reads.map((read) => {
      if (read.kind === 'data') return 1;
      return read.kind === 'files' ? factor : (growth.get(read.stage) ?? 1) ** (exponents.get(read.stage) ?? 1);
    });
    growth.set(stage, factor < 1 ? Math.min(1, ...grown) : Math.max(1, ...grown));
  }
  return growth;
}

interface Scaling {
  /** Of the input. */
  readonly factor: number;
  /** Of the stage's own records. */
  readonly growth: number;
  readonly combine: ScaledStage['combine'];
}

function scaledStage(
  { stage, name, shape, tasks: logged }: StageProfile,
  { factor, growth, combine }: Scaling,
): Omit<ScaledStage, 'after'> {
  const tasks = withoutOverlap(logged, shape);
  // What take reads does not depend on how much there is.
  const constant = shape.writes.kind === 'first' || shape.reads.every(({ kind }) => kind === 'data');
  const perTask = workOf(tasks, 1 / Math.max(1, tasks.length));
  const whole = workOf(tasks, (shape.partitions * growth) / Math.max(1, tasks.length));
  const fixedResult = shape.writes.kind === 'value' || shape.writes.kind === 'none';
  const { ms, bytes } = timed(tasks);
  const each = constant ? perTask : { ...NOTHING, writeBytes: fixedResult ? perTask.writeBytes : 0 };
  return {
    stage,
    name,
    shape: { ...shape, reads: shape.reads.map((read) => scaledRead(read, factor)) },
    total: constant ? NOTHING : { ...whole, writeBytes: fixedResult ? 0 : whole.writeBytes },
    each: { ...each, computeMs: constant || bytes === 0 ? ms : 0 },
    computeMsPerByte: constant || bytes === 0 ? 0 : ms / bytes,
    combine,
    weights: weightsOf(tasks),
  };
}

/** A task reads some more than its split, to the end of a line: in a small profile that is much, and it does not grow. */
function withoutOverlap(tasks: readonly TaskProfile[], { partitions, reads }: StageProfile['shape']): readonly TaskProfile[] {
  const read = tasks.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  const listed = reads.reduce((sum, source) => (source.kind === 'files' ? sum + source.bytes : sum), 0);
  if (tasks.length < partitions || listed === 0 || read <= listed) return tasks;
  return tasks.map((task) => ({ ...task, bytesRead: (task.bytesRead * listed) / read }));
}

function scaledRead(read: StageRead, factor: number): StageRead {
  if (read.kind !== 'files') return read;
  const bytes = Math.round(read.bytes * factor);
  // Files that are cut anywhere may as well be larger; of others there are more.
  return read.cut === 'bytes' ? { ...read, bytes } : { ...read, bytes, files: Math.max(1, Math.round(read.files * factor)) };
}

function workOf(tasks: readonly TaskProfile[], by: number): StageWork {
  const sum = (of: (task: TaskProfile) => number): number => tasks.reduce((total, task) => total + of(task), 0) * by;
  return {
    fileBytes: sum(({ bytesRead }) => bytesRead),
    shuffleWriteBytes: sum(({ shuffleBytesWritten }) => shuffleBytesWritten),
    shuffleWriteRecords: sum(({ shuffleRecordsWritten }) => shuffleRecordsWritten),
    writeBytes: sum(({ bytesWritten }) => bytesWritten),
  };
}

/** What a task computes and reads in the mean. Of tasks that found their code compiled, where there are any, else of those that found some of it. */
export function timed(tasks: readonly TaskProfile[]): { readonly ms: number; readonly bytes: number } {
  const later = tasks.filter(({ ran }) => ran === 'later');
  const warm = later.length > 0 ? later : tasks.filter(({ ran }) => ran === 'first of its stage');
  const some = warm.length > 0 ? warm : tasks;
  const mean = (of: (task: TaskProfile) => number): number => some.reduce((sum, task) => sum + of(task), 0) / Math.max(1, some.length);
  return { ms: mean(({ cpuMs, runMs }) => cpuMs ?? runMs), bytes: mean(bytesIn) };
}

function bytesIn({ bytesRead, shuffleBytesRead }: TaskProfile): number {
  return bytesRead + shuffleBytesRead;
}

function weightsOf(tasks: readonly TaskProfile[]): readonly number[] {
  const total = tasks.reduce((sum, task) => sum + bytesIn(task), 0);
  if (total === 0) return [1];
  return tasks.toSorted((a, b) => a.partition - b.partition).map((task) => (bytesIn(task) * tasks.length) / total);
}

function nothingToScale({ name }: RunProfile): LevinError {
  return new LevinError({
    code: 'NO_INPUT_TO_SCALE',
    fault: 'user',
    message: `levin simulate: ${name} read no files, so --input-bytes has nothing to scale. Leave it out: the run is simulated at the size that it had.`,
  });
}
