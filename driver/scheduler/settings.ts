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
}

export const DEFAULT_SCHEDULER_SETTINGS: SchedulerSettings = {
  maxTaskFailures: 4,
  maxStageAttempts: 4,
  starvedAfterMs: 600_000,
  throttleBaseMs: 100,
  throttleMaxMs: 30_000,
};
