/** An executor function whose tasks do what `runBehaviour` says. */
import { dirname } from 'node:path';
import { lambdaSetup } from '../../../engine/adapters/aws/executor-data.ts';
import { createLambdaHandler, type LambdaHandler } from '../../../engine/adapters/aws/lambda-handler.ts';
import { createDirectoryObjectStore } from '../../../engine/adapters/local/directory-object-store.ts';
import { environmentFolderAt } from '../../../engine/adapters/local/environment-folder.ts';
import { createSqliteMetadataStore } from '../../../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../../../engine/adapters/local/system-random.ts';
import { calledOffIn } from '../../../engine/runtime/called-off.ts';
import { createExecutorSupervisor } from '../../../engine/runtime/supervisor/executor-supervisor.ts';
import { readExecutorEnvironment } from '../../../functions/env.ts';
import { electionIn } from './election-in.ts';
import { TEST_BUILD } from './test-build.ts';

const env = readExecutorEnvironment(process.env);
const clock = createSystemClock();
const folder = environmentFolderAt(env.temporary);
folder.enter();
/** In the place of DynamoDB: a file. */
const metadata = createSqliteMetadataStore({ file: env.table, clock });
const election = electionIn(metadata);

export const handler: LambdaHandler = createLambdaHandler({
  build: TEST_BUILD,
  environmentId: env.environmentId,
  random: createSystemRandom(),
  clock,
  calledOff: async (key) => calledOffIn(await metadata.get(key)),
  objects: async () => createDirectoryObjectStore({ root: dirname(env.table) }),
  openSupervisor: () =>
    createExecutorSupervisor({
      setup: lambdaSetup(TEST_BUILD, env),
      workerEntry: new URL('./test-worker.ts', import.meta.url),
      workerData: {},
      election,
      objects: async () => createDirectoryObjectStore({ root: dirname(env.table) }),
      broadcastBytes: null,
      clock,
      onWarning: (message) => console.warn(message),
    }),
  clearFolder: folder.clear,
  residentBytes: () => process.memoryUsage.rss(),
  onAttempt: async () => undefined,
});
