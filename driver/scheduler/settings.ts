import type { ExclusionSettings } from './exclusion.ts';
import type { MemorySettings } from './memory-sizes.ts';
import type { PoolSettings } from './pools.ts';
import type { SpeculationSettings } from './speculation.ts';

export interface SchedulerSettings {
  /** Failures of one task that end its jobs (Spark: `spark.task.maxFailures`). */
  readonly maxTaskFailures: number;
  /** Attempts in a row of one stage that found their input lost and end its jobs (Spark: `spark.stage.maxConsecutiveAttempts`). */
  readonly maxStageAttempts: number;
  /** Without an attempt getting through for this long, all jobs end as starved. */
  readonly starvedAfterMs: number;
  /** First pause after a throttle; each further one in a row doubles it. */
  readonly throttleBaseMs: number;
  readonly throttleMaxMs: number;
  /** null: executors are left out for no task but those that failed on them. */
  readonly exclusion: ExclusionSettings | null;
  /** Records of one stage that functions may fail on and that are left out; 0: the stage fails. */
  readonly maxBadRecords: number;
  /** Attempts that run at once; more are queued by the runner. */
  readonly concurrency: number;
  /** Sizes of executors that attempts can have. */
  readonly memory: MemorySettings;
  /** Which job's tasks come first. */
  readonly pools: PoolSettings;
  /** null: slow tasks are waited for. */
  readonly speculation: SpeculationSettings | null;
}

export const DEFAULT_SCHEDULER_SETTINGS: SchedulerSettings = {
  maxTaskFailures: 4,
  maxStageAttempts: 4,
  starvedAfterMs: 600_000,
  throttleBaseMs: 100,
  throttleMaxMs: 30_000,
  exclusion: null,
  maxBadRecords: 0,
  concurrency: Number.MAX_SAFE_INTEGER,
  memory: { sizesMb: [], mbPerVcpu: null },
  pools: { mode: 'FIFO', pools: {} },
  speculation: null,
};
