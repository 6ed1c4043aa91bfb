import type { Clock } from '../../engine/ports/clock.ts';
import { itemPages } from '../../engine/ports/item-pages.ts';
import { mapBounded } from '../../engine/ports/map-bounded.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import { type ReadOffsets, resultOf } from '../../engine/runtime/commit.ts';
import { watchCommit } from '../../engine/runtime/watch-commit.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import type { TaskResult } from '../../engine/types/task.ts';
import type { LeftAttempt } from '../journal/journal-entry.ts';
import type { MayRun } from '../journal/replay.ts';

/** Attempts of earlier drivers that may still run, whose tasks have not been committed. */
export interface EarlierWork {
  readonly attempts: number;
  /** At most. */
  readonly gbSeconds: number;
}

export interface EarlierAttemptsOptions {
  readonly appId: string;
  readonly metadata: MetadataStore;
  readonly readOffsets: ReadOffsets;
  readonly clock: Clock;
  /** Longest that an attempt can go on without the driver that launched it; null: it ends with it. */
  readonly outliveMs: number | null;
  /** Attempts of earlier drivers, where those did not say that they are over. */
  readonly mayRun: readonly MayRun[];
  /** Tells attempts to stop; absent: none can be told. */
  readonly tellToStop: ((attemptIds: readonly string[]) => Promise<void>) | undefined;
}

/** From the word to the last attempt: functions look every few seconds whether they are called off. */
export const CALLED_OFF_MS = 10_000;

const SHARDS_AT_ONCE = 16;

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
  /** Tells those of some tasks, or all, that nobody wants them any more. Nothing is heard of them: gives what they may cost until they have stopped. */
  callOff(tasks?: readonly Pick<Task, 'stageId' | 'partition'>[]): Promise<EarlierWork>;
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
  const left = (): readonly LeftAttempt[] => {
    const nowMs = clock.monotonic();
    return [...running.values()]
      .flat()
      .flatMap(({ endMs, ...attempt }) => (endMs > nowMs ? [{ ...attempt, leftMs: Math.ceil(endMs - nowMs) }] : []));
  };
  /** Whoever asks for such a task again does not wait for what stops. */
  const stopping = (names: ReadonlySet<string>): void => {
    const lastMs = clock.monotonic() + CALLED_OFF_MS;
    for (const name of names) {
      const of = running.get(name) ?? [];
      running.set(
        name,
        of.map((attempt) => ({ ...attempt, endMs: Math.min(attempt.endMs, lastMs) })),
      );
    }
  };
  return {
    // The journal does not say for which generation; of a later one hardly any runs, and one attempt more is right, too.
    mayRun: (task) => task.generation === 0 && running.has(taskName(task)) && clock.monotonic() < endOf(task),
    async outcome({ stageId, partition, generation }, signal) {
      const task = { appId, stageId, partition, generation };
      const record = await watchCommit({ metadata, clock, task, endMs: endOf(task), signal });
      running.delete(taskName(task));
      return record === null ? null : await resultOf(record, options.readOffsets);
    },
    left,
    async callOff(tasks) {
      const names = new Set(tasks?.map(taskName));
      const asked = left().filter((attempt) => tasks === undefined || names.has(taskName(attempt)));
      const attempts = await withoutCommit(asked, { metadata, appId });
      if (attempts.length > 0) {
        if (options.tellToStop === undefined) throw new Error('attempts of earlier drivers cannot be told anything');
        await options.tellToStop(attempts.map(({ attemptId }) => attemptId));
        stopping(new Set(attempts.map(taskName)));
      }
      return { attempts: attempts.length, gbSeconds: gbSecondsOf(attempts) };
    },
  };
}

/** A driver that died has not said which of its attempts were over: most of those have committed. */
async function withoutCommit(
  attempts: readonly LeftAttempt[],
  { metadata, appId }: Pick<EarlierAttemptsOptions, 'metadata' | 'appId'>,
): Promise<readonly LeftAttempt[]> {
  const shardOf = ({ stageId, partition }: LeftAttempt): string => metadataKeys.commit(appId, stageId, partition).partition;
  const shards = [...Map.groupBy(attempts, shardOf)];
  const open = await mapBounded(shards, { concurrency: SHARDS_AT_ONCE }, async ([shard, of]) => {
    const committed = new Set<string>();
    for await (const items of itemPages(metadata, shard))
      for (const { key, item } of items) if (item['winner'] !== null) committed.add(key.sort);
    return of.filter(({ stageId, partition }) => !committed.has(metadataKeys.commit(appId, stageId, partition).sort));
  });
  return open.flat();
}

/** An invocation costs as long as the last of its attempts goes on. */
function gbSecondsOf(attempts: readonly LeftAttempt[]): number {
  const invocations = Map.groupBy(attempts, ({ invocation, attemptId }) => invocation ?? attemptId);
  const costs = [...invocations.values()].map((of) =>
    Math.max(...of.map(({ leftMs, memoryMb = 0 }) => (leftMs / 1000) * (memoryMb / 1024))),
  );
  return costs.reduce((sum, cost) => sum + cost, 0);
}

/** `endMs`: of the monotonic clock. */
type Running = Omit<LeftAttempt, 'leftMs'> & { readonly endMs: number };

function taskName({ stageId, partition }: { readonly stageId: string; readonly partition: number }): string {
  return `${stageId}/${partition}`;
}
