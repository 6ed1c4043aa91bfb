import type { LostOutput, TaskFailure, WireError } from '../../engine/types/failure.ts';
import type { JobGraph } from './job-graph.ts';

export interface TaskGeneration {
  readonly partition: number;
  readonly generation: number;
}

/** A task whose output is committed. */
export interface CommittedTask extends TaskGeneration {
  /** Of its records, whatever their order; '' where none is needed. */
  readonly checksum: string;
  /** As its attempt was launched with. */
  readonly inputs: string | null;
  readonly badRecords: number;
}

interface AttemptEnd {
  readonly stage: number;
  readonly partition: number;
  readonly attempt: number;
  /** Of a success: the generation of the committed result, whoever won it. */
  readonly generation: number;
  /** Monotonic. */
  readonly nowMs: number;
}

/**
 * What the scheduler hears. Events may come twice, late or for jobs that have ended: then they change nothing.
 * - `stageResolved`: the stage's identity is fixed and what is committed of it was read. `raised` are tasks whose output was lost
 *   and not made again, with the generation their next attempt must have.
 * - `stageResolveFailed`: with `lost` when samples could not be read: they are made again, and the stage is resolved then.
 * - `taskStarted`: an executor has begun the attempt.
 * - `generationRaised`: answer to `raiseGeneration`; `generation` is the one under which an attempt can commit now.
 * - `outputLost`: somebody who is no task (the driver, collecting a result) could not read committed output.
 * - `timerFired`: at least the timer's time has passed; `nowMs` is monotonic.
 * - `capacityChanged`: how many attempts may be in flight.
 * - `stageReleased`: nothing will ask for the stage again; it is forgotten unless a job uses it.
 */
export type SchedulerEvent =
  | { readonly kind: 'jobSubmitted'; readonly graph: JobGraph }
  | { readonly kind: 'jobCancelled'; readonly job: number; readonly reason: string }
  | {
      readonly kind: 'stageResolved';
      readonly stage: number;
      readonly stageId: string;
      readonly taskCount: number;
      readonly committed: readonly CommittedTask[];
      readonly raised: readonly TaskGeneration[];
    }
  | { readonly kind: 'stageResolveFailed'; readonly stage: number; readonly error: WireError; readonly lost?: readonly LostOutput[] }
  | {
      readonly kind: 'taskStarted';
      readonly stage: number;
      readonly partition: number;
      readonly attempt: number;
      readonly executorId: string;
      readonly nowMs: number;
    }
  | ({
      readonly kind: 'taskSucceeded';
      readonly checksum: string;
      readonly inputs: string | null;
      readonly badRecords: number;
    } & AttemptEnd)
  | ({ readonly kind: 'taskFailed'; readonly failure: TaskFailure } & AttemptEnd)
  | { readonly kind: 'generationRaised'; readonly stage: number; readonly partition: number; readonly generation: number }
  | { readonly kind: 'outputLost'; readonly lost: readonly LostOutput[] }
  | { readonly kind: 'timerFired'; readonly id: number; readonly nowMs: number }
  | { readonly kind: 'capacityChanged'; readonly slots: number }
  | { readonly kind: 'stageReleased'; readonly stage: number };
