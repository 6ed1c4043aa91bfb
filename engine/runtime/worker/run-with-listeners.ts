import { LevinError } from '../../errors/levin-error.ts';
import { asCurrentTask, type RunningTask } from '../../types/current-task.ts';
import type { TaskSpec } from '../../types/task.ts';
import { taskName } from './task-failure.ts';

type Listener<A extends readonly unknown[]> = (...args: A) => unknown;

/**
 * Runs the work of an attempt as the current task, then its listeners by Spark's rules:
 * ```
 *   work ──made it──▶ completion listeners, last one first ──none threw──▶ succeeded
 *     │                      └──one threw──▶ failure listeners ─▶ the other completion listeners ─▶ failed
 *     └──threw──▶ failure listeners, last one first ──▶ completion listeners ──▶ failed with what the work threw
 * ```
 */
export function runWithListeners<R>(
  attempt: Pick<RunningTask, 'spec' | 'signal' | 'barrier' | 'accumulators' | 'secret'>,
  work: () => Promise<R>,
): Promise<R> {
  const { spec } = attempt;
  const completion: Listener<[]>[] = [];
  const failure: Listener<[unknown]>[] = [];
  let failed: { readonly error: unknown } | null = null;
  const task = {
    ...attempt,
    state: 'running' as RunningTask['state'],
    onCompletion(listener: Listener<[]>) {
      if (task.state === 'running') completion.push(listener);
      else void listener();
    },
    onFailure(listener: Listener<[unknown]>) {
      if (task.state === 'running') failure.push(listener);
      else if (failed !== null) void listener(failed.error);
    },
  };
  const fail = async (error: unknown): Promise<void> => {
    failed = { error };
    task.state = 'failed';
    // What fails while a failure is told does not hide it.
    for (let listener = failure.pop(); listener !== undefined; listener = failure.pop()) await quietly(() => listener?.(error));
  };
  /** All listeners are called, whichever throw. */
  const complete = async (): Promise<void> => {
    if (failed === null) task.state = 'succeeded';
    for (let listener = completion.pop(); listener !== undefined; listener = completion.pop()) {
      try {
        await listener();
      } catch (error) {
        // The task fails with what came first; what comes after it is said at least.
        if (failed === null) await fail(listenerFailed(spec, error));
        else console.warn(`A task completion listener threw, too: ${String(error)}`);
      }
    }
  };
  return asCurrentTask(task, async () => {
    let result: R;
    try {
      result = await work();
    } catch (error) {
      await fail(error);
      await complete();
      throw error;
    }
    await complete();
    if (failed !== null) throw (failed as { readonly error: unknown }).error;
    return result;
  });
}

async function quietly(call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    console.warn(`A task failure listener threw: ${String(error)}`);
  }
}

function listenerFailed(spec: TaskSpec, thrown: unknown): LevinError {
  const error = new LevinError({
    code: 'TASK_LISTENER_FAILED',
    fault: 'user',
    message: `A completion listener of ${taskName(spec)} threw, which fails the task: ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)}`,
    cause: thrown,
  });
  if (thrown instanceof Error && thrown.stack !== undefined)
    error.stack = `${error.name}: ${error.message}\n${thrown.stack.slice(thrown.stack.search(/^\s+at /m))}`;
  return error;
}
