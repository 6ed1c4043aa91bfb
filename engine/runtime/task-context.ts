import type { ClosureInfo, StagePlan } from '../plan/stage-plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Random } from '../ports/random.ts';
import type { Scratch } from '../ports/scratch.ts';
import type { StagedFiles } from '../ports/staged-files.ts';
import type { PrepareRecords } from '../records/tagged-codec.ts';
import type { StoredBlock } from '../types/stored-block.ts';
import type { TaskMetrics, TaskSpec } from '../types/task.ts';
import type { TaskMemory } from '../types/task-memory.ts';
import type { BadRecords } from './bad-records.ts';
import type { BlockStore } from './blocks/block-store.ts';
import type { TaskPlace } from './record-path/user-error.ts';
import type { SpillSpace } from './spill/spill-space.ts';
import type { UserFunction } from './user-function.ts';

/** What a task needs of the world. */
export interface TaskDeps {
  /** Closure i of the template, rebuilt. The same array for every task of the stage: compiled loops are kept by it. */
  readonly closures: readonly UserFunction[];
  readonly objects: ObjectStore;
  /** Rooted at `/`: the key of a file is its absolute path without the leading slash. */
  readonly files: ObjectStore;
  /** Of the same keys: where sinks write. */
  readonly staged: StagedFiles;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Of this attempt; dropped when it ends. */
  readonly scratch: Scratch;
  readonly memory: TaskMemory;
  /** Keeps partitions of persisted RDDs; absent: nothing is kept here. */
  readonly blocks?: BlockStore;
  /** Loads the modules of classes that input records are instances of; default: they are loaded. */
  readonly prepare?: PrepareRecords;
  /** Values of secrets, by their names; default: there are none. */
  readonly secrets?: (ref: string) => Promise<string>;
  /** Resident memory of the executor; default: of this process. */
  readonly residentBytes?: () => number;
  /** Processor time of this thread so far; default: it is not measured. */
  readonly cpuMs?: () => number;
}

export type Counters = { -readonly [K in keyof Omit<TaskMetrics, 'runMs' | 'peakRssBytes' | 'badRecords' | 'cpuMs'>]: number };

/** One running task: its parts are built from this. */
export interface TaskContext {
  readonly spec: TaskSpec;
  readonly plan: StagePlan;
  readonly infos: readonly ClosureInfo[];
  readonly deps: TaskDeps;
  readonly counters: Counters;
  readonly place: TaskPlace;
  readonly spill: SpillSpace;
  /** Partitions of persisted RDDs that this attempt has stored. */
  readonly storedBlocks: StoredBlock[];
  /** null: the first record that a function fails on fails the task. */
  readonly badRecords: BadRecords | null;
}

export function newCounters(): Counters {
  return {
    recordsRead: 0,
    bytesRead: 0,
    recordsWritten: 0,
    bytesWritten: 0,
    shuffleBytesRead: 0,
    shuffleRecordsRead: 0,
    shuffleBytesWritten: 0,
    shuffleRecordsWritten: 0,
    spills: 0,
    forcedSpills: 0,
    memoryBytesSpilled: 0,
    diskBytesSpilled: 0,
  };
}
