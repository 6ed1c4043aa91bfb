/** Stores and runner of an engine that is deployed on AWS, for drivers on any machine. Loaded only where one is used: the SDK takes its time. */
import { type AwsEndpoints, endpointsIn } from '../engine/adapters/aws/aws-endpoints.ts';
import { createDynamodbClient } from '../engine/adapters/aws/dynamodb-client.ts';
import { createDynamodbMetadataStore } from '../engine/adapters/aws/dynamodb-metadata-store.ts';
import { type FoundEngine, findEngine } from '../engine/adapters/aws/find-engine.ts';
import { warnOfFullAccount } from '../engine/adapters/aws/full-account.ts';
import { invokeEvent } from '../engine/adapters/aws/invoke-event.ts';
import { createLambdaInvoker } from '../engine/adapters/aws/lambda-invoke.ts';
import { createLambdaRunner } from '../engine/adapters/aws/lambda-runner.ts';
import { noLocalFiles } from '../engine/adapters/aws/no-local-files.ts';
import { putEvent } from '../engine/adapters/aws/put-event.ts';
import { createS3Client } from '../engine/adapters/aws/s3-client.ts';
import { createS3Files } from '../engine/adapters/aws/s3-files.ts';
import { createS3ObjectStore } from '../engine/adapters/aws/s3-object-store.ts';
import { countS3Requests } from '../engine/adapters/aws/s3-requests.ts';
import { taskSettings } from '../engine/adapters/aws/task-settings.ts';
import { openFileBody } from '../engine/adapters/local/file-body.ts';
import { machineFiles } from '../engine/adapters/local/machine-files.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../engine/adapters/local/system-random.ts';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { routeFiles, type UserFiles } from '../engine/ports/route-files.ts';
import { createStoreWrappers } from '../engine/ports/wrappers/wrap-remote-stores.ts';
import { createCommittedOutcome } from '../engine/runtime/committed-outcome.ts';
import { buildOf } from '../engine/runtime/supervisor/executor-protocol.ts';
import { LIFE_MS } from '../engine/types/app-life.ts';
import { driverName, executorName } from '../engine/types/aws-engine.ts';
import { type ApplicationEnded, type DriverEvent, END_EVENT } from '../engine/types/driver-event.ts';
import { createExchange } from '../shuffle/exchange.ts';
import type { DriverRunner, RunnerOptions, Stores, Wiring, WiringOptions } from './wiring.ts';

/** What a driver holds itself is small: hundreds of functions, as an engine has them, would take longer to start than it takes one to run it. */
const DEFAULT_PARALLELISM = 8;

/** Looks for an engine with the credentials, region and endpoints of the environment. */
export async function lookUpEngine(name: string): Promise<FoundEngine> {
  const { lambda } = endpointsIn(process.env);
  return await findEngine({ name, version: levinPackage().version, client: { endpoint: lambda } });
}

/** What a driver of this engine works with; credentials, region and endpoints are those of the environment. */
export function openAwsWiring(found: FoundEngine, options: Pick<WiringOptions, 'requesterPays' | 'upload'>): Wiring {
  const endpoints = endpointsIn(process.env);
  const stores = openAwsStores(found, { ...options, endpoints });
  return { stores, openRunner: (runner) => openLambdaRunner(found, endpoints, runner) };
}

/** Has the engine's driver function do something, some time from now on. */
export async function invokeDriver(engine: string, event: DriverEvent): Promise<void> {
  const { lambda } = endpointsIn(process.env);
  await invokeEvent(driverName(engine), event, { endpoint: lambda });
}

/** Tells the account's event bus that an application has ended. */
export async function announceEnd(detail: ApplicationEnded): Promise<void> {
  const { eventbridge } = endpointsIn(process.env);
  await putEvent({ ...END_EVENT, detail }, { endpoint: eventbridge });
}

function openAwsStores(
  { engine, localFiles }: FoundEngine,
  { endpoints, requesterPays, upload }: Pick<WiringOptions, 'requesterPays' | 'upload'> & { readonly endpoints: AwsEndpoints },
): Stores {
  const [clock, random] = [createSystemClock(), createSystemRandom()];
  const s3 = createS3Client({ endpoint: endpoints.s3 });
  const sent = countS3Requests(s3);
  const dynamodb = createDynamodbClient({ endpoint: endpoints.dynamodb });
  const uploads = { clock, random, onWarning: (message: string) => console.warn(message) };
  const { stores, usage } = createStoreWrappers({ clock, random }).wrap({
    objects: createS3ObjectStore({ client: s3, bucket: engine.bucket, uploads }),
    ...createS3Files({ client: s3, requesterPays, uploads }),
    metadata: createDynamodbMetadataStore({ client: dynamodb, table: engine.table, clock }),
  });
  return {
    ...stores,
    ...routeFiles(localFiles ? machineFiles() : upload ? readOnlyFiles() : noLocalFiles(), async () => stores),
    metadata: {
      ...stores.metadata,
      async close() {
        dynamodb.destroy();
        s3.destroy();
      },
    },
    exchange: createExchange({ objects: stores.objects }),
    clock,
    random,
    lifeMs: LIFE_MS,
    requests: () => ({ ...usage(), ...sent() }),
    ...(upload && !localFiles ? { uploads: { open: openFileBody } } : {}),
    placeOf: (key) => `s3://${engine.bucket}/${key}`,
  };
}

/** Those of this machine, to be uploaded; nothing is saved here, for tasks cannot. */
function readOnlyFiles(): UserFiles {
  const [{ files }, none] = [machineFiles(), noLocalFiles()];
  return { files: { ...files, put: none.files.put, deleteMany: none.files.deleteMany }, staged: none.staged };
}

function openLambdaRunner({ engine }: FoundEngine, endpoints: AwsEndpoints, options: RunnerOptions): DriverRunner {
  const { objects, metadata, exchange, clock } = options.stores;
  const runner = createLambdaRunner({
    invoker: createLambdaInvoker({ connections: engine.maxConcurrency, endpoint: endpoints.lambda }),
    functions: engine.memorySizesMb.map((memoryMb) => ({ name: executorName(engine.name, memoryMb), memoryMb })),
    timeLimitMs: engine.timeLimitMs,
    concurrency: engine.maxConcurrency,
    build: buildOf(levinPackage().version),
    settings: taskSettings(options, process.env),
    clock,
    committed: createCommittedOutcome({ metadata, readOffsets: exchange.readOffsets, clock }),
    metadata,
    objects: async () => objects,
  });
  // Functions start when the first tasks come: one that is kept warm costs as one that works.
  return {
    ...warnOfFullAccount(runner, engine.maxConcurrency, options.onWarning),
    prewarm: () => undefined,
    defaultParallelism: Math.min(DEFAULT_PARALLELISM, engine.maxConcurrency),
  };
}
