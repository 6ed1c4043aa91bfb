import type { EmulatorFault } from '../../../testing/emulators/emulator-faults.ts';
import type { FailureWorld } from './failure-world.ts';

/** A failure that is really made, at the wire or at the service, and what the caller of the port sees. */
export interface FailureCase {
  /** As the table in the documentation says it. */
  readonly provoked: string;
  run(world: FailureWorld): Promise<unknown>;
  readonly code: string;
  readonly fault: 'user' | 'transient' | 'internal';
  /** Whether the caller may be sure that nothing was done. */
  readonly effect: 'none' | 'unknown';
  /** What the message names. */
  readonly names?: readonly string[];
}

const BODY = new TextEncoder().encode('body');
const LARGE = new Uint8Array(17 * 1024 * 1024);

type Call = (world: FailureWorld) => Promise<unknown>;

const GET: Call = (world) => world.objects().get('there');
const HEAD: Call = (world) => world.objects().head('there');
const PUT: Call = (world) => world.objects().put('new', BODY);
const LIST: Call = (world) => world.objects().list('');
const DELETE: Call = (world) => world.objects().deleteMany(['new']);
const PUT_LARGE: Call = (world) => world.objects().put('large', LARGE);

const OPERATIONS = new Map<Call, string>([
  [GET, 'GetObject'],
  [HEAD, 'HeadObject'],
  [PUT, 'PutObject'],
  [LIST, 'ListObjectsV2'],
  [DELETE, 'DeleteObjects'],
  [PUT_LARGE, 'CompleteMultipartUpload'],
]);

/** The same failure at several calls; an answer to HEAD has no body, and its reason is asked for by a GET. */
function at(calls: readonly Call[], fault: EmulatorFault, expected: Omit<FailureCase, 'run'>): FailureCase[] {
  return calls.map((call) => ({
    ...expected,
    run(world) {
      const operation = OPERATIONS.get(call) ?? '';
      world.s3.inject({ operation, fault });
      if (operation === 'HeadObject' && fault.kind === 'error' && fault.status < 500) world.s3.inject({ operation: 'GetObject', fault });
      return call(world);
    },
  }));
}

function refusal(status: number, code: string, headers: Readonly<Record<string, string>> = {}): EmulatorFault {
  return { kind: 'error', status, code, message: 'as S3 says it', headers };
}

const none = { effect: 'none' } as const;
const unknown = { effect: 'unknown' } as const;

const BY_STATE: readonly FailureCase[] = [
  { provoked: 'no such object, read', run: (world) => world.objects().get('missing'), code: 'OBJECT_NOT_FOUND', fault: 'user', ...unknown },
  {
    provoked: 'no such object, head',
    run: (world) => world.objects().head('missing'),
    code: 'OBJECT_NOT_FOUND',
    fault: 'user',
    ...unknown,
  },
  {
    provoked: 'read of an object that has changed',
    run: (world) => world.objects().get('there', { ifMatch: '"old"' }),
    code: 'PRECONDITION_FAILED',
    fault: 'user',
    ...unknown,
  },
  ...(['get', 'head', 'list'] as const).map(
    (call): FailureCase => ({
      provoked: 'no such bucket',
      run: (world) => world.objects({ bucket: 'nowhere' })[call]('key'),
      code: 'BUCKET_NOT_FOUND',
      fault: 'user',
      ...none,
      names: ['nowhere'],
    }),
  ),
  ...(['get', 'head', 'list'] as const).map(
    (call): FailureCase => ({
      provoked: 'bucket of another region',
      run: (world) => world.objects({ bucket: 'elsewhere' })[call]('key'),
      code: 'WRONG_REGION',
      fault: 'user',
      ...none,
      names: ['eu-west-1', 's3://elsewhere/key'],
    }),
  ),
  {
    provoked: 'requester pays bucket, cost not accepted',
    run: (world) => world.objects({ bucket: 'paid' }).get('key'),
    code: 'PERMISSION_DENIED',
    fault: 'user',
    ...none,
    names: ['requesterPays', 's3:GetObject'],
  },
  {
    provoked: 'nothing listens at the endpoint',
    run: (world) => world.objects({ endpoint: 'http://127.0.0.1:1' }).get('there'),
    code: 'NO_CONNECTION',
    fault: 'transient',
    ...none,
  },
];

const ALL: readonly Call[] = [GET, HEAD, PUT, LIST, DELETE, PUT_LARGE];

const BY_ANSWER: readonly FailureCase[] = [
  ...at(ALL, refusal(503, 'SlowDown'), { provoked: '503 SlowDown', code: 'THROTTLED', fault: 'transient', ...none }),
  ...at([PUT, PUT_LARGE], refusal(409, 'ConditionalRequestConflict'), {
    provoked: '409 ConditionalRequestConflict',
    code: 'CONFLICT',
    fault: 'transient',
    ...none,
  }),
  ...at([GET, PUT, LIST], refusal(500, 'InternalError'), {
    provoked: '500 InternalError',
    code: 'SERVICE_FAILED',
    fault: 'transient',
    ...unknown,
  }),
  ...at([GET, PUT], refusal(503, 'ServiceUnavailable'), {
    provoked: '503 ServiceUnavailable',
    code: 'SERVICE_FAILED',
    fault: 'transient',
    ...unknown,
  }),
  ...at([PUT_LARGE], refusal(200, 'InternalError'), {
    provoked: '200 with an error in it (CompleteMultipartUpload)',
    code: 'SERVICE_FAILED',
    fault: 'transient',
    ...unknown,
  }),
  ...at([PUT_LARGE], refusal(404, 'NoSuchUpload'), {
    provoked: 'upload ended by somebody else',
    code: 'UPLOAD_GONE',
    fault: 'transient',
    ...unknown,
  }),
  ...at(ALL, refusal(403, 'AccessDenied'), {
    provoked: '403 AccessDenied',
    code: 'PERMISSION_DENIED',
    fault: 'user',
    ...none,
    names: ['s3:', 'arn:aws:s3:::books'],
  }),
  ...at(ALL, refusal(400, 'ExpiredToken'), {
    provoked: '400 ExpiredToken',
    code: 'CREDENTIALS_EXPIRED',
    fault: 'user',
    ...none,
    names: ['aws sso login'],
  }),
  ...at([GET, HEAD], refusal(403, 'InvalidAccessKeyId'), {
    provoked: '403 InvalidAccessKeyId',
    code: 'CREDENTIALS_INVALID',
    fault: 'user',
    ...none,
  }),
  ...at([GET, PUT], refusal(403, 'SignatureDoesNotMatch'), {
    provoked: '403 SignatureDoesNotMatch',
    code: 'CREDENTIALS_INVALID',
    fault: 'user',
    ...none,
  }),
  ...at([GET], refusal(403, 'RequestTimeTooSkewed'), { provoked: '403 RequestTimeTooSkewed', code: 'CLOCK_SKEW', fault: 'user', ...none }),
  ...at([GET], refusal(400, 'AuthorizationHeaderMalformed', { 'x-amz-bucket-region': 'eu-west-1' }), {
    provoked: '400 AuthorizationHeaderMalformed (signed for another region)',
    code: 'WRONG_REGION',
    fault: 'user',
    ...none,
    names: ['eu-west-1'],
  }),
  ...at([GET, HEAD], refusal(403, 'InvalidObjectState'), {
    provoked: '403 InvalidObjectState (Glacier)',
    code: 'OBJECT_ARCHIVED',
    fault: 'user',
    ...none,
  }),
  ...at([PUT], refusal(400, 'RequestTimeout'), { provoked: '400 RequestTimeout', code: 'CONNECTION_LOST', fault: 'transient', ...unknown }),
  ...at([PUT], refusal(400, 'BadDigest'), { provoked: '400 BadDigest', code: 'BYTES_DAMAGED', fault: 'transient', ...none }),
  ...at([GET, LIST], refusal(400, 'InvalidArgument'), { provoked: 'any other 4xx', code: 'AWS_REFUSED', fault: 'internal', ...none }),
];

const BY_WIRE: readonly FailureCase[] = [
  ...at(
    ALL,
    { kind: 'drop', when: 'before' },
    { provoked: 'connection broken before the request was done', code: 'CONNECTION_LOST', fault: 'transient', ...unknown },
  ),
  ...at(
    ALL,
    { kind: 'drop', when: 'after' },
    { provoked: 'connection broken before the answer', code: 'CONNECTION_LOST', fault: 'transient', ...unknown },
  ),
  ...at(
    [GET, LIST],
    { kind: 'truncate' },
    { provoked: 'connection broken in the answer', code: 'CONNECTION_LOST', fault: 'transient', ...unknown },
  ),
  ...at(
    [GET],
    { kind: 'damage' },
    { provoked: 'a bit of the object flipped on the way', code: 'BYTES_DAMAGED', fault: 'transient', ...none },
  ),
  {
    provoked: 'no answer at all',
    run(world) {
      world.s3.inject({ operation: 'GetObject', fault: { kind: 'silence', when: 'after' } });
      return world.objects({ idleMs: 1500 }).get('there');
    },
    code: 'CONNECTION_LOST',
    fault: 'transient',
    ...unknown,
  },
];

export const S3_FAILURES: readonly FailureCase[] = [...BY_STATE, ...BY_ANSWER, ...BY_WIRE];
