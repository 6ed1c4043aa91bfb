/** Entry of the executor function: its main thread supervises and commits, its worker thread runs user code. */
import { createDynamodbClient } from '../engine/adapters/aws/dynamodb-client.ts';
import { createDynamodbMetadataStore } from '../engine/adapters/aws/dynamodb-metadata-store.ts';
import { type LambdaWorkerData, lambdaSetup } from '../engine/adapters/aws/executor-data.ts';
import { createLambdaHandler, type LambdaHandler } from '../engine/adapters/aws/lambda-handler.ts';
import { environmentFolderAt } from '../engine/adapters/local/environment-folder.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../engine/adapters/local/system-random.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { Metered } from '../engine/ports/wrappers/meter-stores.ts';
import { createStoreWrappers } from '../engine/ports/wrappers/wrap-remote-stores.ts';
import { calledOffIn } from '../engine/runtime/called-off.ts';
import { commitAttempt } from '../engine/runtime/commit.ts';
import { entryUrl } from '../engine/runtime/supervisor/entry-url.ts';
import { buildOf } from '../engine/runtime/supervisor/executor-protocol.ts';
import { createExecutorSupervisor } from '../engine/runtime/supervisor/executor-supervisor.ts';
import { planMemory } from '../engine/runtime/supervisor/memory-plan.ts';
import { addRequests, NO_REQUESTS } from '../engine/types/request-usage.ts';
import { createAttemptLog } from './attempt-log.ts';
import { readExecutorEnvironment } from './env.ts';

/** Put in by the bundler: a bundle has no package.json beside it. */
declare const LEVIN_VERSION: string;

const env = readExecutorEnvironment(process.env);
const clock = createSystemClock();
const random = createSystemRandom();
const build = buildOf(LEVIN_VERSION);
const client = createDynamodbClient(env.dynamodbEndpoint === null ? {} : { endpoint: env.dynamodbEndpoint });
const { store: metadata, usage: itemsUsed } = createStoreWrappers({ clock, random }).metadata(
  createDynamodbMetadataStore({ client, table: env.table, clock }),
);
const folder = environmentFolderAt(env.temporary);
folder.enter();
const setup = lambdaSetup(build, env);
const workerData: LambdaWorkerData = {
  ...env,
  scratchRoot: folder.scratch,
  codeFolder: folder.code,
  memory: planMemory(setup.memoryMb, setup.cores).task,
};

/** Asked for only where payloads are large, and by losers of a race with many partitions. */
let opened: Metered<ObjectStore> | null = null;
async function objects(): Promise<ObjectStore> {
  const { openObjects } = await import('./open-objects.ts');
  opened ??= openObjects(env, { clock, random });
  return opened.store;
}

async function readOffsets(key: string): Promise<readonly number[]> {
  const { createExchange } = await import('../shuffle/exchange.ts');
  return await createExchange({ objects: await objects() }).readOffsets(key);
}

export const handler: LambdaHandler = createLambdaHandler({
  build,
  environmentId: env.environmentId,
  random,
  clock,
  objects,
  requests: () => addRequests(itemsUsed(), opened?.usage() ?? NO_REQUESTS),
  calledOff: async (key) => calledOffIn(await metadata.get(key)),
  openSupervisor() {
    const supervisor = createExecutorSupervisor({
      setup,
      workerEntry: entryUrl('./lambda-worker', import.meta.url),
      workerData,
      commit: (spec, prepared) => commitAttempt({ metadata, spec, prepared, readOffsets }),
      clock,
      onWarning: (message) => console.warn(message),
    });
    supervisor.prewarm(1);
    return supervisor;
  },
  clearFolder: folder.clear,
  residentBytes: () => process.memoryUsage.rss(),
  onAttempt: createAttemptLog({ engine: env.engine, memoryMb: env.memoryMb, residentBytes: () => process.memoryUsage.rss() }),
});
