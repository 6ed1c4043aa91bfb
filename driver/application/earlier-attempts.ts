import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import { type ReadOffsets, resultOf } from '../../engine/runtime/commit.ts';
import { watchCommit } from '../../engine/runtime/watch-commit.ts';
import type { TaskResult } from '../../engine/types/task.ts';

export interface EarlierAttemptsOptions {
  readonly appId: string;
  readonly metadata: MetadataStore;
  readonly readOffsets: ReadOffsets;
  readonly clock: Clock;
  /** Longest that an attempt can go on without the driver that launched it; null: it ends with it. */
  readonly outliveMs: number | null;
  /** Partitions of a stage that an earlier driver launched attempts for. */
  readonly launchedBefore: (stageId: string) => Iterable<number>;
}

interface Task {
  readonly stageId: string;
  readonly partition: number;
  readonly generation: number;
}

/** Attempts of a driver that is gone, where they go on without it: a successor neither launches nor pays for them again. */
export interface EarlierAttempts {
  mayRun(task: Task): boolean;
  /** What the task has committed, as soon as it has; null when no earlier attempt can commit any more. */
  outcome(task: Task, signal: AbortSignal): Promise<TaskResult | null>;
}

/** Made when the lease was taken over: what was launched before runs for `outliveMs` from now at most. */
export function createEarlierAttempts(options: EarlierAttemptsOptions): EarlierAttempts {
  const { appId, metadata, clock, outliveMs } = options;
  const endMs = outliveMs === null ? null : clock.monotonic() + outliveMs;
  const launched = new Map<string, ReadonlySet<number>>();

  const launchedOf = (stageId: string): ReadonlySet<number> => {
    const known = launched.get(stageId) ?? new Set(options.launchedBefore(stageId));
    launched.set(stageId, known);
    return known;
  };
  return {
    // The journal does not say for which generation; of a later one hardly any runs, and one attempt more is right, too.
    mayRun: ({ stageId, partition, generation }) =>
      endMs !== null && generation === 0 && clock.monotonic() < endMs && launchedOf(stageId).has(partition),
    async outcome({ stageId, partition, generation }, signal) {
      const task = { appId, stageId, partition, generation };
      const record = await watchCommit({ metadata, clock, task, endMs: endMs as number, signal });
      return record === null ? null : await resultOf(record, options.readOffsets);
    },
  };
}
