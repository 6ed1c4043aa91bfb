import { type Fault, LevinError } from '../../errors/levin-error.ts';

/** One remote call, for the message of its failure. */
export interface AwsCall {
  /** The permission that it needs, as a policy writes it: `s3:GetObject`. */
  readonly action: string;
  /** What it is about, as a policy or a person writes it. */
  readonly resource: string;
  /** `read s3://bucket/key` */
  readonly doing: string;
  /** Added where access is denied. */
  readonly deniedHint?: string;
}

/** What an error code of AWS means for the caller. `effect: 'none'`: AWS refused before doing anything. */
interface AwsClass {
  readonly code: string;
  readonly fault: Fault;
  readonly noEffect?: true;
  readonly text: string;
}

/** Our error for what an AWS client threw. Errors of nobody's network or service are given back as they are. */
export function awsError(error: unknown, call: AwsCall): unknown {
  if (error instanceof LevinError || !(error instanceof Error)) return error;
  const facts = factsOf(error);
  const known = classOf(error, facts);
  if (known === null) return error;
  const said = facts.code === undefined ? error.message : `${facts.code}: ${error.message}`;
  const denied = known.code === 'PERMISSION_DENIED' ? ` Allow ${call.action} on ${call.resource}.${call.deniedHint ?? ''}` : '';
  const region = known.code === 'WRONG_REGION' && facts.region !== undefined ? ` It lies in ${facts.region}.` : '';
  return new LevinError({
    code: known.code,
    fault: known.fault,
    message: `Cannot ${call.doing}: ${known.text}${region}${denied} [${said}]`,
    details: {
      action: call.action,
      resource: call.resource,
      ...(facts.code === undefined ? {} : { awsCode: facts.code }),
      ...(facts.status === undefined ? {} : { status: facts.status }),
      ...(facts.requestId === undefined ? {} : { requestId: facts.requestId }),
      ...(facts.region === undefined ? {} : { region: facts.region }),
      ...(known.noEffect === true ? { effect: 'none' } : {}),
    },
    cause: error,
  });
}

/** AWS's own error code, or Node's for a failed connection; undefined where the answer had none, as those to HEAD. */
export function awsCode(error: unknown): string | undefined {
  return error instanceof Error ? factsOf(error).code : undefined;
}

export function httpStatus(error: unknown): number | undefined {
  return error instanceof Error ? factsOf(error).status : undefined;
}

const THROTTLED: AwsClass = { code: 'THROTTLED', fault: 'transient', noEffect: true, text: 'AWS asks for a lower rate of requests.' };
const CONFLICT: AwsClass = {
  code: 'CONFLICT',
  fault: 'transient',
  noEffect: true,
  text: 'another request was changing the same thing at the same time.',
};
const DENIED: AwsClass = { code: 'PERMISSION_DENIED', fault: 'user', noEffect: true, text: 'access is denied.' };
const EXPIRED: AwsClass = {
  code: 'CREDENTIALS_EXPIRED',
  fault: 'user',
  noEffect: true,
  text: 'the AWS session has expired. Log in again (aws sso login, or new session keys).',
};
const INVALID: AwsClass = {
  code: 'CREDENTIALS_INVALID',
  fault: 'user',
  noEffect: true,
  text: 'AWS does not accept the credentials. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN or the profile.',
};
const NO_CREDENTIALS: AwsClass = {
  code: 'NO_CREDENTIALS',
  fault: 'user',
  noEffect: true,
  text: 'there are no AWS credentials. Log in (aws sso login), choose a profile (AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
};
const NO_REGION: AwsClass = {
  code: 'NO_REGION',
  fault: 'user',
  noEffect: true,
  text: 'no AWS region is set. Set AWS_REGION, or a region in the profile.',
};
const INVALID_REGION: AwsClass = {
  code: 'NO_REGION',
  fault: 'user',
  noEffect: true,
  text: 'the AWS region that is set is none. Set AWS_REGION, or the region in the profile, to a name like eu-central-1.',
};
const WRONG_REGION: AwsClass = {
  code: 'WRONG_REGION',
  fault: 'user',
  noEffect: true,
  text: 'the bucket is in another region than the one that was asked. Use a bucket of that region, or set AWS_REGION to the region of the bucket; an engine has to be in the region that is set, too.',
};
const SERVICE_FAILED: AwsClass = { code: 'SERVICE_FAILED', fault: 'transient', text: 'AWS failed. Whether it was done is unknown.' };
const REFUSED: AwsClass = { code: 'AWS_REFUSED', fault: 'internal', noEffect: true, text: 'AWS does not take this request.' };
const CONNECTION_LOST: AwsClass = {
  code: 'CONNECTION_LOST',
  fault: 'transient',
  text: 'the connection broke or took too long. Whether it was done is unknown.',
};
const NO_CONNECTION: AwsClass = {
  code: 'NO_CONNECTION',
  fault: 'transient',
  noEffect: true,
  text: 'no connection to the endpoint. Check the network, the region and the endpoint.',
};
const NO_DESCRIPTOR: AwsClass = {
  code: 'NO_CONNECTION',
  fault: 'transient',
  noEffect: true,
  text: 'no connection: the process or the machine has as many files and connections open as it may.',
};
const DAMAGED: AwsClass = { code: 'BYTES_DAMAGED', fault: 'transient', noEffect: true, text: 'bytes were damaged on the way.' };
const ANSWER_UNREADABLE: AwsClass = { code: 'SERVICE_FAILED', fault: 'transient', text: 'the answer could not be read.' };

const BY_CODE: ReadonlyMap<string, AwsClass> = new Map([
  ...classed(THROTTLED, [
    'SlowDown',
    'Throttling',
    'ThrottlingException',
    'ThrottlingError',
    'ThrottledException',
    'ProvisionedThroughputExceededException',
    'ProvisionedThroughputExceeded',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'TooManyRequestsException',
    'BandwidthLimitExceeded',
  ]),
  ...classed(CONFLICT, ['ConditionalRequestConflict', 'OperationAborted', 'TransactionConflictException', 'TransactionConflict']),
  ...classed(DENIED, ['AccessDenied', 'AccessDeniedException', 'AllAccessDisabled', 'AccountProblem', 'NotSignedUp']),
  ...classed(EXPIRED, ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired']),
  ...classed(INVALID, [
    'InvalidAccessKeyId',
    'InvalidToken',
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    'IncompleteSignature',
    'IncompleteSignatureException',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
  ]),
  ...classed(WRONG_REGION, [
    'PermanentRedirect',
    'TemporaryRedirect',
    'AuthorizationHeaderMalformed',
    'IllegalLocationConstraintException',
  ]),
  ...classed(SERVICE_FAILED, [
    'InternalError',
    'InternalServerError',
    'InternalFailure',
    'ServiceUnavailable',
    'TransactionInProgressException',
  ]),
  ...classed(CONNECTION_LOST, ['RequestTimeout', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'TimeoutError']),
  ...classed(NO_CONNECTION, ['CONNECT_TIMEOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']),
  ...classed(NO_DESCRIPTOR, ['EMFILE', 'ENFILE']),
  ...classed(DAMAGED, ['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch', 'IncompleteBody']),
  ...classed(NO_CREDENTIALS, ['CredentialsProviderError', 'TokenProviderError']),
  ...classed({ code: 'CLOCK_SKEW', fault: 'user', noEffect: true, text: 'this machine’s clock is wrong. Set it.' }, [
    'RequestTimeTooSkewed',
  ]),
  ...classed({ code: 'BUCKET_NOT_FOUND', fault: 'user', noEffect: true, text: 'there is no such bucket. Check its name.' }, [
    'NoSuchBucket',
  ]),
  ...classed(
    {
      code: 'RESOURCE_NOT_FOUND',
      fault: 'user',
      noEffect: true,
      text: 'it does not exist in this account and region. Deploy it (levin deploy), or choose the account and region where it is.',
    },
    ['ResourceNotFoundException'],
  ),
  ...classed(
    {
      code: 'OBJECT_ARCHIVED',
      fault: 'user',
      noEffect: true,
      text: 'the object is in an archive class (Glacier). Restore it first.',
    },
    ['InvalidObjectState'],
  ),
  ...classed({ code: 'UPLOAD_GONE', fault: 'transient', text: 'its upload was taken away by somebody else.' }, ['NoSuchUpload']),
]);

const BY_STATUS: ReadonlyMap<number, AwsClass> = new Map([
  [301, WRONG_REGION],
  [307, WRONG_REGION],
  [403, DENIED],
  [429, THROTTLED],
  [503, THROTTLED],
]);

function classed(known: AwsClass, codes: readonly string[]): (readonly [string, AwsClass])[] {
  return codes.map((code) => [code, known] as const);
}

function classOf(error: Error, { code, status }: AwsFacts): AwsClass | null {
  const known = code === undefined ? undefined : BY_CODE.get(code);
  if (known !== undefined) return known;
  // The SDK gives these no code.
  if (error.message === 'Region is missing') return NO_REGION;
  if (error.message.startsWith('Region not accepted')) return INVALID_REGION;
  if (error.message.startsWith('Checksum mismatch')) return DAMAGED;
  if (status === undefined) return null;
  if (status < 300) return ANSWER_UNREADABLE;
  return BY_STATUS.get(status) ?? (status >= 500 ? SERVICE_FAILED : REFUSED);
}

interface AwsFacts {
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Where the bucket is, as S3 tells everybody who asks elsewhere. */
  readonly region: string | undefined;
}

/** What the SDK hangs on its errors. */
interface SdkError extends Error {
  readonly code?: unknown;
  readonly Region?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** Names that say nothing about the failure. */
const NAMELESS: ReadonlySet<string> = new Set(['Error', 'Unknown', 'UnknownError', 'TypeError', 'SyntaxError', 'NotFound']);

function factsOf(error: SdkError): AwsFacts {
  const region = error.$response?.headers?.['x-amz-bucket-region'] ?? error.Region;
  const node = typeof error.code === 'string' ? error.code : undefined;
  return {
    code: node ?? (NAMELESS.has(error.name) ? undefined : error.name),
    status: error.$metadata?.httpStatusCode,
    requestId: error.$metadata?.requestId,
    region: typeof region === 'string' ? region : undefined,
  };
}
