import type { PlacedBlockReport } from './block-report.ts';
import type { TaskFailure } from './failure.ts';
import type { Invocation } from './invocation.ts';
import type { RequestUsage } from './request-usage.ts';
import type { ResultSide } from './task-side.ts';

/** A byte range `[offset, offset + length)` of a stored object. */
export interface ObjectRange {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
}

/** A byte range of one input file as it was listed; every read is by If-Match on `etag`. */
export interface FileSplit {
  /** Absolute path, `/` separators. */
  readonly path: string;
  readonly etag: string;
  readonly start: number;
  readonly end: number;
  /** Size of the whole file. */
  readonly size: number;
}

/** What one partition of a source of files reads, in order. */
export type FilePartition = readonly FileSplit[];

/** Where one map task's output for the reducer partitions `[start, end)` lies. */
export interface MapOutputSlice {
  /** The producer, so that a failed read names exactly it. */
  readonly stageId: string;
  readonly mapPartition: number;
  readonly generation: number;
  readonly key: string;
  /** Byte offsets in the object: where the slice begins, where it ends, and ascending between them any of its partitions' borders. */
  readonly offsets: readonly number[];
}

/**
 * What one leaf of the stage plan reads for one of its partitions.
 * `shuffleIndex` stands for `shuffle` when the list would make the payload too large: row `row` of the object holds it.
 */
export type LeafInput =
  | { readonly kind: 'slice'; readonly range: ObjectRange }
  | { readonly kind: 'split'; readonly split: FileSplit }
  | { readonly kind: 'files'; readonly splits: FilePartition }
  | { readonly kind: 'shuffle'; readonly slices: readonly MapOutputSlice[] }
  | { readonly kind: 'shuffleIndex'; readonly indexKey: string; readonly row: number }
  /** Of a persisted RDD's partition: the object that holds it. */
  | { readonly kind: 'block'; readonly key: string; readonly length: number }
  /** Number of the partition's first record (zipWithIndex). */
  | { readonly kind: 'firstIndex'; readonly index: number };

/** `leaf` is the node's index in the stage plan, `partition` the leaf's own partition. */
export interface TaskInput {
  readonly leaf: number;
  readonly partition: number;
  readonly input: LeafInput;
}

export interface TemplateRef {
  /** SHA-256 of the encoded template, hex. */
  readonly hash: string;
  /** The encoded template itself when it has at most 4 KB; otherwise it is read from the object store. */
  readonly inline: Uint8Array | null;
}

/** What an application asks of executors that were not started for it. */
export interface TaskSettings {
  /** Environment variables for user code, where the executor has none of that name itself. */
  readonly env: Readonly<Record<string, string>>;
  readonly shuffleCompression: 'none' | 'zstd';
  /** Accept the cost of requests to buckets whose owner has others pay. */
  readonly requesterPays: boolean;
}

/** Attempts that run at the same time, one for each partition of their stage. */
export interface BarrierGang {
  /** Unique for ever, and the same for all of them. */
  readonly id: string;
  /** Longest that one waits for the others. */
  readonly timeoutMs: number;
}

/** Everything an executor needs to run one attempt of one task. */
export interface TaskSpec {
  readonly appId: string;
  /** Identity of the stage: a function of app, fingerprint and use. */
  readonly stageId: string;
  /** Small number for people: `stage 3`. */
  readonly stageNumber: number;
  readonly partition: number;
  readonly partitionCount: number;
  /** How often this task's committed output was lost. */
  readonly generation: number;
  /** 0, 1, 2 … within the task; for people and limits. */
  readonly attempt: number;
  /** Unique for ever; part of every key that the attempt writes. */
  readonly attemptId: string;
  readonly template: TemplateRef;
  /** Hash of the executor bundle, or null where modules are loaded from disk. */
  readonly bundleHash: string | null;
  readonly inputs: readonly TaskInput[];
  /** Digest of the committed outputs that `inputs` name, committed with the attempt's own; absent: it reads no other stage's output. */
  readonly inputDigest?: string;
  /** Encoded range bounds (records/encodeValue of the sorted keys) when the sink partitions by range. */
  readonly bounds: Uint8Array | null;
  /** Records on which functions fail may be left out, this many at most; absent: the first one fails the attempt. */
  readonly maxBadRecords?: number;
  /** Of the action that the stage runs for: `TaskContext.getLocalProperty`; absent: there are none. */
  readonly localProperties?: Readonly<Record<string, string>>;
  /** The tasks of the stage run together; absent: each for itself. */
  readonly barrier?: BarrierGang;
  /** Partitions of persisted RDDs are not kept in memory: an attempt before this one ran out of it. */
  readonly keepsNothing?: true;
  /** The attempt is stopped after this long; null is no limit. */
  readonly maxMs: number | null;
  /** Absent: the executor was started with them. */
  readonly settings?: TaskSettings;
}

export interface TaskMetrics {
  readonly recordsRead: number;
  readonly bytesRead: number;
  readonly recordsWritten: number;
  readonly bytesWritten: number;
  readonly shuffleBytesRead: number;
  readonly shuffleRecordsRead: number;
  readonly shuffleBytesWritten: number;
  readonly shuffleRecordsWritten: number;
  /** How often something was moved from memory to disk. */
  readonly spills: number;
  /** Those of them that no estimate asked for, but memory that was about to run out. */
  readonly forcedSpills: number;
  /** By estimate, in memory before it was moved. */
  readonly memoryBytesSpilled: number;
  /** The same, encoded on disk. */
  readonly diskBytesSpilled: number;
  /** Left out because a function failed on them. */
  readonly badRecords: number;
  /** Time inside the worker, from receipt to prepared output. */
  readonly runMs: number;
  /** Resident memory of the executor process when the attempt ended. */
  readonly peakRssBytes: number;
  /** Processor time of the worker's thread during `runMs`; absent where it is not measured, and of results found committed. */
  readonly cpuMs?: number;
  /** Keys to which combiners of a shuffle were merged; absent where there were none, and of results found committed. */
  readonly keys?: number;
}

/**
 * What an attempt made.
 * - `shuffle`: one object with all reducer partitions; `offsets` has one more entry than partitions.
 * - `inline`: an encoded block of records in the result itself.
 * - `object`: an encoded block of records in an object.
 * - `file`: a part file of a sink; `path` is the attempt's own name.
 * - `none`: nothing (foreach).
 */
export type TaskOutput =
  | { readonly kind: 'shuffle'; readonly key: string; readonly offsets: readonly number[]; readonly checksum: string }
  | { readonly kind: 'inline'; readonly block: Uint8Array; readonly checksum: string }
  | { readonly kind: 'object'; readonly key: string; readonly length: number; readonly checksum: string }
  | { readonly kind: 'file'; readonly path: string; readonly length: number; readonly checksum: string }
  | { readonly kind: 'none'; readonly checksum: string };

/** The committed result of a task: the winner's, whoever returns it. */
export interface TaskResult {
  readonly attemptId: string;
  readonly generation: number;
  readonly output: TaskOutput;
  readonly metrics: TaskMetrics;
  /** As in the winner's TaskSpec. */
  readonly inputDigest?: string;
  /** Absent: there is nothing beside the output. */
  readonly side?: ResultSide;
}

export type TaskOutcome = {
  /** Requests that this attempt made, its commit's included; absent: they cost nothing here, or nobody can tell. */
  readonly requests?: RequestUsage;
  /** What has become of the blocks that its worker keeps; absent: nothing, or none are kept there. */
  readonly blocks?: PlacedBlockReport;
  /** Absent: the attempt was no invocation of a function, or its answer never came. */
  readonly invocation?: Invocation;
} & (
  | {
      readonly kind: 'success';
      readonly result: TaskResult /** This attempt lost the race; `result` is the winner's. */;
      readonly lostRace: boolean;
    }
  | { readonly kind: 'failure'; readonly failure: TaskFailure }
);

/** What an attempt tells while it runs. */
export type TaskEvent =
  | { readonly kind: 'started'; readonly executorId: string }
  | { readonly kind: 'log'; readonly level: 'log' | 'info' | 'warn' | 'error' | 'debug'; readonly text: string };
