/** Entry of the executor function: its main thread supervises and commits, its worker thread runs user code. */
import { type LambdaWorkerData, lambdaSetup } from '../engine/adapters/aws/executor-data.ts';
import { createLambdaHandler, type LambdaHandler } from '../engine/adapters/aws/lambda-handler.ts';
import { environmentFolderAt } from '../engine/adapters/local/environment-folder.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../engine/adapters/local/system-random.ts';
import { calledOffIn } from '../engine/runtime/called-off.ts';
import { createElection } from '../engine/runtime/election.ts';
import { entryUrl } from '../engine/runtime/supervisor/entry-url.ts';
import { buildOf } from '../engine/runtime/supervisor/executor-protocol.ts';
import { createExecutorSupervisor } from '../engine/runtime/supervisor/executor-supervisor.ts';
import { planMemory } from '../engine/runtime/supervisor/memory-plan.ts';
import { createAttemptLog } from './attempt-log.ts';
import { readExecutorEnvironment } from './env.ts';
import { openExecutorStores } from './executor-stores.ts';

/** Put in by the bundler: a bundle has no package.json beside it. */
declare const LEVIN_VERSION: string;

const env = readExecutorEnvironment(process.env);
const clock = createSystemClock();
const random = createSystemRandom();
const build = buildOf(LEVIN_VERSION);
const { metadata, objects, readOffsets, staged, requests } = openExecutorStores(env, { clock, random });
const folder = environmentFolderAt(env.temporary);
folder.enter();
const setup = lambdaSetup(build, env);
const workerData: LambdaWorkerData = {
  ...env,
  scratchRoot: folder.scratch,
  codeFolder: folder.code,
  memory: planMemory(setup.memoryMb, setup.cores).task,
};

export const handler: LambdaHandler = createLambdaHandler({
  build,
  environmentId: env.environmentId,
  random,
  clock,
  objects,
  requests,
  calledOff: async (key) => calledOffIn(await metadata.get(key)),
  openSupervisor() {
    const onWarning = (message: string): void => console.warn(message);
    const supervisor = createExecutorSupervisor({
      setup,
      workerEntry: entryUrl('./lambda-worker', import.meta.url),
      workerData,
      election: createElection({ metadata, readOffsets, staged: ({ settings }) => staged(settings), onWarning }),
      objects,
      broadcastBytes: null,
      clock,
      onWarning,
    });
    supervisor.prewarm(1);
    return supervisor;
  },
  clearFolder: folder.clear,
  residentBytes: () => process.memoryUsage.rss(),
  onAttempt: createAttemptLog({ engine: env.engine, memoryMb: env.memoryMb, residentBytes: () => process.memoryUsage.rss() }),
});
