import type { RunnerCapabilities } from '../../engine/ports/task-runner.ts';
import type { LevinConfig } from '../config/config-input.ts';
import { DEFAULT_SCHEDULER_SETTINGS, type SchedulerSettings } from '../scheduler/settings.ts';

/** What the user's settings and the runner's abilities mean to the scheduler. */
export function schedulerSettings(config: LevinConfig, capabilities: RunnerCapabilities): SchedulerSettings {
  const { addressable, concurrency, memorySizesMb, mbPerVcpu = null } = capabilities;
  const exclusion = {
    stageFailures: config.excludeAfterStageFailures,
    applicationFailures: config.excludeAfterFailures,
    timeoutMs: config.excludeTimeoutMs,
  };
  const speculation = {
    quantile: config.speculationQuantile,
    multiplier: config.speculationMultiplier,
    minRuntimeMs: config.speculationMinTaskRuntimeMs,
    intervalMs: config.speculationIntervalMs,
    concurrency,
  };
  return {
    ...DEFAULT_SCHEDULER_SETTINGS,
    maxTaskFailures: config.maxTaskFailures,
    maxStageAttempts: config.maxStageAttempts,
    starvedAfterMs: config.starvedAfterMs,
    maxBadRecords: config.maxBadRecords,
    concurrency,
    pools: { mode: config.schedulerMode, pools: config.pools },
    memory: { sizesMb: memorySizesMb, mbPerVcpu },
    exclusion: config.excludeOnFailure && addressable ? exclusion : null,
    speculation: config.speculation ? speculation : null,
  };
}
