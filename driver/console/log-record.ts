import type { AppEvent } from '../../engine/types/app-event.ts';
import type { TaskFailure } from '../../engine/types/failure.ts';
import { isFailedAttempt } from '../events/failed-attempt.ts';
import type { Summary } from '../events/summarize.ts';
import { countOf, formatBytes, formatCount, formatDuration } from './human-units.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One message of levin, with what it is about. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly job?: number;
  readonly stage?: number;
  readonly task?: number;
  readonly attempt?: number;
  readonly code?: string;
  /** With the end of the application. */
  readonly summary?: Summary;
}

/** What the log says of an event; null: nothing (task logs and the application's begin and end are shown by other means). */
export function logRecordOf(event: AppEvent): LogRecord | null {
  switch (event.kind) {
    case 'warning':
      return { level: 'warn', message: event.message, code: event.code };
    case 'faultInjected':
      return event.text === null ? null : { level: 'warn', message: `chaos: ${event.text}`, code: 'CHAOS' };
    case 'memoryRaised':
      return memoryRaised(event);
    case 'broadcastStored':
      return {
        level: 'info',
        message: `broadcast ${event.hash.slice(0, 8)} stored${event.again ? ' again' : ''}: ${formatBytes(event.bytes)}`,
      };
    case 'outputLost': {
      const { stage, partition } = event;
      return {
        level: 'warn',
        message: `output of task ${partition} of stage ${stage} is lost (${event.reason}); it is made again`,
        stage,
        task: partition,
      };
    }
    case 'jobStarted':
      return { level: 'info', message: `job ${event.job} (${event.description ?? event.action}) started`, job: event.job };
    case 'jobEnded':
      return {
        level: 'info',
        message: `job ${event.job} ${event.status}${event.replayed ? ', found in the journal' : ''}`,
        job: event.job,
      };
    case 'stageSubmitted':
      return stageSubmitted(event);
    case 'stageCompleted':
      return { level: 'info', message: `stage ${event.stage} ${event.status}`, stage: event.stage };
    case 'taskStarted': {
      const { stage, partition, attempt, memorySizeMb } = event;
      const memory = memorySizeMb === null ? '' : ` with ${formatCount(memorySizeMb)} MB`;
      return {
        level: 'debug',
        message: `task ${partition} of stage ${stage} started on ${event.executorId}${memory}`,
        stage,
        task: partition,
        attempt,
      };
    }
    case 'taskEnded':
      return taskEnded(event);
    case 'logStarted':
    case 'appStarted':
    case 'appEnded':
    case 'taskLog':
      return null;
  }
}

function stageSubmitted({ stage, name, tasks, committed, attempt }: Extract<AppEvent, { kind: 'stageSubmitted' }>): LogRecord {
  const again = attempt === 0 ? '' : ', again';
  const found = committed === 0 ? '' : `, ${committed} of them committed already`;
  return { level: 'info', message: `stage ${stage} (${name}) submitted${again}: ${countOf(tasks, 'task')}${found}`, stage };
}

function memoryRaised({ stage, partition, reason, fromMb, toMb }: Extract<AppEvent, { kind: 'memoryRaised' }>): LogRecord {
  const [from, to] = [`${formatCount(fromMb)} MB`, `${formatCount(toMb)} MB`];
  const what =
    reason === 'timeout' ? `computed for too long with the part of a CPU that comes with ${from}` : `ran out of memory with ${from}`;
  if (partition === null)
    return { level: 'warn', message: `tasks of stage ${stage} ${what}; those that have not begun yet get ${to}`, stage };
  return { level: 'warn', message: `task ${partition} of stage ${stage} ${what}; it runs again with ${to}`, stage, task: partition };
}

function taskEnded(event: Extract<AppEvent, { kind: 'taskEnded' }>): LogRecord {
  const { stage, partition, attempt, failure } = event;
  const of = { stage, task: partition, attempt };
  const task = `task ${partition} of stage ${stage}`;
  if (failure === null) return { level: 'debug', message: `${task} done in ${formatDuration(event.durationMs)}`, ...of };
  const failed = isFailedAttempt(event);
  const message = `${task} ${failed ? 'failed' : 'ended'} (attempt ${attempt}, ${failure.kind}): ${reasonOf(failure)}`;
  return { level: failed ? 'warn' : 'debug', message, ...of, ...(failure.error.code === null ? {} : { code: failure.error.code }) };
}

/** The first line: the job's own error tells the rest. */
function reasonOf({ error }: TaskFailure): string {
  const line = error.message.split('\n')[0] as string;
  return error.name === 'LevinError' || error.name === 'Error' ? line : `${error.name}: ${line}`;
}
