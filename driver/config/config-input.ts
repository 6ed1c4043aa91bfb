import type { PoolSettings, PoolShare, SchedulingMode } from '../scheduler/pools.ts';

/** All settings of an application, complete; docs/configuration.md tells what each means. null: not set. */
export interface LevinConfig {
  readonly master: string;
  readonly appName: string | null;
  readonly stateDir: string | null;
  readonly localDir: string | null;
  readonly shuffleCompression: 'none' | 'zstd' | null;
  readonly broadcastCacheBytes: number | null;
  readonly storageFraction: number;
  readonly defaultParallelism: number | null;
  readonly maxTaskFailures: number;
  readonly maxStageAttempts: number;
  readonly barrierTimeoutMs: number;
  readonly taskTimeoutMs: number | null;
  readonly starvedAfterMs: number;
  readonly maxBadRecords: number;
  readonly excludeOnFailure: boolean;
  readonly excludeAfterStageFailures: number;
  readonly excludeAfterFailures: number;
  readonly excludeTimeoutMs: number;
  readonly speculation: boolean;
  readonly speculationQuantile: number;
  readonly speculationMultiplier: number;
  readonly speculationMinTaskRuntimeMs: number;
  readonly speculationIntervalMs: number;
  readonly schedulerMode: SchedulingMode;
  readonly pools: PoolSettings['pools'];
  readonly maxPartitionBytes: number;
  readonly maxResultBytes: number;
  readonly leaseMs: number;
  readonly chaos: string | null;
  readonly validateOutput: boolean;
  readonly requesterPays: boolean;
  readonly upload: boolean;
  readonly allowedEnv: readonly string[];
  readonly progress: 'auto' | 'bar' | 'lines' | 'none';
  readonly quiet: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'off';
  readonly logFormat: 'text' | 'json';
}

export type ConfigName = keyof LevinConfig;

/** Settings as a user writes them: any key of docs/configuration.md. */
export type ConfigInput = { readonly [K in Exclude<ConfigName, 'pools'>]?: NonNullable<LevinConfig[K]> } & {
  /** By name; what is not said of a pool is `schedulingMode: 'FIFO'`, `weight: 1`, `minShare: 0`. */
  readonly pools?: Readonly<Record<string, Partial<PoolShare>>>;
};

/**
 * Types the settings of a `levin.config.ts`; gives them back unchanged.
 *
 * @example
 * export default defineConfig({ master: 'local[4]', defaultParallelism: 8 });
 */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
