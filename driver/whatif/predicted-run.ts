import type { Usage } from '../cost/prices.ts';

/** What one stage took, in one simulated history. */
export interface StageMeasure {
  readonly tasks: number;
  /** From the first task's begin to the last one's end. */
  readonly seconds: number;
  /** When its first task began, in seconds from the begin of the run. */
  readonly beginsAt: number;
  /** Of single tasks, ascending. */
  readonly taskSeconds: readonly number[];
  /** Of all its tasks, on one vCPU. */
  readonly computeMs: number;
  readonly fileBytes: number;
  readonly shuffleReadBytes: number;
  readonly shuffleWriteBytes: number;
  readonly writeBytes: number;
  readonly usage: Usage;
}

/** One simulated history of a run. */
export interface PredictedRun {
  /** Until the last action was answered. */
  readonly seconds: number;
  readonly stages: ReadonlyMap<number, StageMeasure>;
  /** Requests of the driver: journal, lease, listings, index objects. */
  readonly driver: Usage;
}
