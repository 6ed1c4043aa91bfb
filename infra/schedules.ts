import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { type Policy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { CfnSchedule, type ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { LevinError } from '../engine/errors/levin-error.ts';
import { stackName } from '../engine/types/aws-engine.ts';
import type { StartEvent } from '../engine/types/driver-event.ts';
import { wrongSetting } from './engine-settings.ts';
import { RIGHTS } from './rights.ts';

/** How a job is started by the clock. */
export interface ScheduledJobOptions {
  /** Of the schedule and its applications; one of a name to an engine. Default: the job file's, without its extension. */
  readonly name?: string;
  /** Of the job. */
  readonly args?: readonly string[];
  /** Settings, as `--conf` has them. */
  readonly conf?: Readonly<Record<string, string>>;
}

export interface MakeSchedule extends ScheduledJobOptions {
  readonly engineName: string;
  readonly schedule: ScheduleExpression;
  readonly job: string;
  readonly driver: LambdaFunction;
  /** The scheduler's. */
  readonly role: Role;
  /** Of the driver function: it reads the packed job. */
  readonly policy: Policy;
}

const NAME = /^[A-Za-z0-9_-]{1,30}$/;

/** Scheduler's own words for the time a run is due. */
const DUE = '<aws.scheduler.scheduled-time>';

/** EventBridge Scheduler gives up a run that could not be started for so long: the next is near. */
const MAX_LATE_SECONDS = 3600;

/** Packs the job, and has the driver function started with it. Each time is an application of its own; a time that is delivered twice is one. */
export function makeSchedule(scope: Construct, options: MakeSchedule): CfnSchedule {
  const { engineName, schedule, job, driver, role, policy } = options;
  const name = options.name ?? basename(job, extname(job));
  if (!NAME.test(name))
    throw wrongSetting(
      `the schedule's name is "${name}"; it must have at most 30 letters, digits, dashes and underscores. Give it another one with name.`,
    );
  const own = new Construct(scope, `Schedule-${name}`);
  const asset = packedJob(own, { ...options, name });
  const place = `${asset.s3BucketName}/${asset.s3ObjectKey}`;
  policy.addStatements(...readingOf(own, place));
  const event: StartEvent = { kind: 'start', job: `s3://${place}`, at: DUE, token: `${stackName(engineName)}/${name}` };
  return new CfnSchedule(own, 'Schedule', {
    name: `${stackName(engineName)}-${name}`,
    description: `Starts ${basename(job)} on the levin engine ${engineName}`,
    scheduleExpression: schedule.expressionString,
    scheduleExpressionTimezone: schedule.timeZone?.timezoneName ?? 'Etc/UTC',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: driver.functionArn,
      roleArn: role.roleArn,
      input: Stack.of(own).toJsonString(event),
      retryPolicy: { maximumEventAgeInSeconds: MAX_LATE_SECONDS },
    },
  });
}

/** The role of EventBridge Scheduler for the schedules of this account: it invokes the driver function, and nothing else. */
export function makeSchedulerRole(scope: Construct, driverArn: string): Role {
  const statements = RIGHTS.scheduler.map(({ actions }) => new PolicyStatement({ actions: [...actions], resources: [driverArn] }));
  return new Role(scope, 'SchedulerRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
    description: 'Starts jobs of a levin engine by the clock',
    inlinePolicies: { levin: new PolicyDocument({ statements }) },
  });
}

function readingOf(scope: Construct, place: string): readonly PolicyStatement[] {
  const rights = RIGHTS.driver.filter(({ on }) => on === 'scheduledJobs');
  const resources = [`arn:${Stack.of(scope).partition}:s3:::${place}`];
  return rights.map(({ actions }) => new PolicyStatement({ actions: [...actions], resources }));
}

/** The bundle as one file, uploaded with the stack's other assets. */
function packedJob(scope: Construct, { engineName, job, name, args = [], conf = {} }: MakeSchedule): Asset {
  const folder = mkdtempSync(join(tmpdir(), 'levin-schedule-'));
  try {
    const out = join(folder, `${name}.json`);
    const settings = Object.entries(conf).flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
    const script = join(levinPackage().folder, 'dist/driver/cli/pack-schedule.js');
    const argv = [script, out, '--on', `aws:${engineName}`, '--name', name ?? '', ...settings, job, '--', ...args];
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    if (status !== 0) throw notPacked(job, stderr);
    return new Asset(scope, 'Job', { path: out });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function notPacked(job: string, said: string): LevinError {
  return new LevinError({
    code: 'SCHEDULED_JOB',
    fault: 'user',
    message: `LevinEngine: the job ${job} cannot be packed for its schedule: ${said.trim()}`,
    details: { job },
  });
}
