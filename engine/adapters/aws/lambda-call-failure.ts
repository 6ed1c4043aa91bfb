import { type Fault, LevinError } from '../../errors/levin-error.ts';
import { failureOf, failureWith, taskName } from '../../runtime/worker/task-failure.ts';
import type { FailureKind, TaskFailure } from '../../types/failure.ts';
import { awsError } from './aws-errors.ts';
import type { InvokedTask } from './lambda-function-failure.ts';

/** An invocation that was not answered. `unknown`: whether the task runs is not known, its commit tells. */
export type CallFailure = { readonly kind: 'failure'; readonly failure: TaskFailure } | { readonly kind: 'unknown'; readonly why: string };

/** Refused for now; nothing ran. */
const BUSY = new Set([
  'TooManyRequestsException',
  'EC2ThrottledException',
  'ENINotReadyException',
  'ResourceNotReadyException',
  'ResourceConflictException',
]);
/** What is wrong with how the function was set up; trying again gives the same. */
const MISCONFIGURED =
  /^(KMS\w+|EC2\w+|ENI\w+|EFS\w+|Invalid(Runtime|ZipFile|SecurityGroupID|SubnetID)Exception|Subnet\w+|CodeArtifact\w+)$/;

interface Thrown {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
  readonly Reason?: unknown;
  /** Of a connection that was tried at several addresses. */
  readonly errors?: readonly Thrown[];
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * Classifies what the SDK threw, by name, code and status alone.
 *
 * | thrown | means |
 * |---|---|
 * | 429 with its reason, 503, a function that is being changed | `throttled` |
 * | no connection could be made | `throttled`: nothing was sent |
 * | a connection that was lost, also in the middle of the answer | unknown |
 * | 413 | `error`, resource: `PAYLOAD_TOO_LARGE` |
 * | a function that cannot run as it was set up | `error`, user: `FUNCTION_MISCONFIGURED` |
 * | anything else | `error`, as of every other AWS service: no credentials, no right, not deployed, a failure of the service … |
 */
export function callFailure(task: InvokedTask, thrown: unknown): CallFailure {
  const { spec, functionName } = task;
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Thrown;
  const name = typeof error.name === 'string' ? error.name : '';
  const status = error.$metadata?.httpStatusCode ?? null;
  if (BUSY.has(name) || status === 429 || status === 503) {
    const reason = typeof error.Reason === 'string' ? error.Reason : name;
    return failed(task, 'throttled', {
      code: 'THROTTLED',
      why: `was refused for now: ${status} ${reason}: ${String(error.message)}`,
      fields: { reason },
    });
  }
  if (status === 413) return tooLarge(task, String(error.message));
  if (MISCONFIGURED.test(name)) {
    const why = `cannot run: function ${functionName} is set up wrong (${name}: ${String(error.message)}). Correct that, or deploy the engine again.`;
    return failed(task, 'error', { code: 'FUNCTION_MISCONFIGURED', fault: 'user', why });
  }
  const known = awsError(thrown, {
    action: 'lambda:InvokeFunction',
    resource: `the function ${functionName}`,
    doing: `run ${taskName(spec)} in the function ${functionName}`,
  });
  if (!(known instanceof LevinError)) return { kind: 'failure', failure: failureOf(thrown, 'internal') };
  if (neverConnected(error) || known.code === 'NO_CONNECTION' || known.code === 'THROTTLED')
    return failed(task, 'throttled', { code: known.code, why: `was refused for now: ${known.message}` });
  // An answer that began and broke off has a status.
  if (known.code === 'CONNECTION_LOST' || (status !== null && status < 300)) return { kind: 'unknown', why: known.message };
  const failure = failureOf(known, 'internal');
  // The user set it up so, but no function of the user's failed.
  return { kind: 'failure', failure: failure.kind === 'user-error' ? { ...failure, kind: 'error' } : failure };
}

/** What is larger than we know of Lambda's limit is not sent in the first place. */
function tooLarge(task: InvokedTask, said: string): Extract<CallFailure, { kind: 'failure' }> {
  const why = `cannot be sent: its payload is too large for an invocation. Lambda refuses it: ${said}. Use fewer input files or shuffle partitions for each task.`;
  return failed(task, 'error', { code: 'PAYLOAD_TOO_LARGE', fault: 'resource', why });
}

interface FailedCall {
  readonly code: string;
  readonly fault?: Fault;
  readonly why: string;
  readonly fields?: Readonly<Record<string, string>>;
}

function failed(
  { spec }: InvokedTask,
  kind: FailureKind,
  { code, fault = 'transient', why, fields = {} }: FailedCall,
): Extract<CallFailure, { kind: 'failure' }> {
  return { kind: 'failure', failure: failureWith(kind, fault, { code, message: `${taskName(spec)} ${why}`, fields }) };
}

/** Then nothing of the event has left this machine. */
function neverConnected(error: Thrown): boolean {
  const { syscall } = error.errors?.[0] ?? error;
  return syscall === 'connect' || syscall === 'getaddrinfo';
}
