import type { EmulatorFault } from '../../../testing/emulators/emulator-faults.ts';
import type { FailureWorld } from './failure-world.ts';
import type { FailureCase } from './s3-failure-cases.ts';

const THERE = { partition: 'p', sort: 'there' };
const NEW = { partition: 'p', sort: 'new' };

type Call = (world: FailureWorld) => Promise<unknown>;

const GET: Call = (world) => world.metadata().get(THERE);
const PUT: Call = (world) => world.metadata().put(NEW, { n: 1 }, { condition: { kind: 'absent' } });
const QUERY: Call = (world) => world.metadata().query('p', '');
const DELETE: Call = (world) => world.metadata().delete(NEW);
const TRANSACT: Call = (world) =>
  world.metadata().transact([{ key: THERE, condition: { kind: 'equals', fields: { n: 1 } } }], [{ kind: 'put', key: NEW, item: { n: 2 } }]);

const OPERATIONS = new Map<Call, string>([
  [GET, 'GetItem'],
  [PUT, 'PutItem'],
  [QUERY, 'Query'],
  [DELETE, 'DeleteItem'],
  [TRANSACT, 'TransactWriteItems'],
]);

function at(calls: readonly Call[], fault: EmulatorFault, expected: Omit<FailureCase, 'run'>): FailureCase[] {
  return calls.map((call) => ({
    ...expected,
    run(world) {
      world.dynamodb.inject({ operation: OPERATIONS.get(call) ?? '', fault });
      return call(world);
    },
  }));
}

function refusal(
  code: string,
  { status = 400, fields = {} }: { readonly status?: number; readonly fields?: Readonly<Record<string, unknown>> } = {},
): EmulatorFault {
  return { kind: 'error', status, code, message: 'as DynamoDB says it', fields };
}

/** DynamoDB says why for each item: here the check held and the put is what it is about. */
function cancelled(reason: string): EmulatorFault {
  return refusal('TransactionCanceledException', {
    fields: { CancellationReasons: [{ Code: 'None' }, { Code: reason, Message: `because of ${reason}` }] },
  });
}

const none = { effect: 'none' } as const;
const unknown = { effect: 'unknown' } as const;
const ALL: readonly Call[] = [GET, PUT, QUERY, DELETE, TRANSACT];

export const DYNAMODB_FAILURES: readonly FailureCase[] = [
  {
    provoked: 'no such table',
    run: (world) => world.metadata({ table: 'nowhere' }).get(THERE),
    code: 'RESOURCE_NOT_FOUND',
    fault: 'user',
    ...none,
    names: ['nowhere', 'levin deploy'],
  },
  {
    provoked: 'item that does not fit although its JSON does',
    run: (world) => world.metadata().put({ partition: 'p'.repeat(2048), sort: 's'.repeat(1024) }, shortFields(406)),
    code: 'ITEM_TOO_LARGE',
    fault: 'internal',
    ...unknown,
  },
  {
    provoked: 'transaction of more than 4 MB',
    run: (world) =>
      world.metadata().transact(
        [],
        Array.from({ length: 11 }, (_, i) => ({ kind: 'put', key: { partition: 'p', sort: `k${i}` }, item: shortFields(400) })),
      ),
    code: 'INVALID_TRANSACTION',
    fault: 'internal',
    ...unknown,
  },
  ...['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'].flatMap((code) =>
    at(ALL, refusal(code), { provoked: `400 ${code}`, code: 'THROTTLED', fault: 'transient', ...none }),
  ),
  ...['ThrottlingError', 'ProvisionedThroughputExceeded'].flatMap((reason) =>
    at([TRANSACT], cancelled(reason), { provoked: `transaction cancelled: ${reason}`, code: 'THROTTLED', fault: 'transient', ...none }),
  ),
  ...at([TRANSACT], cancelled('TransactionConflict'), {
    provoked: 'transaction cancelled: TransactionConflict',
    code: 'CONFLICT',
    fault: 'transient',
    ...none,
  }),
  ...at([TRANSACT], cancelled('ValidationError'), {
    provoked: 'transaction cancelled: ValidationError',
    code: 'AWS_REFUSED',
    fault: 'internal',
    ...none,
  }),
  ...at([PUT, DELETE], refusal('TransactionConflictException'), {
    provoked: '400 TransactionConflictException',
    code: 'CONFLICT',
    fault: 'transient',
    ...none,
  }),
  ...at([TRANSACT], refusal('TransactionInProgressException'), {
    provoked: '400 TransactionInProgressException',
    code: 'SERVICE_FAILED',
    fault: 'transient',
    ...unknown,
  }),
  ...at(ALL, refusal('InternalServerError', { status: 500 }), {
    provoked: '500 InternalServerError',
    code: 'SERVICE_FAILED',
    fault: 'transient',
    ...unknown,
  }),
  ...at(ALL, refusal('AccessDeniedException'), {
    provoked: '400 AccessDeniedException',
    code: 'PERMISSION_DENIED',
    fault: 'user',
    ...none,
    names: ['dynamodb:', 'the table levin-test-1'],
  }),
  ...at([GET, TRANSACT], refusal('ExpiredTokenException'), {
    provoked: '400 ExpiredTokenException',
    code: 'CREDENTIALS_EXPIRED',
    fault: 'user',
    ...none,
  }),
  ...at([GET], refusal('UnrecognizedClientException'), {
    provoked: '400 UnrecognizedClientException',
    code: 'CREDENTIALS_INVALID',
    fault: 'user',
    ...none,
  }),
  ...at([GET], refusal('InvalidSignatureException'), {
    provoked: '400 InvalidSignatureException',
    code: 'CREDENTIALS_INVALID',
    fault: 'user',
    ...none,
  }),
  ...at([PUT], refusal('ValidationException'), { provoked: 'any other 4xx', code: 'AWS_REFUSED', fault: 'internal', ...none }),
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
    [GET, QUERY],
    { kind: 'truncate' },
    { provoked: 'connection broken in the answer', code: 'CONNECTION_LOST', fault: 'transient', ...unknown },
  ),
  {
    provoked: 'no answer at all',
    run(world) {
      world.dynamodb.inject({ operation: 'PutItem', fault: { kind: 'silence', when: 'after' } });
      return world.metadata({ idleMs: 1500 }).put(NEW, { n: 1 });
    },
    code: 'CONNECTION_LOST',
    fault: 'transient',
    ...unknown,
  },
  {
    provoked: 'nothing listens at the endpoint',
    run: (world) => world.metadata({ endpoint: 'http://127.0.0.1:1' }).get(THERE),
    code: 'NO_CONNECTION',
    fault: 'transient',
    ...none,
  },
];

/** Fields of a thousand characters each, too short to be compressed. */
function shortFields(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [String(i), 'x'.repeat(1000)]));
}
