import type { Fault } from '../../errors/levin-error.ts';
import type { FailureKind, LostOutput, TaskFailure, WireError } from '../../types/failure.ts';
import type { TaskSpec } from '../../types/task.ts';
import { toWireError } from './wire-error.ts';

const FAULTS: readonly string[] = ['user', 'resource', 'transient', 'internal'] satisfies readonly Fault[];

/** `task 5 of stage 2`, as people count them in messages. */
export function taskName(spec: TaskSpec): string {
  return `task ${spec.partition} of stage ${spec.stageNumber}`;
}

/** A failure that levin itself words. */
export function failureWith(kind: FailureKind, fault: Fault, error: Partial<WireError> & { readonly message: string }): TaskFailure {
  const wire: WireError = { name: 'LevinError', stack: null, code: null, cause: null, fields: {}, ...error };
  return { kind, fault, error: wire, lost: [] };
}

export function cancelledFailure(spec: TaskSpec, why = 'its job was cancelled'): TaskFailure {
  return failureWith('cancelled', 'transient', { code: 'CANCELLED', message: `${taskName(spec)} was stopped: ${why}.` });
}

/**
 * Classifies what an attempt threw, by code and fault alone:
 * `FETCH_FAILED` names its producers, `THROTTLED` never counts, a V8 allocation failure is memory,
 * an error of fault `user` is the user's, and so is one that is not levin's own, unless no user code ran (`foreign`).
 */
export function failureOf(thrown: unknown, foreign: 'user' | 'internal' = 'user'): TaskFailure {
  const error = toWireError(thrown);
  const fault = faultOf(thrown) ?? foreign;
  if (error.code === 'FETCH_FAILED') return { kind: 'fetch-failed', fault: 'transient', error, lost: lostOf(thrown) };
  if (error.code === 'THROTTLED') return { kind: 'throttled', fault: 'transient', error, lost: [] };
  if (isAllocationFailure(error)) return { kind: 'out-of-memory', fault: 'resource', error, lost: [] };
  if (fault === 'user') return { kind: 'user-error', fault: 'user', error, lost: [] };
  return { kind: 'error', fault, error, lost: [] };
}

function faultOf(thrown: unknown): Fault | null {
  if (typeof thrown !== 'object' || thrown === null || !('fault' in thrown)) return null;
  return typeof thrown.fault === 'string' && FAULTS.includes(thrown.fault) ? (thrown.fault as Fault) : null;
}

function lostOf(thrown: unknown): readonly LostOutput[] {
  const details = (thrown as { readonly details?: { readonly lost?: unknown } }).details;
  return Array.isArray(details?.lost) ? (details.lost as readonly LostOutput[]) : [];
}

/** V8 gives these texts no code of their own. The cause is looked at too: user functions' errors arrive wrapped. */
function isAllocationFailure(error: WireError): boolean {
  for (let e: WireError | null = error; e !== null; e = e.cause) {
    if (e.code === 'ERR_MEMORY_ALLOCATION_FAILED') return true;
    if (e.name === 'RangeError' && e.message === 'Array buffer allocation failed') return true;
  }
  return false;
}
