import { App, Stack, TimeZone } from 'aws-cdk-lib';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LevinEngine } from 'levin/infra';

const stack = new Stack(new App(), 'Data');

const engine = new LevinEngine(stack, 'Levin', {
  maxConcurrency: 500,
  memorySizes: [1769, 3538, 10240],
  readable: ['s3://books'],
  writable: ['s3://reports/daily/'],
});

engine.addSchedule(ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }), 'jobs/nightly.ts', {
  args: ['--all'],
});

const alarms = new Topic(stack, 'Alarms', { enforceSSL: true });
engine.onJobEnd('Failed', { outcomes: ['failed'] }).addTarget(new SnsTopic(alarms));
