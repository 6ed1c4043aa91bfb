import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../../engine/adapters/aws/lambda-protocol.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { toWireError } from '../../../engine/runtime/worker/wire-error.ts';
import { readRepositoryFile } from '../../support/consumer.ts';
import { scriptedLambda } from '../../support/lambda/open-runner.ts';
import { apiError, functionError, type Respond, returned } from '../../support/lambda/scripted-endpoint.ts';

const REPORT =
  'REPORT RequestId: request-1\tDuration: 2000.00 ms\tBilled Duration: 2000 ms\tMemory Size: 1769 MB\tMax Memory Used: USED MB\tInit Duration: 120.00 ms\t\n';
const log = (usedMb: number, before = ''): string => `START RequestId: request-1\n${before}${REPORT.replace('USED', String(usedMb))}`;
const killed = { errorType: 'Runtime.ExitError', errorMessage: 'RequestId: request-1 Error: Runtime exited with error: signal: killed' };
const aborted = { errorType: 'Runtime.ExitError', errorMessage: 'RequestId: request-1 Error: Runtime exited with error: signal: aborted' };

interface Row {
  readonly respond: Respond;
  /** kind, fault and code of the failure. */
  readonly is: readonly [kind: string, fault: string, code: string];
  readonly message: string;
}

/** What is provoked at a real HTTP endpoint, and what becomes of it; docs/aws-failures.md has the same table. */
const TABLE: Readonly<Record<string, Row>> = {
  'throttled by the concurrency of the account': {
    respond: apiError(429, 'TooManyRequestsException', { Reason: 'ConcurrentInvocationLimitExceeded' }),
    is: ['throttled', 'transient', 'THROTTLED'],
    message: 'task 7 of stage 2 was refused for now: 429 ConcurrentInvocationLimitExceeded: what AWS says of TooManyRequestsException',
  },
  'throttled by the concurrency reserved for the function': {
    respond: apiError(429, 'TooManyRequestsException', { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' }),
    is: ['throttled', 'transient', 'THROTTLED'],
    message:
      'task 7 of stage 2 was refused for now: 429 ReservedFunctionConcurrentInvocationLimitExceeded: what AWS says of TooManyRequestsException',
  },
  'throttled by the rate of invocations': {
    respond: apiError(429, 'TooManyRequestsException', { Reason: 'FunctionInvocationRateLimitExceeded' }),
    is: ['throttled', 'transient', 'THROTTLED'],
    message: 'task 7 of stage 2 was refused for now: 429 FunctionInvocationRateLimitExceeded: what AWS says of TooManyRequestsException',
  },
  'throttled by the rate of the caller': {
    respond: apiError(429, 'TooManyRequestsException', { Reason: 'CallerRateLimitExceeded' }),
    is: ['throttled', 'transient', 'THROTTLED'],
    message: 'task 7 of stage 2 was refused for now: 429 CallerRateLimitExceeded: what AWS says of TooManyRequestsException',
  },
  'a service that is not available': {
    respond: apiError(503, 'ServiceUnavailableException'),
    is: ['throttled', 'transient', 'THROTTLED'],
    message: 'task 7 of stage 2 was refused for now: 503 ServiceUnavailableException: what AWS says of ServiceUnavailableException',
  },
  'a function that is just being updated': {
    respond: apiError(409, 'ResourceConflictException'),
    is: ['throttled', 'transient', 'THROTTLED'],
    message: 'task 7 of stage 2 was refused for now: 409 ResourceConflictException: what AWS says of ResourceConflictException',
  },
  'an error of the service': {
    respond: apiError(500, 'ServiceException'),
    is: ['error', 'transient', 'SERVICE_FAILED'],
    message:
      'Cannot run task 7 of stage 2 in the function levin-test-executor-1769: AWS failed. Whether it was done is unknown. [ServiceException: what AWS says of ServiceException]',
  },
  'a gateway that answers with a page': {
    respond: (response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<html>Bad Gateway</html>');
    },
    is: ['error', 'transient', 'SERVICE_FAILED'],
    message: 'Cannot run task 7 of stage 2 in the function levin-test-executor-1769: AWS failed. Whether it was done is unknown. ',
  },
  'a payload that the service finds too large': {
    respond: apiError(413, 'RequestTooLargeException'),
    is: ['error', 'resource', 'PAYLOAD_TOO_LARGE'],
    message:
      'task 7 of stage 2 cannot be sent: its payload is too large for an invocation. Lambda refuses it: what AWS says of RequestTooLargeException. Use fewer input files or shuffle partitions for each task.',
  },
  'a missing right': {
    respond: apiError(403, 'AccessDeniedException'),
    is: ['error', 'user', 'PERMISSION_DENIED'],
    message:
      'Cannot run task 7 of stage 2 in the function levin-test-executor-1769: access is denied. Allow lambda:InvokeFunction on the function levin-test-executor-1769. [AccessDeniedException: what AWS says of AccessDeniedException]',
  },
  'an expired session': {
    respond: apiError(403, 'ExpiredTokenException'),
    is: ['error', 'user', 'CREDENTIALS_EXPIRED'],
    message:
      'Cannot run task 7 of stage 2 in the function levin-test-executor-1769: the AWS session has expired. Log in again (aws sso login, or new session keys). [ExpiredTokenException: what AWS says of ExpiredTokenException]',
  },
  'a key that is not accepted': {
    respond: apiError(403, 'UnrecognizedClientException'),
    is: ['error', 'user', 'CREDENTIALS_INVALID'],
    message:
      'Cannot run task 7 of stage 2 in the function levin-test-executor-1769: AWS does not accept the credentials. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN or the profile. [UnrecognizedClientException: what AWS says of UnrecognizedClientException]',
  },
  'a function that is not there': {
    respond: apiError(404, 'ResourceNotFoundException'),
    is: ['error', 'user', 'RESOURCE_NOT_FOUND'],
    message:
      'Cannot run task 7 of stage 2 in the function levin-test-executor-1769: it does not exist in this account and region. Deploy it (levin deploy), or choose the account and region where it is. [ResourceNotFoundException: what AWS says of ResourceNotFoundException]',
  },
  'a function whose key cannot be used': {
    respond: apiError(502, 'KMSAccessDeniedException'),
    is: ['error', 'user', 'FUNCTION_MISCONFIGURED'],
    message:
      'task 7 of stage 2 cannot run: function levin-test-executor-1769 is set up wrong (KMSAccessDeniedException: what AWS says of KMSAccessDeniedException). Correct that, or deploy the engine again.',
  },
  'a request that Lambda does not understand': {
    respond: apiError(400, 'InvalidRequestContentException'),
    is: ['error', 'internal', 'AWS_REFUSED'],
    message:
      'Cannot run task 7 of stage 2 in the function levin-test-executor-1769: AWS does not take this request. [InvalidRequestContentException: what AWS says of InvalidRequestContentException]',
  },
  'the time limit of the function': {
    respond: functionError({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: request-1 Error: Task timed out after 3.00 seconds',
    }),
    is: ['timeout', 'resource', 'TASK_TIMEOUT'],
    message:
      'Lambda stopped task 7 of stage 2 at the time limit of function levin-test-executor-1769 (RequestId: request-1 Error: Task timed out after 3.00 seconds). Use more partitions so that each task does less, or raise the limit, at most 15 minutes.',
  },
  'the time limit of the function, as older runtimes word it': {
    respond: functionError({ errorMessage: '2026-11-22T10:00:00.000Z request-1 Task timed out after 3.00 seconds' }),
    is: ['timeout', 'resource', 'TASK_TIMEOUT'],
    message:
      'Lambda stopped task 7 of stage 2 at the time limit of function levin-test-executor-1769 (2026-11-22T10:00:00.000Z request-1 Task timed out after 3.00 seconds). Use more partitions so that each task does less, or raise the limit, at most 15 minutes.',
  },
  'memory that ran out, named so': {
    respond: functionError({ errorType: 'Runtime.OutOfMemory', errorMessage: 'RequestId: request-1 Error: Runtime exited' }, log(1769)),
    is: ['out-of-memory', 'resource', 'OUT_OF_MEMORY'],
    message:
      'task 7 of stage 2 ran out of memory: Lambda reports Runtime.OutOfMemory. To help: use more partitions, or executors of 3538 MB.',
  },
  'an environment that was killed with its memory full': {
    respond: functionError(killed, log(1769)),
    is: ['out-of-memory', 'resource', 'OUT_OF_MEMORY'],
    message:
      'task 7 of stage 2 ran out of memory: Lambda killed its environment (1769 of 1769 MB used). To help: use more partitions, or executors of 3538 MB.',
  },
  'an environment that was killed and nothing reported': {
    respond: functionError(killed),
    is: ['out-of-memory', 'resource', 'OUT_OF_MEMORY'],
    message: 'task 7 of stage 2 ran out of memory: Lambda killed its environment. To help: use more partitions, or executors of 3538 MB.',
  },
  'an environment that was killed with memory to spare': {
    respond: functionError(killed, log(300)),
    is: ['executor-lost', 'transient', 'EXECUTOR_LOST'],
    message:
      'The environment of function levin-test-executor-1769 ended while it ran task 7 of stage 2: RequestId: request-1 Error: Runtime exited with error: signal: killed',
  },
  'a heap that V8 could not extend': {
    respond: functionError(
      aborted,
      log(900, 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n ----- Native stack trace -----\n'),
    ),
    is: ['out-of-memory', 'resource', 'OUT_OF_MEMORY'],
    message:
      'task 7 of stage 2 ran out of memory: one large allocation did not fit the JavaScript heap, which ended its environment. To help: use more partitions, or executors of 3538 MB.',
  },
  'an environment that exited': {
    respond: functionError(
      { errorType: 'Runtime.ExitError', errorMessage: 'RequestId: request-1 Error: Runtime exited with error: exit status 3' },
      log(300),
    ),
    is: ['executor-lost', 'transient', 'EXECUTOR_LOST'],
    message:
      'The environment of function levin-test-executor-1769 ended while it ran task 7 of stage 2: RequestId: request-1 Error: Runtime exited with error: exit status 3',
  },
  'a function that cannot be loaded': {
    respond: functionError({ errorType: 'Runtime.ImportModuleError', errorMessage: "Error: Cannot find module 'executor'" }),
    is: ['error', 'internal', 'EXECUTOR_FAILED'],
    message:
      "Function levin-test-executor-1769 could not start, so task 7 of stage 2 did not run: Runtime.ImportModuleError: Error: Cannot find module 'executor'. Deploy the engine again with the levin that runs the job.",
  },
  'a handler that throws': {
    respond: functionError({
      errorType: 'TypeError',
      errorMessage: 'x is not a function',
      trace: ['TypeError: x is not a function', '    at handler'],
    }),
    is: ['error', 'internal', 'EXECUTOR_FAILED'],
    message:
      'Function levin-test-executor-1769 failed outside of user code, so task 7 of stage 2 did not run: TypeError: x is not a function. Deploy the engine again with the levin that runs the job.',
  },
  'a result that is too large to return': {
    respond: functionError({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    }),
    is: ['error', 'resource', 'PAYLOAD_TOO_LARGE'],
    message:
      'task 7 of stage 2 gave a larger result than Lambda returns (Response payload size exceeded maximum allowed payload size (6291556 bytes).). Use more partitions.',
  },
  'an executor of another version': {
    respond: returned(
      refusalOf(
        { levin: '9.9.9', nodeMajor: 24 },
        toWireError(new Error('The driver is levin 1, its executor is levin 9.9.9; they must be the same.')),
      ),
    ),
    is: ['error', 'user', 'EXECUTOR_MISMATCH'],
    message: 'The driver is levin 1, its executor is levin 9.9.9; they must be the same.',
  },
  'an event that was stored and is gone': {
    respond: returned(
      refusalOf(
        { levin: '1', nodeMajor: 24 },
        toWireError(new LevinError({ code: 'SHARED_LOST', fault: 'transient', message: 'The object payloads/1 is lost.' })),
      ),
    ),
    is: ['error', 'transient', 'SHARED_LOST'],
    message: 'The object payloads/1 is lost.',
  },
  'a function that is not an executor': {
    respond: returned('hello'),
    is: ['error', 'user', 'EXECUTOR_MISMATCH'],
    message:
      'Function levin-test-executor-1769 is not an executor of levin: its answer to task 7 of stage 2 cannot be read. Deploy the engine again.',
  },
};

describe('what an invocation can end with', () => {
  test.for(Object.entries(TABLE))('%s', async ([, { respond, is, message }]) => {
    await using lambda = await scriptedLambda(respond);
    const outcome = await lambda.run();
    expect(outcome.kind).toBe('failure');
    if (outcome.kind !== 'failure') return;
    const { kind, fault, error } = outcome.failure;
    expect([kind, fault, error.code]).toEqual(is);
    if (message.endsWith(' ')) expect(error.message.startsWith(message)).toBe(true);
    else expect(error.message).toBe(message);
  });
});

test('docs/aws-failures.md says what was provoked', () => {
  const rows = Object.entries(TABLE).map(
    ([
      provoked,
      {
        is: [kind, fault, code],
      },
    ]) => `| ${provoked} | \`${kind}\` | ${fault} | \`${code}\` |`,
  );
  expect(readRepositoryFile('docs/aws-failures.md')).toContain(rows.join('\n'));
});
