/** Who calls AWS: the functions, whoever runs a driver on a machine of their own, and what starts jobs by the clock. */
export type Principal = 'executor' | 'driver' | 'caller';

/** What a right is about. A place becomes ARNs where an engine is made. */
export type Place =
  | 'bucket'
  | 'objects'
  | 'table'
  | 'executors'
  | 'driver'
  | 'driverFailures'
  | 'eventBus'
  | 'ownLogs'
  | 'readableBuckets'
  | 'readableObjects'
  | 'writableObjects'
  | 'key';

export interface Right {
  readonly actions: readonly string[];
  readonly on: Place;
  /** What for. */
  readonly reason: string;
  /** Why no test can have seen it used: another service makes the call, or it is needed by an option. */
  readonly unseen?: string;
}

export type Places = Readonly<Record<Place, readonly string[]>>;

/** One statement of a policy, as IAM's JSON has it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

const BY_LAMBDA = 'Lambda makes the call in the name of the function';
const BY_OPTION = 'only engines with the option have it';

const OWN_LOGS: Right = {
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  on: 'ownLogs',
  reason: 'what the function prints',
  unseen: BY_LAMBDA,
};

/** Buckets of the user, where the engine was made with some. */
const USER_DATA: readonly Right[] = [
  {
    actions: ['s3:ListBucket'],
    on: 'readableBuckets',
    reason: 'patterns of input files; whether a missing one is missing',
    unseen: BY_OPTION,
  },
  { actions: ['s3:GetObject'], on: 'readableObjects', reason: 'input of jobs', unseen: BY_OPTION },
  {
    actions: ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
    on: 'writableObjects',
    reason: 'output of jobs: staged, published, replaced',
    unseen: BY_OPTION,
  },
];

const KEY: Right = {
  actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  on: 'key',
  reason: 'the bucket and the table are encrypted with it: S3 and DynamoDB ask KMS in the caller’s name',
  unseen: BY_OPTION,
};

const OBJECTS: readonly Right[] = [
  {
    actions: ['s3:ListBucket'],
    on: 'bucket',
    reason: 'patterns of input files, clean-up; without it a missing object is told as a missing right',
  },
  { actions: ['s3:GetObject'], on: 'objects', reason: 'code, templates, shuffle blocks, results, input' },
  { actions: ['s3:PutObject'], on: 'objects', reason: 'shuffle blocks, results, output, the journal’s large entries, event logs' },
  {
    actions: ['s3:DeleteObject'],
    on: 'objects',
    reason: 'an application’s data goes when it has ended; attempts that lost remove what they staged',
  },
  { actions: ['s3:AbortMultipartUpload'], on: 'objects', reason: 'output that is not published' },
];

const DRIVER: readonly Right[] = [
  ...OBJECTS,
  {
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:Query', 'dynamodb:ConditionCheckItem'],
    on: 'table',
    reason: 'lease, journal, commits, records of applications',
  },
  { actions: ['lambda:InvokeFunction'], on: 'executors', reason: 'every attempt of a task' },
];

/** Everything that anybody may do on an engine, in one place: roles, policy, docs and the judge of the tests are made of this. */
export const RIGHTS: Readonly<Record<Principal, readonly Right[]>> = {
  executor: [
    ...OBJECTS,
    { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], on: 'table', reason: 'an attempt commits its task, or reads who won' },
    ...USER_DATA,
    KEY,
    OWN_LOGS,
  ],
  driver: [
    ...DRIVER,
    { actions: ['lambda:InvokeFunction'], on: 'driver', reason: 'it hands over to a fresh invocation of itself before its time is over' },
    { actions: ['events:PutEvents'], on: 'eventBus', reason: 'tells that an application has ended' },
    {
      actions: ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      on: 'driverFailures',
      reason: 'a driver that died is started again from there',
      unseen: BY_LAMBDA,
    },
    ...USER_DATA,
    KEY,
    OWN_LOGS,
  ],
  caller: [
    { actions: ['lambda:GetFunctionConfiguration'], on: 'driver', reason: 'finds the engine, and what it consists of' },
    ...DRIVER,
    { actions: ['lambda:InvokeFunction'], on: 'driver', reason: 'submits applications' },
    ...USER_DATA,
    KEY,
  ],
};

/** The policy of a principal; rights on what an engine does not have are left out. */
export function statementsOf(principal: Principal, places: Places): readonly Statement[] {
  return RIGHTS[principal].flatMap(({ actions, on }, i) =>
    places[on].length === 0 ? [] : [{ Sid: `${on}${i}`, Effect: 'Allow' as const, Action: actions, Resource: places[on] }],
  );
}
