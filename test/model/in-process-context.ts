import { join } from 'node:path';
import { type Context, contextOf } from '../../driver/api/context.ts';
import { openApplication } from '../../driver/application/open-application.ts';
import { type DriverRunner, openWiring, type Stores } from '../../driver/wiring.ts';
import { fetchBundle } from '../../engine/adapters/local/code-folder.ts';
import { createInProcessRunner } from '../../engine/adapters/memory/in-process-runner.ts';
import { openExecutorBundle } from '../../engine/closures/loading/executor-modules.ts';
import { createElection } from '../../engine/runtime/election.ts';
import { createAttemptRunner } from '../../engine/runtime/worker/attempt-runner.ts';
import { createWorkerCode } from '../../engine/runtime/worker/worker-code.ts';
import type { TaskMemory } from '../../engine/types/task-memory.ts';
import { createExchange } from '../../shuffle/exchange.ts';
import { memoryScratch } from '../support/task-memory.ts';

/** A Context whose tasks run on the driver's own thread. User code comes from the bundle, as on executors: the loader's hooks are the driver's. */
export async function openInProcess(options: {
  readonly master: string;
  readonly stateDir: string;
  readonly quiet: boolean;
  /** What tasks plan with. */
  readonly memory: TaskMemory;
}): Promise<Context> {
  const { memory: _, ...config } = options;
  const openRunner = ({ stores }: { readonly stores: Stores }): DriverRunner => inProcessRunner(stores, options);
  return contextOf(await openApplication(config, async (where) => ({ ...(await openWiring(where)), openRunner })));
}

function inProcessRunner(stores: Stores, { stateDir, memory }: { readonly stateDir: string; readonly memory: TaskMemory }): DriverRunner {
  const { objects, files, staged, metadata, clock, random } = stores;
  const code = createWorkerCode(async (appId, hash) =>
    openExecutorBundle(await fetchBundle(objects, join(stateDir, 'cache', 'code'), { appId, hash: hash ?? '' })),
  );
  const exchange = createExchange({ objects, prepare: (payloads) => code.prepare(payloads) });
  const runner = createInProcessRunner({
    runAttempt: createAttemptRunner({
      objects,
      files,
      staged,
      exchange,
      clock,
      random,
      code,
      memory,
      openScratch: memoryScratch,
    }),
    election: createElection({ metadata, readOffsets: exchange.readOffsets, staged: () => staged, onWarning: console.warn }),
    clock,
  });
  return { ...runner, capabilities: { ...runner.capabilities, needsBundle: true }, prewarm: () => undefined };
}
