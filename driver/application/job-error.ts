import { LevinError } from '../../engine/errors/levin-error.ts';
import type { TaskFailure, WireError } from '../../engine/types/failure.ts';
import { countOf, formatCount } from '../console/human-units.ts';
import type { JobFailure } from '../scheduler/commands.ts';
import { errorFromWire } from './error-from-wire.ts';

const FAULTS: readonly LevinError['fault'][] = ['user', 'resource', 'transient', 'internal'];

/** The error that an action rejects with. The user's own error, with its stack, is its `cause`. */
export function jobError(action: string, failure: JobFailure, operationsOf: (stage: number) => readonly string[]): LevinError {
  switch (failure.kind) {
    case 'taskFailed':
      return taskFailed(action, failure, operationsOf(failure.stage));
    case 'inputLost': {
      const lost = failure.lost.map(({ stageId, partition }) => `${stageId}/${partition}`).join(', ');
      return make(action, 'INPUT_LOST', 'resource', {
        message: `stage ${failure.stage} (${failure.name}) found its input lost ${failure.stageAttempts} times in a row (last: ${lost}). Something deletes or damages files in the state folder; see stateDir and maxStageAttempts.`,
      });
    }
    case 'badRecords':
      return make(action, 'TOO_MANY_BAD_RECORDS', 'user', {
        message: `functions failed on ${failure.badRecords} records of stage ${failure.stage} (${failure.name}); maxBadRecords lets ${failure.maxBadRecords} be left out. Look at the data, or raise maxBadRecords.`,
      });
    case 'indeterminate':
      return make(action, 'INDETERMINATE_RERUN', 'user', {
        message: `${failure.source} lost committed output, ran again and gave other records than the first time, but answers made of the first ones were handed out already (stage ${failure.stage}, ${failure.name}): the rest would not fit them. Make its functions give the same whenever they run (no Math.random, Date.now or outside state; no dependence on the order of records after a shuffle), or save the records and go on from the files.`,
      });
    case 'resolveFailed': {
      const { error } = failure;
      const fault = FAULTS.find((each) => each === error.fields['fault']) ?? 'internal';
      const message = `${action}: stage ${failure.stage} (${failure.name}) cannot start: ${error.message}`;
      const details = { action, stage: failure.stage, name: failure.name };
      return new LevinError({ code: error.code ?? 'STAGE_NOT_RESOLVED', fault, message, details, cause: errorFromWire(error) });
    }
    case 'badPartition':
      return make(action, 'BAD_PARTITION', 'user', {
        message: `partition ${failure.partition} was asked for, but stage ${failure.stage} (${failure.name}) has ${failure.taskCount}: use 0 to ${failure.taskCount - 1}.`,
      });
    case 'starved':
      return make(action, 'STARVED', 'resource', {
        message: `no task got through for ${Math.round(failure.waitedMs / 1000)} s: ${failure.throttles} refusals, ${failure.waitingTasks} tasks waiting, ${failure.slots} slots. Give it more capacity, or raise starvedAfterMs.`,
      });
    case 'cancelled':
      return make(action, 'JOB_CANCELLED', 'user', { message: `cancelled: ${failure.reason}` });
  }
}

function taskFailed(action: string, failure: Extract<JobFailure, { kind: 'taskFailed' }>, operations: readonly string[]): LevinError {
  const { error, kind } = failure.failure;
  const times =
    failure.repeated && kind !== 'timeout'
      ? `the same error came ${failure.failures} times from the same place`
      : `failed ${failure.failures} times`;
  const where = `task ${failure.partition} of stage ${failure.stage} (${failure.name})`;
  return new LevinError({
    code: codeOf(failure.failure),
    fault: failure.failure.fault,
    message: `${action}: ${where} ${times}, last with: ${headline(error)}${ranOut(failure, operations)}`,
    details: { action, stage: failure.stage, name: failure.name, partition: failure.partition, kind, failures: failure.failures },
    cause: errorFromWire(error),
  });
}

/** Where memory or time ran out no frame of the user's code says where that was, and which size would do. */
function ranOut({ taskCount, triedMb, failure }: Extract<JobFailure, { kind: 'taskFailed' }>, operations: readonly string[]): string {
  const sizes = triedMb.map(formatCount);
  const tried = sizes.length > 1 ? ` It was tried with ${sizes.slice(0, -1).join(', ')} and ${sizes.at(-1)} MB.` : '';
  if (failure.error.code === 'GROUP_TOO_LARGE') return tried;
  if (failure.kind !== 'out-of-memory' && failure.kind !== 'timeout') return '';
  const more = operations.length > 6 ? ` and ${operations.length - 6} more` : '';
  const ran = operations.length > 0 ? ` The stage ran ${operations.slice(0, 6).join(', ')}${more}.` : '';
  return `${tried}${ran} It has ${countOf(taskCount, 'partition')}: with ${formatCount(taskCount * 2)} each task would have about half as much to do, unless a single record or key is the reason.`;
}

/** Errors with a code of levin's keep it; what user code threw is `TASK_FAILED`. */
function codeOf(failure: TaskFailure): string {
  if (failure.kind === 'user-error' && failure.error.name !== 'LevinError') return 'TASK_FAILED';
  return (
    failure.error.code ??
    { 'out-of-memory': 'OUT_OF_MEMORY', timeout: 'TASK_TIMEOUT', exit: 'TASK_EXITED' }[failure.kind as string] ??
    'TASK_FAILED'
  );
}

function headline(error: WireError): string {
  return error.name === 'LevinError' ? error.message : `${error.name}: ${error.message}`;
}

function make(action: string, code: string, fault: LevinError['fault'], o: { readonly message: string }): LevinError {
  return new LevinError({ code, fault, message: `${action}: ${o.message}` });
}
