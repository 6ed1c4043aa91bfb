import type { PlacedBlockReport } from './block-report.ts';
import type { CallSite } from './call-site.ts';
import type { TaskFailure } from './failure.ts';
import type { ChaosKind } from './injected-fault.ts';
import type { Invocation } from './invocation.ts';
import type { RequestUsage } from './request-usage.ts';
import type { StageShape } from './stage-shape.ts';
import type { TaskMetrics } from './task.ts';

/** Version of the event log's format: raised when an event changes its meaning, not when one is added. */
export const EVENT_LOG_VERSION = 1;

/**
 * What happens in an application, complete enough to redraw everything from it alone.
 * `timeMs` is wall time in epoch milliseconds. Job and stage numbers count from 0 within the application.
 */
export type AppEvent = { readonly timeMs: number } /** First event of every part's driver epoch. */ & (
  | { readonly kind: 'logStarted'; readonly version: number; readonly levin: string; readonly epoch: number }
  | {
      readonly kind: 'appStarted';
      readonly appId: string;
      readonly name: string;
      readonly master: string;
      readonly node: string;
      readonly resumed: boolean;
      /** Configuration that is not the default; values whose key looks secret are redacted. */
      readonly conf: Readonly<Record<string, string | number | boolean | null>>;
    }
  | {
      readonly kind: 'appEnded';
      readonly status: 'succeeded' | 'failed' | 'cancelled';
      readonly message: string | null;
      /** Requests that this driver made itself, up to here; null: they cost nothing here. */
      readonly requests: RequestUsage | null;
    }
  | {
      readonly kind: 'jobStarted';
      readonly job: number;
      readonly action: string;
      readonly description: string | null;
      readonly callSite: CallSite | null;
      readonly stages: readonly number[];
      /** As `withLocalProperties` had them where the action was called; absent: none. */
      readonly pool?: string;
      readonly group?: string;
      readonly tags?: readonly string[];
    }
  | {
      readonly kind: 'jobEnded';
      readonly job: number;
      readonly status: 'succeeded' | 'failed' | 'cancelled';
      readonly message: string | null /** Answered from the journal: nothing ran. */;
      readonly replayed: boolean;
      /** Accumulators with a name that tasks of the job's stages have added to, as they stand after it; absent: none. */
      readonly accumulators?: readonly { readonly ordinal: number; readonly name: string; readonly value: string }[];
    }
  | {
      readonly kind: 'stageSubmitted';
      readonly stage: number;
      readonly stageId: string;
      /** `reduceByKey at job.ts:12` */
      readonly name: string;
      readonly tasks: number;
      /** Tasks found committed: they do not run. All of them: the stage is skipped. */
      readonly committed: number;
      readonly parents: readonly number[];
      /** 0 at first, then once more each time lost output is made again. */
      readonly attempt: number;
      /** What it reads and writes, and what decides how many tasks it has; logs of older versions have none. */
      readonly shape?: StageShape;
    }
  | {
      readonly kind: 'stageCompleted';
      readonly stage: number;
      readonly status: 'succeeded' | 'failed' | 'cancelled' | 'skipped';
      readonly message: string | null;
    }
  | {
      readonly kind: 'taskStarted';
      readonly stage: number;
      readonly partition: number;
      readonly attempt: number;
      readonly generation: number;
      readonly executorId: string;
      /** A second attempt beside one that is slow. */
      readonly speculative: boolean;
      /** Memory of the executor that was asked for; null where there is no limit but the machine's. */
      readonly memorySizeMb: number | null;
    }
  | {
      readonly kind: 'taskEnded';
      readonly stage: number;
      readonly partition: number;
      readonly attempt: number;
      readonly generation: number;
      readonly durationMs: number;
      /** null when it succeeded. */
      readonly failure: TaskFailure | null;
      /** null when it failed. */
      readonly metrics: TaskMetrics | null;
      readonly lostRace: boolean;
      /** What the attempt read, computed and displaced of what is persisted; absent: nothing. */
      readonly blocks?: PlacedBlockReport;
      /** Requests that the attempt made, failed or not; null: they cost nothing here, or nobody can tell. */
      readonly requests: RequestUsage | null;
      /** Where the attempt ran and what Lambda billed; null: it was no invocation of a function, or its answer never came. */
      readonly invocation: Invocation | null;
    }
  | {
      readonly kind: 'taskLog';
      readonly stage: number;
      readonly partition: number;
      readonly attempt: number;
      readonly level: 'log' | 'info' | 'warn' | 'error' | 'debug';
      readonly text: string;
    }
  | {
      readonly kind: 'memoryRaised';
      readonly stage: number;
      /** null: all tasks of the stage that have not begun yet. */
      readonly partition: number | null;
      /** `timeout`: it computed for too long, with less than a whole CPU. */
      readonly reason: 'out-of-memory' | 'timeout';
      readonly fromMb: number;
      readonly toMb: number;
    }
  | {
      readonly kind: 'outputLost';
      readonly stage: number;
      readonly partition: number;
      readonly generation: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'faultInjected';
      readonly fault: ChaosKind;
      /** How many of this kind there were so far, over all drivers of the application. */
      readonly total: number;
      /** What was done; null: it was told by a driver before this one. */
      readonly text: string | null;
    }
  | {
      /** The value of a broadcast was written, for tasks that are about to read it. */
      readonly kind: 'broadcastStored';
      /** SHA-256 of the encoded value. */
      readonly hash: string;
      readonly bytes: number;
      /** It was lost or damaged. */
      readonly again: boolean;
    }
  | { readonly kind: 'warning'; readonly code: string; readonly message: string }
);
