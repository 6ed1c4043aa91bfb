import { AsyncLocalStorage } from 'node:async_hooks';
import type { TaskSpec } from '../../types/task.ts';

/** The task that a function runs in. */
export interface RunningTask {
  readonly spec: TaskSpec;
}

/** Not a plain variable: what a task leaves behind goes on after its end, and in one thread of the simulator many tasks take turns. */
const running = new AsyncLocalStorage<RunningTask>();

/** Everything that `work` calls, and whatever goes on from there, is in this task. */
export function runInTask<R>(task: RunningTask, work: () => R): R {
  return running.run(task, work);
}

/** null: what asks is not in a task. */
export function currentTask(): RunningTask | null {
  return running.getStore() ?? null;
}
