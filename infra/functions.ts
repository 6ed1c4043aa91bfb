import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { type Architecture, Code, EventSourceMapping, Function as LambdaFunction, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { stackName } from '../engine/types/aws-engine.ts';
import { acknowledge } from './acknowledge.ts';
import type { Places } from './rights.ts';
import { makeRole } from './roles.ts';

/** Lambda's longest: a driver hands over to the next before. */
export const DRIVER_TIME_LIMIT: Duration = Duration.minutes(15);

export interface FunctionOptions {
  readonly kind: 'executor' | 'driver';
  readonly functionName: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeLimit: Duration;
  readonly environment: Readonly<Record<string, string>>;
  readonly architecture: Architecture;
  readonly logRetention: RetentionDays;
  readonly places: Omit<Places, 'ownLogs'>;
  /** Where asynchronous invocations go that failed. */
  readonly failures?: Queue;
}

/** A function with its own log group and role, so that neither can do or see what only another one needs. */
export function makeFunction(scope: Construct, options: FunctionOptions): { readonly made: LambdaFunction; readonly role: Role } {
  const own = new Construct(scope, options.functionName.slice('levin-'.length));
  const logGroup = new LogGroup(own, 'Logs', {
    logGroupName: `/aws/lambda/${options.functionName}`,
    retention: options.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = makeRole(own, options.kind, { ...options.places, ownLogs: [logGroup.logGroupArn] });
  const made = new LambdaFunction(own, 'Function', {
    functionName: options.functionName,
    description: options.description,
    runtime: Runtime.NODEJS_24_X,
    architecture: options.architecture,
    code: Code.fromAsset(join(levinPackage().folder, 'dist/functions', options.kind)),
    handler: `${options.kind}.handler`,
    memorySize: options.memoryMb,
    timeout: options.timeLimit,
    environment: options.environment,
    logGroup,
    // What CDK would add to it is in RIGHTS, or not needed.
    role: role.withoutPolicyUpdates(),
    // The scheduler decides what is tried again.
    retryAttempts: 0,
    ...(options.failures === undefined ? {} : { onFailure: new SqsDestination(options.failures) }),
    // A driver hands over to the next invocation of itself, and after 16 of those Lambda would end it.
    ...(options.kind === 'driver' ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
  });
  return { made, role };
}

/** What a driver that died was invoked with. */
export function makeDriverFailures(scope: Construct, engineName: string): Queue {
  const queue = new Queue(scope, 'DriverFailures', {
    queueName: `${stackName(engineName)}-driver-failures`,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // Lambda demands at least the function's time limit.
    visibilityTimeout: DRIVER_TIME_LIMIT,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(queue, {
    'AwsSolutions-SQS3':
      'It is itself where the driver’s failed invocations go. The driver takes out what it has dealt with, gives up an application after five starts without progress, and what nobody takes expires.',
  });
  return queue;
}

/** Failed invocations of the driver come to it again. With a limit of concurrency Lambda would look into the empty queue more often than it has to. */
export function restartFrom(queue: Queue, driver: LambdaFunction): void {
  new EventSourceMapping(driver, 'Restart', { target: driver, eventSourceArn: queue.queueArn, batchSize: 1 });
}
