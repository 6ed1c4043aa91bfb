import { describe, expect, test } from 'vitest';
import { LevinStack } from '../../../infra/levin-stack.ts';
import { acknowledgements, cdkApp, nagFindings } from '../../support/infra/synth-engine.ts';

const CASES = {
  'by default': {},
  'with a key of its own': { encryption: 'kms' },
  'with buckets of the user': { readable: ['s3://books/english/', 's3://films'], writable: ['s3://reports'] },
} as const;

describe.each(Object.entries(CASES))('an engine %s', (_, props) => {
  test('passes cdk-nag’s AwsSolutions rules', () => {
    expect(nagFindings(props, { acknowledged: false })).toEqual([]);
  });

  test('acknowledges nothing that is not found, and gives a reason each time', () => {
    using cdk = cdkApp();
    const acknowledged = acknowledgements(new LevinStack(cdk.app, 'levin-main', props));
    expect(Object.keys(acknowledged).sort()).toEqual([...nagFindings(props, { acknowledged: true })].sort());
    for (const reason of Object.values(acknowledged)) expect(reason).toMatch(/^[A-Z].{60,}\.$/);
  });
});

test('what is acknowledged: access logs, recovery of the table, a queue behind the queue, keys of objects and of staged files', () => {
  using cdk = cdkApp();
  const acknowledged = Object.keys(acknowledgements(new LevinStack(cdk.app, 'levin-main', { memorySizes: [1769] })));
  expect(acknowledged.map((each) => each.replace('levin-main/Engine/', ''))).toEqual([
    'Bucket: AwsSolutions-S1',
    'Table: AwsSolutions-DDB3',
    'DriverFailures: AwsSolutions-SQS3',
    'main-executor-1769/Role: AwsSolutions-IAM5[Resource::<EngineBucketC8087CB4.Arn>/*]',
    'main-executor-1769/Role: AwsSolutions-IAM5[Resource::<EngineBucketC8087CB4.Arn>/*_levin/staged/*]',
    'main-driver/Role: AwsSolutions-IAM5[Resource::<EngineBucketC8087CB4.Arn>/*]',
    'CallerPolicy: AwsSolutions-IAM5[Resource::<EngineBucketC8087CB4.Arn>/*]',
  ]);
});
