import { AsyncLocalStorage } from 'node:async_hooks';
import type { TaskAccumulators } from './accumulator.ts';
import type { BarrierRounds } from './barrier-rounds.ts';
import type { TaskSpec } from './task.ts';

/** What a task's code can ask of the attempt that it is part of. */
export interface RunningTask {
  readonly spec: TaskSpec;
  /** Aborted when the attempt is to stop. */
  readonly signal: AbortSignal;
  readonly state: 'running' | 'succeeded' | 'failed';
  /** The others of its gang; null: its stage is no barrier stage. */
  readonly barrier: BarrierRounds | null;
  readonly accumulators: TaskAccumulators;
  /** The value of a secret, by its name. */
  secret(ref: string): Promise<string>;
  /** To be called when the attempt ends, the last one first; at once where it has ended. */
  onCompletion(listener: () => unknown): void;
  /** The same when it fails; before those. */
  onFailure(listener: (error: unknown) => unknown): void;
}

const KEY: unique symbol = Symbol.for('levin.currentTask.v1');

/** One for the whole thread: a bundle of user code has a copy of this module of its own. */
function store(): AsyncLocalStorage<RunningTask> {
  const holder = globalThis as { [KEY]?: AsyncLocalStorage<RunningTask> };
  holder[KEY] ??= new AsyncLocalStorage<RunningTask>();
  return holder[KEY];
}

/** The task whose code is running; null on the driver. What a task left behind (a timer) stays that task's when it has ended. */
export function currentTask(): RunningTask | null {
  return store().getStore() ?? null;
}

/** Runs `work`, and whatever it begins, as the task's code. */
export function asCurrentTask<R>(task: RunningTask, work: () => R): R {
  return store().run(task, work);
}
