import type { DriverAccumulator } from '../../engine/closures/runtime/accumulator.ts';
import type { ShippedClosure } from '../../engine/closures/shipped-closure.ts';
import type { Broadcast } from '../../engine/runtime/broadcast.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import type { Codec, CsvOutput } from '../../engine/types/file-format.ts';
import type { StorageLevel } from '../../engine/types/storage-level.ts';
import type { ActionOptions, SaveMode } from '../api/types.ts';
import type { EffectiveConf } from '../config/load-config.ts';
import type { LogThreshold } from '../console/logger.ts';
import type { LineageNode, LineageShape } from '../lineage/lineage-node.ts';
import type { NewAccumulator } from './accumulators.ts';
import type { JobControl } from './job-control.ts';
import type { JobProperties } from './job-properties.ts';
import type { StatusTracker } from './status-tracker.ts';

/** What an action computes on each partition of an RDD; the driver finishes the answer. */
export type LineageSink =
  | { readonly kind: 'collect' }
  | { readonly kind: 'count' }
  | { readonly kind: 'take'; readonly n: number }
  | { readonly kind: 'reduce'; readonly fn: ShippedClosure }
  | { readonly kind: 'fold'; readonly zero: string; readonly fn: ShippedClosure }
  | { readonly kind: 'takeOrdered'; readonly n: number; readonly key: ShippedClosure | null; readonly descending?: true }
  | { readonly kind: 'countValues' }
  | { readonly kind: 'moments'; readonly skipMissing?: true }
  | { readonly kind: 'bucketCounts'; readonly bounds: string }
  | { readonly kind: 'distinctSketch'; readonly precision: number }
  | { readonly kind: 'sampleRecords'; readonly sizes: readonly number[]; readonly withReplacement: boolean; readonly seed: string }
  | { readonly kind: 'foreachPartition'; readonly fn: ShippedClosure }
  | { readonly kind: 'foreach'; readonly fn: ShippedClosure; readonly concurrency?: number }
  | { readonly kind: 'saveAsTextFile' | 'saveAsJsonFile'; readonly path: string; readonly codec?: Codec | null }
  | ({ readonly kind: 'saveAsCsvFile'; readonly path: string; readonly codec: Codec | null } & CsvOutput)
  | { readonly kind: 'saveAsObjectFile'; readonly path: string };

export interface ActionRequest {
  /** Spark's name of the action. */
  readonly name: string;
  readonly node: LineageNode;
  readonly sink: LineageSink;
  readonly callSite: CallSite | null;
  readonly options: ActionOptions;
  /** Of the code that called it. Default: none. */
  readonly properties?: JobProperties;
  /** Where the sink writes files: of actions that save. */
  readonly output?: SavedOutput;
  /** What else makes this action differ from another one over the same node and sink: JSON. */
  readonly parameters?: readonly unknown[];
  /** The node to run in place of `node`, when that depends on how many partitions `node` has; called once, when the action is planned. */
  readonly expand?: (numPartitions: number) => { readonly node: LineageNode; readonly sink: LineageSink };
}

/** An output folder. */
export interface SavedOutput {
  /** Absolute, without a slash at the end. */
  readonly path: string;
  readonly mode: SaveMode;
}

/** One part file of a sink, as committed. */
export interface PartFile {
  readonly path: string;
  readonly length: number;
  readonly checksum: string;
}

/** The result stage of an action, ready to run some or all of its partitions; each run is one job. */
export interface ResultStage {
  readonly numPartitions: number;
  /** The records of each asked partition, in the order asked. */
  run(partitions: readonly number[]): Promise<readonly (readonly unknown[])[]>;
  /** As `run` for at most so long; then the job is cancelled. null for partitions that are not done. */
  runFor(partitions: readonly number[], timeoutMs: number): Promise<readonly (readonly unknown[] | null)[]>;
  /** The committed part files of each asked partition: sinks that write files. Those that `lostOf` does not find are made again. */
  runFiles(
    partitions: readonly number[],
    lostOf: (files: readonly PartFile[]) => Promise<readonly PartFile[]>,
  ): Promise<readonly PartFile[]>;
}

/** What the public API needs of a running application. */
export interface Application {
  readonly id: string;
  readonly name: string;
  readonly master: string;
  readonly defaultParallelism: number;
  /** Of levin. */
  readonly version: string;
  /** When its first driver began, in epoch milliseconds. */
  readonly startTime: number;
  /** All settings, and where each was set; null: it has its default. */
  readonly conf: EffectiveConf;
  readonly jobs: Pick<JobControl, 'within' | 'properties' | 'cancel'>;
  readonly status: StatusTracker;
  /** From now on no message of levin's that is less severe is logged. */
  setLogLevel(level: LogThreshold): void;
  /** A new RDD's node. Fails with `CONTEXT_STOPPED` after `stop()`. */
  node(shape: LineageShape, operation: string, callSite: CallSite | null): LineageNode;
  /** Encodes a user function at the call that takes it. */
  ship(operation: string, fn: unknown, callSite: CallSite | null): ShippedClosure;
  /** Encodes a value that tasks are to read. */
  broadcast<T>(value: T, callSite: CallSite | null): Broadcast<T>;
  /** A new accumulator. */
  accumulator(made: NewAccumulator): DriverAccumulator;
  /** A seed for something random that was given none: from the application's id and how many were asked for before, so that a resumed job draws alike. */
  nextSeed(): number;
  /** Runs driver code once in the life of the application: a resumed driver is given the journaled result. */
  step<R>(name: string, fn: () => R | Promise<R>, callSite: CallSite | null): Promise<R>;
  /** The time in epoch milliseconds, or a random number in [0, 1): the same ones when the job is resumed. */
  draw(of: 'now' | 'random', callSite: CallSite | null): number;
  /** Partitions that an RDD will have: lists input files when it must. */
  numPartitions(node: LineageNode): Promise<number>;
  /** Keeps the partitions of an RDD when they are computed. Fails with `STORAGE_LEVEL_SET` when it is persisted at another level. */
  persist(node: LineageNode, level: StorageLevel): void;
  /** What is kept of it goes. */
  unpersist(node: LineageNode): void;
  /** null: it is not persisted. */
  persistedAt(node: LineageNode): StorageLevel | null;
  /** The lineage as text; lists input files when it must. */
  debugString(node: LineageNode): Promise<string>;
  /**
   * Runs an action: journaled, so that a resumed driver finds the answer of a finished one.
   * `answer` must be a value that can be a record.
   */
  runAction<R>(request: ActionRequest, body: (stage: ResultStage) => Promise<R>): Promise<R>;
  /** Like `runAction` for an action with an `output`: its files become the content of the folder, `_SUCCESS` last. */
  saveAction(request: ActionRequest): Promise<void>;
  /** Like `runAction` for an answer that is handed out piece by piece; nothing is journaled but the stages' commits. */
  streamAction<R>(request: ActionRequest, body: (stage: ResultStage) => AsyncGenerator<R, void, void>): AsyncGenerator<R, void, void>;
  /** What a save without a mode means: `error`, or `append` where the configuration lets outputs stand. */
  readonly defaultSaveMode: SaveMode;
  /** Absolute path, `/` separators; relative ones are below the working folder of the application. */
  resolvePath(path: string): string;
  /** Ends the application with what is done. Idempotent. */
  stop(): Promise<void>;
  /** Ends the application as failed, with this error as the reason; does nothing after `stop`. */
  fail(error: unknown): Promise<void>;
  /** Leaves the application to another driver, which may begin when this resolves; this process has to end then. False: it has ended by itself. */
  handOver(): Promise<boolean>;
}
