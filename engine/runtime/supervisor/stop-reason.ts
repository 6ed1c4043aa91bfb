import type { TaskFailure } from '../../types/failure.ts';
import type { TaskSpec } from '../../types/task.ts';
import { cancelledFailure, failureWith, taskName } from '../worker/task-failure.ts';
import { toWireError } from '../worker/wire-error.ts';
import type { WorkerEnd } from './worker-handle.ts';

/** What the failures of one executor say about itself. */
export interface ExecutorFacts {
  readonly executorId: string;
  /** What to do when memory runs out, a sentence without its full stop: `give executors more memory (--on local-cluster[2,1,1024])`. */
  readonly memoryRemedy: string;
}

/** Why the supervisor stops an attempt. */
export type StopReason =
  /** By `kill`: as if its worker had died by itself. */
  | { readonly kind: 'killed' }
  | { readonly kind: 'cancelled'; readonly why?: string }
  | { readonly kind: 'deadline'; readonly maxMs: number; readonly cpuBound: boolean }
  | { readonly kind: 'memory'; readonly residentBytes: number; readonly limitBytes: number };

const MB = 1024 * 1024;

export function stoppedFailure(spec: TaskSpec, reason: StopReason, facts: ExecutorFacts): TaskFailure {
  switch (reason.kind) {
    case 'cancelled':
      return cancelledFailure(spec, reason.why);
    case 'killed':
      return failureWith('executor-lost', 'transient', { code: 'EXECUTOR_LOST', message: `The worker of ${taskName(spec)} was killed.` });
    case 'deadline': {
      const doing = reason.cpuBound ? 'it was computing, not waiting' : 'it was waiting, not computing';
      const message = `${taskName(spec)} was stopped after ${reason.maxMs} ms, the limit of one attempt (${doing}). Raise taskTimeoutMs, or use more partitions so that each task does less.`;
      return { ...failureWith('timeout', 'resource', { code: 'TASK_TIMEOUT', message }), cpuBound: reason.cpuBound };
    }
    case 'memory': {
      const held = `${Math.round(reason.residentBytes / MB)} MB with a limit of ${Math.floor(reason.limitBytes / MB)} MB`;
      return outOfMemory(spec, facts, `executor ${facts.executorId} held ${held}`, null);
    }
  }
}

/** The failure of the attempt that ran when its worker ended by itself. */
export function endedFailure(spec: TaskSpec, end: WorkerEnd, facts: ExecutorFacts): TaskFailure {
  switch (end.kind) {
    case 'out-of-memory':
      return outOfMemory(spec, facts, `the JavaScript heap of a worker of executor ${facts.executorId} was full`, end.error);
    case 'exited':
      return exitFailure(spec, end.code, null);
    case 'crashed': {
      const error = toWireError(end.error);
      return {
        kind: 'user-error',
        fault: 'user',
        error: { ...error, message: `${error.message} (nothing caught it, so it ended the worker of ${taskName(spec)})` },
        lost: [],
      };
    }
  }
}

export function exitFailure(spec: TaskSpec, code: number, stack: string | null): TaskFailure {
  const message = `The function of ${taskName(spec)} called process.exit(${code}). A task cannot end its executor: return from the function, or throw an error to make the task fail.`;
  return failureWith('exit', 'user', { code: 'PROCESS_EXIT', message, stack });
}

/** The worker could not even start: nothing that a task does causes that. */
export function startFailure(spec: TaskSpec, end: WorkerEnd, facts: ExecutorFacts): TaskFailure {
  const cause = end.kind === 'exited' ? null : toWireError(end.error);
  const why = cause === null ? 'it exited' : cause.message;
  const message = `A worker of executor ${facts.executorId} could not start, so ${taskName(spec)} did not run: ${why}`;
  return failureWith('error', 'internal', { code: 'WORKER_START_FAILED', message, cause });
}

function outOfMemory(spec: TaskSpec, facts: ExecutorFacts, what: string, cause: unknown): TaskFailure {
  const message = `${taskName(spec)} ran out of memory: ${what}. To help: ${facts.memoryRemedy}.`;
  return failureWith('out-of-memory', 'resource', { code: 'OUT_OF_MEMORY', message, cause: cause === null ? null : toWireError(cause) });
}
