import { expect, test } from 'vitest';
import { RIGHTS } from '../../../infra/rights.ts';
import { enginePolicies } from '../../support/infra/engine-policies.ts';
import { engineTemplate } from '../../support/infra/synth-engine.ts';

const ARN = 'arn:aws';
const HERE = 'eu-central-1:111122223333';
const NAMES = { region: 'eu-central-1', account: '111122223333', bucket: 'engine-bucket', table: 'levin-main' };
const template = engineTemplate({ memorySizes: [1769, 3538] });
const policies = enginePolicies(template, NAMES);

/** `action on ARN`, in order of the alphabet. */
function allowed(who: string): readonly string[] {
  return (policies.of[who] ?? [])
    .flatMap(({ Effect, Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((resource) => `${Effect === 'Allow' ? '' : 'not '}${action} on ${resource}`)),
    )
    .sort();
}

const OWN = [
  `s3:AbortMultipartUpload on ${ARN}:s3:::engine-bucket/*`,
  `s3:GetObject on ${ARN}:s3:::engine-bucket/*`,
  `s3:ListBucket on ${ARN}:s3:::engine-bucket`,
  `s3:PutObject on ${ARN}:s3:::engine-bucket/*`,
];
const OBJECTS = [...OWN, `s3:DeleteObject on ${ARN}:s3:::engine-bucket/*`].sort();
const TABLE = `${ARN}:dynamodb:${HERE}:table/levin-main`;
const FUNCTION = `${ARN}:lambda:${HERE}:function:levin-main`;

test('executors reach the bucket, the table’s items, and their own log', () => {
  expect(allowed('levin-main-executor-1769')).toEqual([
    `dynamodb:GetItem on ${TABLE}`,
    `dynamodb:PutItem on ${TABLE}`,
    `logs:CreateLogStream on ${ARN}:logs:${HERE}:log-group:Enginemainexecutor1769LogsA13E0688:*`,
    `logs:PutLogEvents on ${ARN}:logs:${HERE}:log-group:Enginemainexecutor1769LogsA13E0688:*`,
    ...[...OWN, `s3:DeleteObject on ${ARN}:s3:::engine-bucket/*_levin/staged/*`].sort(),
  ]);
});

test('the driver function reaches that, all of the table, its executors, itself, its queue, and the event bus', () => {
  expect(allowed('levin-main-driver')).toEqual([
    `dynamodb:ConditionCheckItem on ${TABLE}`,
    `dynamodb:DeleteItem on ${TABLE}`,
    `dynamodb:GetItem on ${TABLE}`,
    `dynamodb:PutItem on ${TABLE}`,
    `dynamodb:Query on ${TABLE}`,
    `events:PutEvents on ${ARN}:events:${HERE}:event-bus/default`,
    `lambda:InvokeFunction on ${FUNCTION}-driver`,
    `lambda:InvokeFunction on ${FUNCTION}-executor-1769`,
    `lambda:InvokeFunction on ${FUNCTION}-executor-3538`,
    `logs:CreateLogStream on ${ARN}:logs:${HERE}:log-group:EnginemaindriverLogs4070C2EF:*`,
    `logs:PutLogEvents on ${ARN}:logs:${HERE}:log-group:EnginemaindriverLogs4070C2EF:*`,
    ...OBJECTS,
    `sqs:DeleteMessage on ${ARN}:sqs:${HERE}:driver-failures`,
    `sqs:GetQueueAttributes on ${ARN}:sqs:${HERE}:driver-failures`,
    `sqs:ReceiveMessage on ${ARN}:sqs:${HERE}:driver-failures`,
    `sqs:SendMessage on ${ARN}:sqs:${HERE}:driver-failures`,
  ]);
});

test('callers find the engine, and do as drivers do', () => {
  expect(allowed('caller')).toEqual([
    `dynamodb:ConditionCheckItem on ${TABLE}`,
    `dynamodb:DeleteItem on ${TABLE}`,
    `dynamodb:GetItem on ${TABLE}`,
    `dynamodb:PutItem on ${TABLE}`,
    `dynamodb:Query on ${TABLE}`,
    `lambda:GetFunctionConfiguration on ${FUNCTION}-driver`,
    `lambda:InvokeFunction on ${FUNCTION}-driver`,
    `lambda:InvokeFunction on ${FUNCTION}-executor-1769`,
    `lambda:InvokeFunction on ${FUNCTION}-executor-3538`,
    ...OBJECTS,
  ]);
});

test('roles are taken on by Lambda alone', () => {
  const roles = Object.values(template.findResources('AWS::IAM::Role'));
  expect(roles.length).toBe(3);
  for (const { Properties } of roles)
    expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
    ]);
});

test('buckets of the user are reached where the engine was made with them, and written to only where that was said', () => {
  const props = { memorySizes: [1769], readable: ['s3://books/english/'], writable: ['s3://reports'] };
  const { of } = enginePolicies(engineTemplate(props), NAMES);
  const onUsers = [...(of['levin-main-executor-1769'] ?? [])].filter(({ Sid = '' }) => /^(readable|writable|staged)/.test(Sid));
  expect(onUsers.map(({ Action, Resource }) => [[Action].flat(), [Resource].flat()])).toEqual([
    [['s3:ListBucket'], ['arn:aws:s3:::books', 'arn:aws:s3:::reports']],
    [['s3:GetObject'], ['arn:aws:s3:::books/english/*', 'arn:aws:s3:::reports/*']],
    [['s3:PutObject'], ['arn:aws:s3:::reports/*']],
    [['s3:AbortMultipartUpload'], ['arn:aws:s3:::reports/*']],
    [['s3:DeleteObject'], ['arn:aws:s3:::engine-bucket/*_levin/staged/*', 'arn:aws:s3:::reports/*_levin/staged/*']],
  ]);
});

test('with a key, everybody may use it for what the bucket and the table hold, and not manage it', () => {
  const { of } = enginePolicies(engineTemplate({ memorySizes: [1769], encryption: 'kms' }), NAMES);
  for (const statements of Object.values(of))
    expect(statements.filter(({ Sid = '' }) => Sid.startsWith('key')).flatMap(({ Action }) => Action)).toEqual([
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ]);
});

test('every right has a reason', () => {
  for (const { reason } of Object.values(RIGHTS).flat()) expect(reason.length).toBeGreaterThan(10);
});
