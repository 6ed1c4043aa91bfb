import { Duration, RemovalPolicy, Tags } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule } from 'aws-cdk-lib/aws-events';
import { type ManagedPolicy, Policy, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { driverName, engineEnvironment, executorName } from '../engine/types/aws-engine.ts';
import { type ApplicationEnded, END_EVENT } from '../engine/types/driver-event.ts';
import { EXECUTOR_ENV } from '../functions/env.ts';
import { engineArns } from './engine-places.ts';
import { engineSettings } from './engine-settings.ts';
import { DRIVER_TIME_LIMIT, type FunctionOptions, makeDriverFailures, makeFunction, restartFrom } from './functions.ts';
import { encryptionOf, type LevinEngineProps } from './levin-engine-props.ts';
import { makeCallerPolicy } from './roles.ts';
import { makeSchedule, makeSchedulerRole, type ScheduledJobOptions } from './schedules.ts';
import { makeBucket, makeKey, makeTable } from './storage.ts';

/** V8’s young generation keeps the buffers of many sockets until it is cleaned up; a small one takes half the memory and no more time. */
const DRIVER_NODE_OPTIONS = '--max-semi-space-size=4';

/** Which ends of applications are meant; default all. */
export interface JobEndOptions {
  readonly outcomes?: readonly ApplicationEnded['outcome'][];
}

/**
 * An engine: all that `levin run --on aws` needs in an account. At rest it costs nothing but the storage of what jobs left in its bucket, and
 * a dollar a month for a key of its own if it has one.
 *
 * ```ts
 * const engine = new LevinEngine(this, 'Levin', { maxConcurrency: 500, memorySizes: [1769, 3538, 10240] });
 * analysts.addManagedPolicy(engine.callerPolicy);
 * ```
 *
 * @throws LevinError `ENGINE_SETTINGS` when a property is not right.
 */
export class LevinEngine extends Construct {
  readonly engineName: string;
  /** levin's own objects, and whatever users keep in it. */
  readonly bucket: Bucket;
  /** Metadata of applications. */
  readonly table: Table;
  /** One of each memory size, ascending. */
  readonly executors: readonly LambdaFunction[];
  readonly driver: LambdaFunction;
  /** Made for the engine, because it was asked to have one. */
  readonly ownKey: IKey | undefined;
  /** Roles of the functions: grant them what jobs need beyond the engine, a secret for instance. */
  readonly roles: readonly Role[];
  /** What people and machines need who run and submit applications. */
  readonly callerPolicy: ManagedPolicy;
  readonly #driverRole: Role;
  #schedulerRole: Role | undefined;
  #scheduledJobs: Policy | undefined;

  constructor(scope: Construct, id: string, props: LevinEngineProps = {}) {
    super(scope, id);
    const settings = engineSettings({ ...props, timeLimitSeconds: props.timeLimit?.toSeconds({ integral: false }) });
    const { removalPolicy = RemovalPolicy.RETAIN } = props;
    this.engineName = settings.name;
    const wantsOwnKey = encryptionOf(props) === 'kms' && props.kmsKey === undefined;
    this.ownKey = wantsOwnKey ? makeKey(this, { engineName: settings.name, removalPolicy }) : undefined;
    const key = this.ownKey ?? props.kmsKey;
    const storage = { engineName: settings.name, key, removalPolicy };
    this.bucket = makeBucket(this, storage);
    this.table = makeTable(this, storage);
    const driverFailures = makeDriverFailures(this, settings.name);
    const places = engineArns(this, { settings, bucket: this.bucket, table: this.table, key, driverFailures });
    const described = engineEnvironment({
      name: settings.name,
      version: levinPackage().version,
      bucket: this.bucket.bucketName,
      table: this.table.tableName,
      memorySizesMb: settings.memorySizesMb,
      timeLimitMs: settings.timeLimitSeconds * 1000,
      maxConcurrency: settings.maxConcurrency,
    });
    const common = {
      architecture: props.architecture ?? Architecture.ARM_64,
      logRetention: props.logRetention ?? RetentionDays.TWO_WEEKS,
      places,
    } satisfies Partial<FunctionOptions>;
    const executors = settings.memorySizesMb.map((memoryMb) =>
      makeFunction(this, {
        ...common,
        kind: 'executor',
        functionName: executorName(settings.name, memoryMb),
        description: `Runs tasks of levin, engine ${settings.name}`,
        memoryMb,
        timeLimit: Duration.seconds(settings.timeLimitSeconds),
        environment: { ...described, [EXECUTOR_ENV.temporary]: '/tmp' },
      }),
    );
    const driver = makeFunction(this, {
      ...common,
      kind: 'driver',
      functionName: driverName(settings.name),
      description: `Runs submitted applications of levin, engine ${settings.name}`,
      memoryMb: settings.driverMemoryMb,
      timeLimit: DRIVER_TIME_LIMIT,
      environment: { ...described, [EXECUTOR_ENV.temporary]: '/tmp', NODE_OPTIONS: DRIVER_NODE_OPTIONS },
      failures: driverFailures,
    });
    restartFrom(driverFailures, driver.made);
    this.executors = executors.map(({ made }) => made);
    this.driver = driver.made;
    this.#driverRole = driver.role;
    this.roles = [...executors, driver].map(({ role }) => role);
    this.callerPolicy = makeCallerPolicy(this, settings.name, { ...places, ownLogs: [] });
    Tags.of(this).add('levin:engine', settings.name);
  }

  /**
   * Starts a job by the clock, as `levin submit` would: packed when the app is synthesised, each time an application of its own.
   *
   * ```ts
   * engine.addSchedule(ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }), 'jobs/nightly.ts', { args: ['--all'] });
   * ```
   */
  addSchedule(schedule: ScheduleExpression, job: string, options: ScheduledJobOptions = {}): void {
    const { engineName, driver } = this;
    this.#schedulerRole ??= makeSchedulerRole(this, driver.functionArn);
    this.#scheduledJobs ??= new Policy(this, 'ScheduledJobs', { roles: [this.#driverRole] });
    const [role, policy] = [this.#schedulerRole, this.#scheduledJobs];
    makeSchedule(this, { ...options, engineName, schedule, job, driver, role, policy });
  }

  /**
   * A rule for the event that tells that an application has ended whose driver was a function: submitted, or started by a schedule.
   *
   * ```ts
   * engine.onJobEnd('Alarm', { outcomes: ['failed'] }).addTarget(new SnsTopic(topic));
   * ```
   */
  onJobEnd(id: string, { outcomes }: JobEndOptions = {}): Rule {
    const detail = { engine: [this.engineName], ...(outcomes === undefined ? {} : { outcome: [...outcomes] }) };
    return new Rule(this, id, { eventPattern: { source: [END_EVENT.source], detailType: [END_EVENT.detailType], detail } });
  }
}
