import { failureWith, taskName } from '../../runtime/worker/task-failure.ts';
import type { TaskFailure, WireError } from '../../types/failure.ts';
import type { TaskSpec } from '../../types/task.ts';
import type { InvokeAnswer } from './lambda-invoke.ts';
import { parsed } from './lambda-protocol.ts';
import { reportOf } from './lambda-report.ts';

export interface InvokedTask {
  readonly spec: TaskSpec;
  readonly functionName: string;
  /** What to do when memory runs out, a sentence without its full stop. */
  readonly memoryRemedy: string;
}

/** An environment that was killed with this share of its memory used was killed for it. */
const FULL = 0.9;
/** Ends that Lambda names when the function could not even be loaded: no task causes them. */
const START_ERRORS = [
  'Runtime.ImportModuleError',
  'Runtime.HandlerNotFound',
  'Runtime.MalformedHandlerName',
  'Runtime.UserCodeSyntaxError',
  'Runtime.InvalidEntrypoint',
  'Runtime.Unknown',
  'Sandbox.Failure',
  'InvalidParameterValueException',
];

/**
 * Why an invocation ended without an answer of levin's: Lambda names it in the payload.
 *
 * | errorType | log | failure |
 * |---|---|---|
 * | `Sandbox.Timedout`, or `Task timed out after` | | `timeout` |
 * | `Runtime.OutOfMemory` | | `out-of-memory` |
 * | `Runtime.ExitError`, signal: killed | memory was full, or no report | `out-of-memory` |
 * | `Runtime.ExitError`, signal: killed | memory was not full | `executor-lost` |
 * | `Runtime.ExitError`, another | V8's last words are of its heap | `out-of-memory` |
 * | `Runtime.ExitError`, another | | `executor-lost` |
 * | `Function.ResponseSizeTooLarge` | | `error`, resource |
 * | Runtime.ImportModuleError and others of the start | | `error`, internal |
 * | everything else: the handler threw | | `error`, internal, with its stack |
 */
export function functionFailure(task: InvokedTask, answer: InvokeAnswer): TaskFailure {
  const { spec, functionName } = task;
  const payload = parsed(answer.payload);
  const type = textOf(payload?.['errorType']);
  const said = textOf(payload?.['errorMessage']);
  const fields = { requestId: answer.requestId, log: answer.logTail };
  // Older runtimes give no type.
  if (type === 'Sandbox.Timedout' || / Task timed out after [\d.]+ seconds/.test(said)) return timeout(task, said, fields);
  if (type === 'Runtime.OutOfMemory') return outOfMemory(task, 'Lambda reports Runtime.OutOfMemory', fields);
  if (type === 'Runtime.ExitError') return exited(task, said, answer.logTail, fields);
  if (type === 'Function.ResponseSizeTooLarge') {
    const message = `${taskName(spec)} gave a larger result than Lambda returns (${said}). Use more partitions.`;
    return failureWith('error', 'resource', { code: 'PAYLOAD_TOO_LARGE', message, fields });
  }
  const failed = START_ERRORS.includes(type) ? 'could not start' : 'failed outside of user code';
  const message = `Function ${functionName} ${failed}, so ${taskName(spec)} did not run: ${[type, said].filter((text) => text !== '').join(': ') || 'no reason given'}. Deploy the engine again with the levin that runs the job.`;
  return failureWith('error', 'internal', { code: 'EXECUTOR_FAILED', message, stack: stackOf(payload), fields });
}

function exited(task: InvokedTask, said: string, logTail: string, fields: WireError['fields']): TaskFailure {
  const report = reportOf(logTail);
  const full = report === null || report.maxMemoryUsedMb >= FULL * report.memoryMb;
  if (said.includes('signal: killed') && full) {
    const of = report === null ? '' : ` (${report.maxMemoryUsedMb} of ${report.memoryMb} MB used)`;
    return outOfMemory(task, `Lambda killed its environment${of}`, fields);
  }
  if (/JavaScript heap out of memory/.test(logTail))
    return outOfMemory(task, 'one large allocation did not fit the JavaScript heap, which ended its environment', fields);
  const message = `The environment of function ${task.functionName} ended while it ran ${taskName(task.spec)}: ${said || 'no reason given'}`;
  return failureWith('executor-lost', 'transient', { code: 'EXECUTOR_LOST', message, fields });
}

function timeout({ spec, functionName }: InvokedTask, said: string, fields: WireError['fields']): TaskFailure {
  const message = `Lambda stopped ${taskName(spec)} at the time limit of function ${functionName} (${said}). Use more partitions so that each task does less, or raise the limit, at most 15 minutes.`;
  return failureWith('timeout', 'resource', { code: 'TASK_TIMEOUT', message, fields });
}

function outOfMemory({ spec, memoryRemedy }: InvokedTask, what: string, fields: WireError['fields']): TaskFailure {
  const message = `${taskName(spec)} ran out of memory: ${what}. To help: ${memoryRemedy}.`;
  return failureWith('out-of-memory', 'resource', { code: 'OUT_OF_MEMORY', message, fields });
}

function stackOf(payload: Readonly<Record<string, unknown>> | null): string | null {
  const trace = payload?.['trace'] ?? payload?.['stackTrace'];
  return Array.isArray(trace) && trace.length > 0 ? trace.join('\n') : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
