import type { ScaledStage } from '../driver/whatif/scaled-run.ts';
import type { TaskTemplate } from '../engine/plan/stage-plan.ts';
import { encodeValue } from '../engine/records/value.ts';
import { objectKeys } from '../engine/types/keys.ts';
import type { TaskMetrics, TaskOutput, TaskSpec } from '../engine/types/task.ts';

/** What one task of a scaled stage moves and computes. */
export interface SyntheticTask {
  readonly fileBytes: number;
  readonly fileReads: number;
  readonly shuffleReadBytes: number;
  readonly shuffleReads: number;
  readonly computeMs: number;
  readonly shuffleWriteBytes: number;
  readonly shuffleWriteRecords: number;
  readonly writeBytes: number;
  readonly output: TaskOutput;
}

/** What a reader of a shuffle has to know of its map tasks. */
export interface MapSide {
  readonly tasks: number;
  /** Written by all of them. */
  readonly bytes: number;
  /** Reducers that the output of one of them has records for. */
  readonly filled: number;
  readonly reducers: number;
}

/** Readers of files take pieces of this size, one ahead of the one that is worked on. */
const FILE_CHUNK_BYTES = 4 * 1024 * 1024;
/** Results up to this size ride in the commit. */
const INLINE_BYTES = 600;

export interface SyntheticTaskOptions {
  readonly spec: TaskSpec;
  readonly template: TaskTemplate;
  readonly stage: ScaledStage;
  /** Of the shuffles that it reads. */
  readonly mapSides: readonly MapSide[];
}

/** A task's share of its stage, by the bytes of its input. */
export function syntheticTask({ spec, template, stage, mapSides }: SyntheticTaskOptions): SyntheticTask {
  const { total, each, shape, combine } = stage;
  const splitBytes = spec.inputs.reduce((sum, { input }) => (input.kind === 'split' ? sum + input.split.end - input.split.start : sum), 0);
  const listedBytes = shape.reads.reduce((sum, read) => (read.kind === 'files' ? sum + read.bytes : sum), 0);
  const movedBytes = mapSides.reduce((sum, { bytes }) => sum + bytes, 0);
  const fileBytes = listedBytes === 0 ? 0 : (total.fileBytes * splitBytes) / listedBytes;
  const shuffleReadBytes = (movedBytes * weightOf(stage, spec)) / spec.partitionCount;
  const inBytes = fileBytes + shuffleReadBytes;
  const allBytes = total.fileBytes + movedBytes;
  const share = allBytes === 0 ? 1 / spec.partitionCount : inBytes / allBytes;
  const records =
    combine === null
      ? total.shuffleWriteRecords * share + each.shuffleWriteRecords
      : combine.records * (combine.taskBytes === 0 ? 1 : (inBytes / combine.taskBytes) ** combine.exponent);
  const shuffleWriteBytes = combine === null ? total.shuffleWriteBytes * share + each.shuffleWriteBytes : records * combine.bytesPerRecord;
  const readBytes = fileBytes + each.fileBytes;
  return {
    fileBytes: readBytes,
    fileReads: readBytes === 0 ? 0 : Math.ceil(readBytes / FILE_CHUNK_BYTES) + 1,
    shuffleReadBytes,
    shuffleReads: Math.ceil(mapSides.reduce((sum, { tasks, filled, reducers }) => sum + (tasks * filled) / reducers, 0)),
    computeMs: stage.computeMsPerByte * inBytes + each.computeMs,
    shuffleWriteBytes,
    shuffleWriteRecords: records,
    writeBytes: total.writeBytes * share + each.writeBytes,
    output: outputOf(spec, template, { bytes: Math.round(shuffleWriteBytes), records }),
  };
}

/** Results that are larger than what fits a commit are objects. */
export function isObject({ kind }: ScaledStage['shape']['writes'], bytes: number): boolean {
  return kind !== 'files' && kind !== 'shuffle' && bytes > INLINE_BYTES;
}

/** Records are dealt to reducers at random: with few of them some reducers get none. */
export function filledReducers(records: number, reducers: number): number {
  return Math.max(1, Math.min(reducers, Math.round(reducers * (1 - (1 - 1 / reducers) ** records))));
}

function weightOf({ weights }: ScaledStage, { partition, partitionCount }: TaskSpec): number {
  // Numbers of the profile again and again; a mean of 1 over all partitions.
  const used = Array.from({ length: Math.min(weights.length, partitionCount) }, (_, i) => weights[i] as number);
  const mean = used.reduce((sum, weight) => sum + weight, 0) / used.length;
  return mean === 0 ? 1 : (used[partition % used.length] as number) / mean;
}

function outputOf(spec: TaskSpec, { plan: { sink } }: TaskTemplate, { bytes, records }: { bytes: number; records: number }): TaskOutput {
  if (sink.kind !== 'shuffleWrite') return { kind: 'inline', block: encodeValue(1), checksum: '00' };
  const reducers = sink.partitioner.numPartitions;
  const filled = filledReducers(records, reducers);
  const offsets = new Array<number>(reducers + 1);
  // Every reducer that has records has as many; which ones they are differs from task to task.
  let at = 0;
  offsets[0] = 0;
  for (let r = 0; r < reducers; r++) {
    if (((r + spec.partition) * filled) % reducers < filled) at += 1;
    offsets[r + 1] = Math.floor((at * bytes) / filled);
  }
  return { kind: 'shuffle', key: objectKeys.shuffle(spec.appId, spec.stageId, spec.partition, spec.attemptId), offsets, checksum: '00' };
}

export function metricsOf(task: SyntheticTask): TaskMetrics {
  return {
    recordsRead: 0,
    bytesRead: Math.round(task.fileBytes),
    recordsWritten: 0,
    bytesWritten: Math.round(task.writeBytes),
    shuffleBytesRead: Math.round(task.shuffleReadBytes),
    shuffleRecordsRead: 0,
    shuffleBytesWritten: Math.round(task.shuffleWriteBytes),
    shuffleRecordsWritten: Math.round(task.shuffleWriteRecords),
    spills: 0,
    forcedSpills: 0,
    memoryBytesSpilled: 0,
    diskBytesSpilled: 0,
    badRecords: 0,
    runMs: task.computeMs,
    peakRssBytes: 0,
  };
}
