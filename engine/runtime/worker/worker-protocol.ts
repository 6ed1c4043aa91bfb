import type { BlockReport } from '../../types/block-report.ts';
import type { BroadcastRef } from '../../types/broadcast.ts';
import type { TaskFailure } from '../../types/failure.ts';
import type { RequestUsage } from '../../types/request-usage.ts';
import type { TaskEvent, TaskMetrics, TaskOutput, TaskSpec } from '../../types/task.ts';
import type { TaskSide } from '../../types/task-side.ts';

/** What an attempt made and nobody has committed yet. */
export interface PreparedOutput {
  readonly output: TaskOutput;
  readonly metrics: TaskMetrics;
  /** Absent: there is nothing beside the output. */
  readonly side?: TaskSide;
  /** What has become of the worker's blocks; absent: nothing. */
  readonly blocks?: BlockReport;
}

export type LogLevel = Extract<TaskEvent, { kind: 'log' }>['level'];

/**
 * Supervisor to worker, several at once. Tasks are queued in the worker, so that none waits for a round trip.
 *
 * Whether a queued task starts is decided in shared memory, never by a message: a worker that computes reads no messages.
 * `claim` is one cell in shared memory; who changes it from `CLAIM_WAITING` first has the task.
 * ```
 *   WAITING ──worker──▶ STARTED      it runs; only terminating the worker takes it back
 *      └─────supervisor──▶ TAKEN     cancelled or given to an idle worker; the worker answers `skipped`
 * ```
 */
export type ToWorker =
  | { readonly kind: 'task'; readonly id: number; readonly claim: Int32Array; readonly spec: TaskSpec }
  | { readonly kind: 'cancel'; readonly id: number }
  /** The answer to the worker's `broadcast` of that number; the bytes are memory that all threads of the process share. */
  | { readonly kind: 'broadcast'; readonly ask: number; readonly answer: BroadcastAnswer }
  /** The value is not used any more: what is kept of it can go. */
  | { readonly kind: 'forget'; readonly appId: string; readonly hash: string }
  /** What is kept of these RDDs goes; `forGood`: they are not persisted any more. */
  | { readonly kind: 'dropBlocks'; readonly rdds: readonly number[]; readonly forGood: boolean };

export type BroadcastAnswer = { readonly bytes: Uint8Array } | { readonly failure: TaskFailure };

/** Worker to supervisor, several at once. Each task ends with exactly one of `skipped`, `prepared`, `failed`, unless the worker ends first. */
export type FromWorker =
  | { readonly kind: 'ready' }
  /** A task needs the encoded value of a broadcast; answered once. */
  | { readonly kind: 'broadcast'; readonly ask: number; readonly appId: string; readonly ref: BroadcastRef }
  | { readonly kind: 'started'; readonly id: number }
  | { readonly kind: 'skipped'; readonly id: number }
  | { readonly kind: 'log'; readonly id: number; readonly level: LogLevel; readonly text: string }
  | ({ readonly kind: 'prepared'; readonly id: number; readonly prepared: PreparedOutput } & Requested)
  /** `tainted`: something of the attempt may still run in the worker, which must be replaced. */
  | ({ readonly kind: 'failed'; readonly id: number; readonly failure: TaskFailure; readonly tainted: boolean } & Requested)
  /** User code called `process.exit`; the worker ends right after. `id` is null when no task ran. */
  | { readonly kind: 'exiting'; readonly id: number | null; readonly code: number; readonly stack: string | null };

/** Requests that the worker made for the attempt; absent: they cost nothing. */
interface Requested {
  readonly requests?: RequestUsage;
}

export const CLAIM_WAITING = 0;
export const CLAIM_STARTED = 1;
export const CLAIM_TAKEN = 2;
