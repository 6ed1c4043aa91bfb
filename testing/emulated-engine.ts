import { KEY_ATTRIBUTES } from '../engine/adapters/aws/dynamodb-item.ts';
import { type AwsEngine, driverName, engineEnvironment } from '../engine/types/aws-engine.ts';
import { EXECUTOR_ENV } from '../functions/env.ts';
import { type DynamodbEmulator, startDynamodbEmulator } from './emulators/dynamodb-emulator.ts';
import type { EmulatorServer } from './emulators/emulator-server.ts';
import { type EventBridgeEmulator, startEventBridgeEmulator } from './emulators/eventbridge-emulator.ts';
import { type S3Emulator, startS3Emulator } from './emulators/s3-emulator.ts';
import { functionsOf, NOTHING_OF_THE_USER, TEST_ENGINE, type TestEngineOptions, testEngine } from './engine-functions.ts';
import { type InvokeEndpoint, type InvokeEndpointOptions, startInvokeEndpoint } from './invoke-endpoint/invoke-endpoint.ts';
import { openTestFiles, type TestEngine } from './test-engine.ts';

export interface EmulatedEngineOptions extends TestEngineOptions {
  /** Whether functions reach files of this machine, as they never do on AWS; default: no. */
  readonly localFiles?: boolean;
  /** Invocations that the account has room for; default 1,000. More are refused. */
  readonly accountConcurrency?: number;
  /** Version of levin that the engine says it was deployed from; default: this one. */
  readonly version?: string;
  /** Each invocation of a function, when it begins in an environment. */
  readonly onInvoke?: InvokeEndpointOptions['onInvoke'];
}

/** Requests that an emulated service got, and what goes wrong with them. */
export type EmulatedService = Pick<EmulatorServer, 'url' | 'calls' | 'requests' | 'inject' | 'pendingFaults' | 'endFaults'>;

export interface EmulatedEngine extends TestEngine {
  readonly s3: EmulatedService & Pick<S3Emulator, 'addBucket' | 'openUploads'>;
  readonly dynamodb: EmulatedService;
  readonly eventbridge: EmulatedService & Pick<EventBridgeEmulator, 'events'>;
  readonly lambda: Omit<InvokeEndpoint, 'close'>;
}

const REGION = 'us-east-1';

/**
 * An engine on this machine, without Docker and without an account: S3 and DynamoDB in this process, the real functions of this package in processes
 * of their own with Lambda's limits of memory, time and payload. Ends with `await using`, or `[Symbol.asyncDispose]()`.
 *
 * @example
 * await using engine = await startEmulatedEngine();
 * await engine.makeBucket('books');
 * await engine.put('s3://books/a.txt', 'to be or not to be');
 * engine.s3.inject({ operation: 'GetObject', every: 20, times: 5, fault: { kind: 'error', status: 503, code: 'SlowDown' } });
 */
export async function startEmulatedEngine(options: EmulatedEngineOptions = {}): Promise<EmulatedEngine> {
  const [s3, dynamodb, eventbridge] = await Promise.all([startS3Emulator(), startDynamodbEmulator(), startEventBridgeEmulator()]);
  const own = testEngine(options);
  const engine = { ...own, version: options.version ?? own.version };
  s3.addBucket(engine.bucket);
  dynamodb.addTable(engine.table, KEY_ATTRIBUTES);
  const lambda = await startFunctions(engine, { s3, dynamodb, eventbridge }, options);
  const credentials = { accessKeyId: 'caller', secretAccessKey: 'test' };
  const files = openTestFiles({ endpoint: s3.url, region: REGION, credentials: { ...credentials, accessKeyId: 'test' } });
  return {
    master: `aws:${TEST_ENGINE}`,
    env: {
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
      AWS_ENDPOINT_URL_LAMBDA: lambda.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...NOTHING_OF_THE_USER,
    },
    bucket: engine.bucket,
    s3,
    dynamodb,
    eventbridge,
    lambda,
    makeBucket: async (name) => s3.addBucket(name),
    put: files.put,
    text: files.text,
    list: files.list,
    async [Symbol.asyncDispose]() {
      files.close();
      await lambda.close();
      await Promise.all([s3.close(), dynamodb.close(), eventbridge.close()]);
    },
  };
}

interface Services {
  readonly s3: S3Emulator;
  readonly dynamodb: DynamodbEmulator;
  readonly eventbridge: EventBridgeEmulator;
}

async function startFunctions(
  engine: AwsEngine,
  { s3, dynamodb, eventbridge }: Services,
  options: EmulatedEngineOptions,
): Promise<InvokeEndpoint> {
  const { localFiles = false, accountConcurrency = 1_000, onInvoke } = options;
  const driver = driverName(engine.name);
  const lambda: InvokeEndpoint = await startInvokeEndpoint({
    region: REGION,
    concurrency: accountConcurrency,
    ...(onInvoke === undefined ? {} : { onInvoke }),
    functions: functionsOf(engine, options).map((definition) => ({
      ...definition,
      asyncRetries: 0,
      ...(definition.name === driver ? { onFailure: { queue: `${driver}-failures`, deliversTo: driver } } : {}),
      environment: (temporary) => ({
        ...engineEnvironment(engine),
        [EXECUTOR_ENV.temporary]: temporary,
        ...(localFiles ? { [EXECUTOR_ENV.localFiles]: 'yes' } : {}),
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
        AWS_ENDPOINT_URL_LAMBDA: lambda.url,
        AWS_ENDPOINT_URL_EVENTBRIDGE: eventbridge.url,
        // So that requests tell who has made them.
        AWS_ACCESS_KEY_ID: definition.name,
      }),
    })),
  });
  return lambda;
}
