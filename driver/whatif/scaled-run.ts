import type { StageRead, StageShape } from '../../engine/types/stage-shape.ts';
import type { JobProfile } from './run-profile.ts';

/** A source of files as it would be listed. */
export type ScaledFiles = Extract<StageRead, { kind: 'files' }>;

/** What the tasks of a stage read, compute and write, whatever number of tasks the planner makes of it. */
export interface ScaledStage {
  readonly stage: number;
  readonly name: string;
  /** Numbers of partitions are those of the profile: at another size the planner says how many there are. */
  readonly shape: StageShape;
  /** Stages that have to be done before, other than those whose shuffle it reads. */
  readonly after: readonly number[];
  /** Of all its tasks together; a task has its share by the bytes that it reads. */
  readonly total: StageWork;
  /** Of each task, however many there are. */
  readonly each: StageWork & { readonly computeMs: number };
  /** On one vCPU, for each byte that a task reads. */
  readonly computeMsPerByte: number;
  /** Of stages that merge by key before they write a shuffle: in place of what `total` says. */
  readonly combine: CombineGrowth | null;
  /** Sizes of its tasks in the profile against their mean: tasks that read a shuffle differ as much. */
  readonly weights: readonly number[];
}

export interface StageWork {
  readonly fileBytes: number;
  readonly shuffleWriteBytes: number;
  readonly shuffleWriteRecords: number;
  /** Results, and files. */
  readonly writeBytes: number;
}

/** A task that reads `taskBytes` writes `records`; of n times the bytes it writes n^exponent times as many. */
export interface CombineGrowth {
  readonly taskBytes: number;
  readonly records: number;
  readonly bytesPerRecord: number;
  /** 0: all keys were there already; 1: every record has a key of its own. */
  readonly exponent: number;
}

/** A run of another size, to be simulated. */
export interface ScaledRun {
  readonly name: string;
  readonly jobs: readonly JobProfile[];
  readonly stages: readonly ScaledStage[];
  /** Bytes of all files that it reads, each once. */
  readonly inputBytes: number;
  readonly profiledBytes: number;
}
