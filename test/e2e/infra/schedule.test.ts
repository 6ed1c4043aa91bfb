import { join } from 'node:path';
import { TimeZone } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { expect, test } from 'vitest';
import { LevinStack } from '../../../infra/levin-stack.ts';
import { cdkApp, nagFindings } from '../../support/infra/synth-engine.ts';
import { jobFolder, jobText } from '../../support/job-folder.ts';

const NIGHTLY = ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN });

test('a schedule invokes the driver function with a packed job, and may do nothing else', () => {
  using folder = jobFolder({ 'nightly.ts': jobText('console.log(await lv.parallelize([1]).count());') });
  using cdk = cdkApp();
  const stack = new LevinStack(cdk.app, 'levin-main', { memorySizes: [1769] });
  stack.engine.addSchedule(NIGHTLY, join(folder.path, 'nightly.ts'), { args: ['--all'] });
  stack.engine.addSchedule(NIGHTLY, join(folder.path, 'nightly.ts'), { name: 'again' });
  const template = Template.fromStack(stack);
  const driver = { 'Fn::GetAtt': ['EnginemaindriverFunction5279FF7A', 'Arn'] };
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    Name: 'levin-main-nightly',
    ScheduleExpression: 'cron(0 3 * * ? *)',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: driver,
      Input: {
        'Fn::Join': [
          '',
          [
            '{"kind":"start","job":"s3://',
            { 'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}' },
            Match.stringLikeRegexp('^/[0-9a-f]{64}\\.json","at":"<aws\\.scheduler\\.scheduled-time>","token":"levin-main/nightly"\\}$'),
          ],
        ],
      },
    },
  });
  template.resourcePropertiesCountIs('AWS::IAM::Role', { Description: 'Starts jobs of a levin engine by the clock' }, 1);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    },
    Policies: [{ PolicyDocument: { Statement: [{ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: driver }] } }],
  });
  // One policy of the driver's with a statement for each job: it reads these objects among all that the CDK uploads.
  template.resourceCountIs('AWS::IAM::Policy', 1);
  const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policy?.['Properties'].PolicyDocument.Statement as readonly { readonly Action: string; readonly Resource: unknown }[];
  expect(statements.map(({ Action }) => Action)).toEqual(['s3:GetObject', 's3:GetObject']);
  for (const { Resource } of statements) expect(JSON.stringify(Resource)).toMatch(/cdk-hnb659fds-assets-.*\/[0-9a-f]{64}\.json/);
});

test('cdk-nag has nothing to say about schedules', () => {
  using folder = jobFolder({ 'nightly.ts': jobText('console.log(1);') });
  const schedule = ({ engine }: LevinStack): void => engine.addSchedule(NIGHTLY, join(folder.path, 'nightly.ts'));
  expect(nagFindings({ memorySizes: [1769] }, { acknowledged: false, also: schedule })).toEqual([]);
});

test('a rule hears of the ends of this engine’s applications', () => {
  using cdk = cdkApp();
  const stack = new LevinStack(cdk.app, 'levin-main', { memorySizes: [1769] });
  stack.engine.onJobEnd('Any');
  stack.engine.onJobEnd('Failed', { outcomes: ['failed', 'cancelled'] });
  const patterns = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule')).map(
    ({ Properties }) => Properties.EventPattern as unknown,
  );
  const common = { source: ['levin'], 'detail-type': ['Levin Application Ended'] };
  expect(patterns).toEqual([
    { ...common, detail: { engine: ['main'] } },
    { ...common, detail: { engine: ['main'], outcome: ['failed', 'cancelled'] } },
  ]);
});

test('a job that cannot be packed, and a name that cannot be one, end the synthesis', () => {
  using folder = jobFolder({ 'my nightly job.ts': 'export default () => {};' });
  using cdk = cdkApp();
  const { engine } = new LevinStack(cdk.app, 'levin-main', { memorySizes: [1769] });
  expect(() => engine.addSchedule(NIGHTLY, join(folder.path, 'missing.ts'))).toThrow(
    /^LevinEngine: the job .*missing\.ts cannot be packed for its schedule: levin: levin submit: .*missing\.ts/,
  );
  expect(() => engine.addSchedule(NIGHTLY, join(folder.path, 'my nightly job.ts'))).toThrow(
    'LevinEngine: the schedule\'s name is "my nightly job"; it must have at most 30 letters, digits, dashes and underscores. Give it another one with name.',
  );
});
