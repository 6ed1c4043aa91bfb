import type { Fault } from '../errors/levin-error.ts';

/** An error as data, for the wire, the journal and the event log. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  /** `code` of a LevinError or of a Node error; null when the user's error has none. */
  readonly code: string | null;
  readonly cause: WireError | null;
  /** Own enumerable JSON-safe fields. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Which committed output of which task cannot be read any more. */
export interface LostOutput {
  readonly stageId: string;
  readonly partition: number;
  readonly generation: number;
}

/**
 * Why an attempt did not succeed.
 * - `user-error`: the user's function threw or rejected.
 * - `out-of-memory`: heap limit or resident memory of the executor.
 * - `executor-lost`: the process or worker died (exit, kill, crash) for no known reason.
 * - `exit`: user code called `process.exit`.
 * - `timeout`: the attempt passed its deadline; `cpuBound` tells whether it was computing.
 * - `fetch-failed`: committed input is gone or corrupt after a second read; `lost` names exactly the producers.
 * - `throttled`: the runner or a store refused for now; never counts as a failure.
 * - `superseded`: the task's generation moved on while this attempt ran; never counts.
 * - `cancelled`: we asked for it.
 * - `error`: everything else, classified by `fault`.
 */
export type FailureKind =
  | 'user-error'
  | 'out-of-memory'
  | 'executor-lost'
  | 'exit'
  | 'timeout'
  | 'fetch-failed'
  | 'throttled'
  | 'superseded'
  | 'cancelled'
  | 'error';

export interface TaskFailure {
  readonly kind: FailureKind;
  readonly fault: Fault;
  readonly error: WireError;
  /** `fetch-failed`: the producers to run again; empty otherwise. */
  readonly lost: readonly LostOutput[];
  /** `timeout`: the attempt was computing rather than waiting. */
  readonly cpuBound?: boolean;
}
