import { failureWith, taskName } from '../../runtime/worker/task-failure.ts';
import type { TaskFailure } from '../../types/failure.ts';
import type { TaskSpec } from '../../types/task.ts';
import type { ProcessEnd } from './executor-process.ts';

/** The failure of an attempt whose executor process ended under it. */
export function lostFailure(spec: TaskSpec, executorId: string, end: ProcessEnd, memoryRemedy: string): TaskFailure {
  if (/JavaScript heap out of memory/.test(end.lastWords)) {
    const message = `${taskName(spec)} ran out of memory: one large allocation did not fit the JavaScript heap of executor ${executorId} (process ${end.pid}), which ended the process. To help: ${memoryRemedy}.`;
    return failureWith('out-of-memory', 'resource', { code: 'OUT_OF_MEMORY', message });
  }
  const hint = end.signal === 'SIGKILL' ? ' The operating system kills a process when the memory of the machine runs out.' : '';
  const message = `Executor ${executorId} (process ${end.pid}) ${endText(end)} while it ran ${taskName(spec)}.${hint}`;
  return failureWith('executor-lost', 'transient', { code: 'EXECUTOR_LOST', message, fields: { lastWords: end.lastWords } });
}

/** The failure of an attempt for which an executor process was started and never came up. */
export function notStartedFailure(spec: TaskSpec, executorId: string, end: ProcessEnd): TaskFailure {
  const why = end.refusal ?? `it ${endText(end)}. Its last words: ${end.lastWords.trim() || 'none'}`;
  const message = `Executor ${executorId} could not start, so ${taskName(spec)} did not run: ${why}`;
  return failureWith('error', 'internal', { code: 'EXECUTOR_START_FAILED', message });
}

function endText(end: ProcessEnd): string {
  if (end.signal !== null) return `was killed by ${end.signal}`;
  return end.code === null ? 'could not be run' : `exited with code ${end.code}`;
}
