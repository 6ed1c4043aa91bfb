/** Who calls AWS: the functions, whoever runs a driver on a machine of their own, and what starts jobs by the clock. */
export type Principal = 'executor' | 'driver' | 'caller' | 'scheduler';

/** What a right is about. A place becomes ARNs where an engine is made. */
export type Place =
  | 'bucket'
  | 'objects'
  | 'table'
  | 'executors'
  | 'driver'
  | 'driverFailures'
  | 'eventBus'
  | 'scheduledJobs'
  | 'ownLogs'
  | 'readableBuckets'
  | 'readableObjects'
  | 'writableObjects'
  | 'stagedRecords'
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

/** Buckets of the user, where the engine was made with some. An attempt stages its file as an upload, which it takes away if it loses; the driver completes uploads, or takes them away. */
const USER_OBJECTS: readonly Right[] = [
  { actions: ['s3:GetObject'], on: 'readableObjects', reason: 'input of jobs' },
  { actions: ['s3:PutObject'], on: 'writableObjects', reason: 'output of jobs' },
];

const KEY: Right = {
  actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  on: 'key',
  reason: 'the bucket and the table are encrypted with it: S3 and DynamoDB ask KMS in the caller’s name',
  unseen: BY_OPTION,
};

const OBJECTS: readonly Right[] = [
  { actions: ['s3:GetObject'], on: 'objects', reason: 'code, templates, shuffle blocks, results, input' },
  { actions: ['s3:PutObject'], on: 'objects', reason: 'shuffle blocks, results, output, large entries of the journal, event logs' },
];

const ABORT = ['s3:AbortMultipartUpload'];

/** Lists, makes and removes; invokes. */
const DRIVER: readonly Right[] = [
  ...(['bucket', 'readableBuckets'] as const).map((on) => ({
    actions: ['s3:ListBucket'],
    on,
    reason: 'patterns of files, clean-up, event logs',
  })),
  ...OBJECTS,
  ...USER_OBJECTS,
  ...(['objects', 'writableObjects'] as const).flatMap((on) => [
    {
      actions: ['s3:DeleteObject'],
      on,
      reason: 'data of an application that has ended, output that is replaced, records of what was staged',
    },
    {
      actions: ABORT,
      on,
      reason: 'output that was staged by an attempt that lost',
      unseen: 'no attempt of the judged jobs loses after it has staged a file',
    },
  ]),
  {
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:Query', 'dynamodb:ConditionCheckItem'],
    on: 'table',
    reason: 'lease, journal, commits, records of applications',
  },
  { actions: ['lambda:InvokeFunction'], on: 'executors', reason: 'every attempt of a task' },
  KEY,
];

/** Reads, computes, writes, commits. */
const EXECUTOR: readonly Right[] = [
  ...(['bucket', 'readableBuckets'] as const).map((on) => ({
    actions: ['s3:ListBucket'],
    on,
    reason: 'without it S3 says of a missing object that it may not be read, and lost shuffle blocks would not be made again',
    unseen: 'it changes answers to other calls only',
  })),
  ...OBJECTS,
  ...USER_OBJECTS,
  ...(['objects', 'writableObjects'] as const).map((on) => ({
    actions: ABORT,
    on,
    reason: 'a large object that could not be written whole, and output that was staged by an attempt that lost',
    unseen: 'no part of an upload fails for good in the judged jobs',
  })),
  {
    actions: ['s3:DeleteObject'],
    on: 'stagedRecords',
    reason: 'an attempt that lost takes away what it staged, also after the output was published',
    unseen: 'no attempt of the judged jobs loses after it has staged a file',
  },
  { actions: ['dynamodb:PutItem'], on: 'table', reason: 'an attempt commits its task' },
  {
    actions: ['dynamodb:GetItem'],
    on: 'table',
    reason: 'an attempt that takes long looks whether it was called off',
    unseen: 'the attempts of the judged jobs are short',
  },
  KEY,
];

/** Everything that anybody may do on an engine, in one place: roles, policy, docs and the judge of the tests are made of this. */
export const RIGHTS: Readonly<Record<Principal, readonly Right[]>> = {
  executor: [...EXECUTOR, OWN_LOGS],
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
    { actions: ['s3:GetObject'], on: 'scheduledJobs', reason: 'the packed job of a schedule, among the CDK’s assets' },
    OWN_LOGS,
  ],
  scheduler: [{ actions: ['lambda:InvokeFunction'], on: 'driver', reason: 'starts jobs by the clock' }],
  caller: [
    { actions: ['lambda:GetFunctionConfiguration'], on: 'driver', reason: 'finds the engine, and what it consists of' },
    ...DRIVER,
    { actions: ['lambda:InvokeFunction'], on: 'driver', reason: 'submits applications' },
  ],
};

/** The policy of a principal; rights on what an engine does not have are left out. */
export function statementsOf(principal: Principal, places: Places): readonly Statement[] {
  return RIGHTS[principal].flatMap(({ actions, on }, i) =>
    places[on].length === 0 ? [] : [{ Sid: `${on}${i}`, Effect: 'Allow' as const, Action: actions, Resource: places[on] }],
  );
}
