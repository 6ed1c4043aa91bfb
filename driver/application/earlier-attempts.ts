import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import { type ReadOffsets, resultOf } from '../../engine/runtime/commit.ts';
import { watchCommit } from '../../engine/runtime/watch-commit.ts';
import type { TaskResult } from '../../engine/types/task.ts';
import type { LeftAttempt } from '../journal/journal-entry.ts';
import type { MayRun } from '../journal/replay.ts';

export interface EarlierAttemptsOptions {
  readonly appId: string;
  readonly metadata: MetadataStore;
  readonly readOffsets: ReadOffsets;
  readonly clock: Clock;
  /** Longest that an attempt can go on without the driver that launched it; null: it ends with it. */
  readonly outliveMs: number | null;
  /** Attempts of earlier drivers, where those did not say that they are over. */
  readonly mayRun: readonly MayRun[];
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
  /** Those that may still run now, for the next driver. */
  left(): readonly LeftAttempt[];
}

/** Made when the lease was taken over: what was launched before runs for `outliveMs` from now at most. */
export function createEarlierAttempts(options: EarlierAttemptsOptions): EarlierAttempts {
  const { appId, metadata, clock, outliveMs } = options;
  const running = new Map<string, readonly Running[]>();
  if (outliveMs !== null) {
    const nowMs = clock.monotonic();
    for (const { leftMs, ...attempt } of options.mayRun) {
      const endMs = nowMs + (leftMs ?? outliveMs);
      const name = taskName(attempt);
      running.set(name, [...(running.get(name) ?? []), { ...attempt, endMs }]);
    }
  }
  const endOf = (task: Task): number => Math.max(0, ...(running.get(taskName(task)) ?? []).map(({ endMs }) => endMs));
  return {
    // The journal does not say for which generation; of a later one hardly any runs, and one attempt more is right, too.
    mayRun: (task) => task.generation === 0 && running.has(taskName(task)) && clock.monotonic() < endOf(task),
    async outcome({ stageId, partition, generation }, signal) {
      const task = { appId, stageId, partition, generation };
      const record = await watchCommit({ metadata, clock, task, endMs: endOf(task), signal });
      running.delete(taskName(task));
      return record === null ? null : await resultOf(record, options.readOffsets);
    },
    left() {
      const nowMs = clock.monotonic();
      return [...running.values()]
        .flat()
        .flatMap(({ endMs, ...attempt }) => (endMs > nowMs ? [{ ...attempt, leftMs: Math.ceil(endMs - nowMs) }] : []));
    },
  };
}

/** `endMs`: of the monotonic clock. */
type Running = Omit<LeftAttempt, 'leftMs'> & { readonly endMs: number };

function taskName({ stageId, partition }: { readonly stageId: string; readonly partition: number }): string {
  return `${stageId}/${partition}`;
}
