import { errorCode } from '../../errors/levin-error.ts';
import { failureOf, failureWith, taskName } from '../../runtime/worker/task-failure.ts';
import { toWireError } from '../../runtime/worker/wire-error.ts';
import type { TaskFailure } from '../../types/failure.ts';
import type { InvokedTask } from './lambda-function-failure.ts';

/** An invocation that was not answered. `unknown`: whether the task runs is not known, its commit tells. */
export type CallFailure = { readonly kind: 'failure'; readonly failure: TaskFailure } | { readonly kind: 'unknown'; readonly why: string };

/** The connection was there, and the event on its way or gone. */
const LOST = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENETRESET', 'ENETDOWN', 'ENETUNREACH', 'EHOSTUNREACH']);
/** Refused for now; nothing ran. */
const BUSY = new Set([
  'TooManyRequestsException',
  'EC2ThrottledException',
  'ENINotReadyException',
  'ResourceNotReadyException',
  'ResourceConflictException',
  'ThrottlingException',
]);
const TOO_LARGE = new Set(['RequestTooLargeException', 'SerializedRequestEntityTooLargeException']);
const DENIED = new Set(['AccessDeniedException', 'AccessDenied']);
const NO_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredTokenException',
  'ExpiredToken',
  'RequestExpired',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignatureException',
  'MissingAuthenticationTokenException',
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
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/**
 * Classifies what the SDK threw, by name, code and status alone.
 *
 * | thrown | means |
 * |---|---|
 * | 429 with its reason, 503, a function that is being changed | `throttled` |
 * | no connection could be made | `throttled`: nothing was sent |
 * | a connection that was lost | unknown |
 * | 413 | `error`, resource: `PAYLOAD_TOO_LARGE` |
 * | 403 | `error`, user: `ACCESS_DENIED` names action and function |
 * | no credentials, expired, not accepted | `error`, user: `NO_CREDENTIALS` |
 * | 404 | `error`, user: `NOT_DEPLOYED` |
 * | a function that cannot run as it was set up | `error`, user: `FUNCTION_MISCONFIGURED` |
 * | other 5xx | `error`, transient |
 * | anything else | `error`, internal |
 */
export function callFailure(task: InvokedTask, thrown: unknown): CallFailure {
  const { spec, functionName } = task;
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Thrown;
  const name = typeof error.name === 'string' ? error.name : '';
  const status = error.$metadata?.httpStatusCode ?? null;
  const said = `${name}: ${String(error.message)}`;
  // An answer that began and broke off has a status, too.
  if (status === null || status < 300) {
    if (NO_CREDENTIALS.has(name)) return refused(task, 'NO_CREDENTIALS', noCredentials(said));
    if (neverConnected(error)) return throttled(task, 'UNREACHABLE', `no connection could be made to Lambda: ${said}`, null);
    const code = errorCode(thrown) ?? '';
    if (LOST.has(code) || code.startsWith('HPE_')) return { kind: 'unknown', why: `${code}: ${String(error.message)}` };
    return { kind: 'failure', failure: failureOf(thrown, 'internal') };
  }
  if (BUSY.has(name) || status === 429 || status === 503) {
    const reason = typeof error.Reason === 'string' ? error.Reason : null;
    return throttled(task, 'THROTTLED', `${status} ${reason ?? name}: ${String(error.message)}`, reason);
  }
  if (TOO_LARGE.has(name) || status === 413) return tooLarge(task, `Lambda refuses it: ${String(error.message)}`);
  if (NO_CREDENTIALS.has(name)) return refused(task, 'NO_CREDENTIALS', noCredentials(said));
  if (DENIED.has(name) || status === 403) {
    const message = `Function ${functionName} may not be invoked (${said}). The caller needs the right lambda:InvokeFunction on it.`;
    return refused(task, 'ACCESS_DENIED', message);
  }
  if (status === 404) {
    const message = `There is no function ${functionName} here (${said}). Deploy the engine with "levin deploy", or choose the region that it was deployed to.`;
    return refused(task, 'NOT_DEPLOYED', message);
  }
  if (MISCONFIGURED.test(name)) {
    const message = `Function ${functionName} cannot run as it is set up (${said}). Correct that, or deploy the engine again.`;
    return refused(task, 'FUNCTION_MISCONFIGURED', message);
  }
  const message = `Function ${functionName} could not be invoked for ${taskName(spec)}: ${status} ${said}`;
  const cause = toWireError(thrown);
  return {
    kind: 'failure',
    failure: failureWith('error', status >= 500 ? 'transient' : 'internal', { code: 'INVOKE_FAILED', message, cause }),
  };
}

/** Larger than Lambda takes, as we or the service found. */
export function tooLarge({ spec }: InvokedTask, why: string): CallFailure {
  const message = `The payload of ${taskName(spec)} is too large for an invocation. ${why}. Use fewer input files or shuffle partitions for each task.`;
  return { kind: 'failure', failure: failureWith('error', 'resource', { code: 'PAYLOAD_TOO_LARGE', message }) };
}

function throttled({ spec }: InvokedTask, code: string, why: string, reason: string | null): CallFailure {
  const message = `${taskName(spec)} was refused for now: ${why}`;
  return { kind: 'failure', failure: failureWith('throttled', 'transient', { code, message, fields: reason === null ? {} : { reason } }) };
}

function refused(_: InvokedTask, code: string, message: string): CallFailure {
  return { kind: 'failure', failure: failureWith('error', 'user', { code, message }) };
}

function noCredentials(said: string): string {
  return `AWS does not accept the credentials of this process, or there are none (${said}). Log in again; a job that stopped goes on with --app.`;
}

/** Then nothing of the event has left this machine. A time-out of the SDK's own has no code. */
function neverConnected(error: Thrown): boolean {
  if (error.name === 'TimeoutError' && errorCode(error) === undefined) return true;
  const { syscall } = error.errors?.[0] ?? error;
  return syscall === 'connect' || syscall === 'getaddrinfo';
}
