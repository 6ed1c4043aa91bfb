import type { LostOutput, TaskFailure, WireError } from '../../engine/types/failure.ts';

/** Why a job ended without its answer. `name` is the stage's. */
export type JobFailure =
  | {
      readonly kind: 'taskFailed';
      readonly stage: number;
      readonly name: string;
      readonly partition: number;
      /** Counted failures of this task; with `repeated`, of all tasks of the stage at this place. */
      readonly failures: number;
      /** Tasks of the stage. */
      readonly taskCount: number;
      /** Memory that was tried for this task, in MB, ascending; empty: the runner has no sizes. */
      readonly triedMb: readonly number[];
      /** The same mistake came twice from the same place: the remaining attempts were not used. */
      readonly repeated: boolean;
      readonly failure: TaskFailure;
    }
  /** More records were left out than may be. */
  | {
      readonly kind: 'badRecords';
      readonly stage: number;
      readonly name: string;
      readonly badRecords: number;
      readonly maxBadRecords: number;
    }
  | {
      readonly kind: 'inputLost';
      readonly stage: number;
      readonly name: string;
      readonly stageAttempts: number;
      readonly lost: readonly LostOutput[];
    }
  | {
      /** A stage that was run again gave other records, and something made of the first ones was handed out already. */
      readonly kind: 'indeterminate';
      readonly stage: number;
      readonly name: string;
      /** The stage that differs. */
      readonly source: string;
    }
  | { readonly kind: 'resolveFailed'; readonly stage: number; readonly name: string; readonly error: WireError }
  | {
      readonly kind: 'badPartition';
      readonly stage: number;
      readonly name: string;
      readonly partition: number;
      readonly taskCount: number;
    }
  | {
      readonly kind: 'starved';
      readonly waitedMs: number;
      readonly throttles: number;
      readonly slots: number;
      readonly waitingTasks: number;
    }
  | { readonly kind: 'cancelled'; readonly reason: string };

/**
 * What the scheduler wants done. The order of commands is the order in which they are meant.
 * - `resolveStage`: fix the identity; all parents are resolved and its sample parents are done. Answer with `stageResolved` or `stageResolveFailed`.
 * - `launch`: run one attempt; all parents are done. Answer with `taskSucceeded` or `taskFailed`, also after `abortAttempt`.
 * - `abortAttempt`: its result is not needed any more.
 * - `raiseGeneration`: the committed output of generation `from` is lost, or made of output that is (`outdated`); write that (fenced) and
 *   answer with `generationRaised`.
 * - `memoryRaised`: the task's next attempt gets more memory; without a partition: those of the stage that have not begun yet do.
 * - `recordsLeftOut`: the stage is done, without so many records that functions failed on.
 * - `stageSubmitted`, `stageCompleted`: for those who watch, in pairs. `attempt` counts submissions of the stage.
 */
export type SchedulerCommand =
  | { readonly kind: 'resolveStage'; readonly stage: number }
  | {
      readonly kind: 'launch';
      readonly stage: number;
      readonly partition: number;
      readonly generation: number;
      readonly attempt: number;
      /** Digest of the outputs it will read, to be committed with its own. */
      readonly inputs: string | null;
      /** Executors to run it on only if there is no other one. */
      readonly avoid: readonly string[];
      /** A second attempt beside one that is slow. */
      readonly copy: boolean;
      /** Records that functions may fail on and that are left out; null: the first one fails the attempt. */
      readonly maxBadRecords: number | null;
      /** One of the runner's sizes; null: it has none. */
      readonly memorySizeMb: number | null;
      /** Of a barrier stage: with which launch of all its tasks this one belongs together; absent: it runs for itself. */
      readonly gang?: number;
    }
  | { readonly kind: 'abortAttempt'; readonly stage: number; readonly partition: number; readonly attempt: number }
  | {
      readonly kind: 'raiseGeneration';
      readonly stage: number;
      readonly partition: number;
      readonly from: number;
      readonly outdated?: true;
      /** It may not have been committed at all: an attempt that is still under way somewhere must not be able to. */
      readonly uncommitted?: true;
    }
  | { readonly kind: 'setTimer'; readonly id: number; readonly ms: number }
  | {
      readonly kind: 'stageSubmitted';
      readonly stage: number;
      readonly attempt: number;
      readonly tasks: number;
      readonly committed: number;
    }
  | { readonly kind: 'stageCompleted'; readonly stage: number; readonly status: 'succeeded' | 'failed' | 'cancelled' | 'skipped' }
  | {
      readonly kind: 'memoryRaised';
      readonly stage: number;
      readonly partition: number | null;
      readonly reason: 'out-of-memory' | 'timeout';
      readonly fromMb: number;
      readonly toMb: number;
    }
  | { readonly kind: 'recordsLeftOut'; readonly stage: number; readonly badRecords: number }
  | { readonly kind: 'jobSucceeded'; readonly job: number }
  | { readonly kind: 'jobFailed'; readonly job: number; readonly failure: JobFailure }
  | {
      readonly kind: 'warn';
      readonly code: 'THROTTLED' | 'NO_CAPACITY' | 'EXECUTOR_EXCLUDED' | 'BARRIER_RESTARTED' | 'BARRIER_WAITS';
      readonly message: string;
    };
