/** Entry of the worker thread of an executor function: user code of one application and bundle runs here. */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import type { LambdaWorkerData } from '../engine/adapters/aws/executor-data.ts';
import { noLocalFiles } from '../engine/adapters/aws/no-local-files.ts';
import { openSecrets } from '../engine/adapters/aws/open-secrets.ts';
import { openUserFiles } from '../engine/adapters/aws/open-user-files.ts';
import { fetchBundle } from '../engine/adapters/local/code-folder.ts';
import { machineFiles } from '../engine/adapters/local/machine-files.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../engine/adapters/local/system-random.ts';
import { openAttemptScratch } from '../engine/adapters/local/thread-scratch.ts';
import { openExecutorBundle } from '../engine/closures/loading/executor-modules.ts';
import { createBlockStore } from '../engine/runtime/blocks/block-store.ts';
import { createAttemptRunner } from '../engine/runtime/worker/attempt-runner.ts';
import { type RunAttempt, serveWorker } from '../engine/runtime/worker/serve-worker.ts';
import { createWorkerCode } from '../engine/runtime/worker/worker-code.ts';
import { addRequests, NO_REQUESTS, type RequestUsage } from '../engine/types/request-usage.ts';
import type { TaskSettings } from '../engine/types/task.ts';
import { createExchange } from '../shuffle/exchange.ts';
import { openObjects } from './open-objects.ts';

if (parentPort === null) throw new Error('functions/lambda-worker is the entry of a worker thread; the executor function starts it.');
const { localFiles, scratchRoot, codeFolder, memory, ...where } = workerData as LambdaWorkerData;
const clock = createSystemClock();
const random = createSystemRandom();
const { store: objects, usage: objectsUsed } = openObjects(where, { clock, random });
let filesUsed: () => RequestUsage | null = () => null;

const fetched = (appId: string, hash: string | null) => fetchBundle(objects, codeFolder, { appId, hash: hash ?? '' });
const code = createWorkerCode(async (appId, hash) => openExecutorBundle(await fetched(appId, hash)));

/** Made for the first attempt: all that this thread gets have the same settings. */
let runAttempt: RunAttempt | null = null;

serveWorker({
  port: parentPort,
  runAttempt(spec, context) {
    runAttempt ??= openRunner(spec.settings);
    return runAttempt(spec, context);
  },
  requests: () => addRequests(objectsUsed(), filesUsed() ?? NO_REQUESTS),
});

function openRunner(settings: TaskSettings = { env: {}, shuffleCompression: 'none', requesterPays: false }): RunAttempt {
  // What the function has itself stays: its region, its credentials, its folders.
  for (const [name, value] of Object.entries(settings.env)) process.env[name] ??= value;
  const { requesterPays } = settings;
  const local = localFiles ? machineFiles() : noLocalFiles();
  const { files, staged, usage } = openUserFiles({ local, clock, random, requesterPays });
  filesUsed = usage;
  return createAttemptRunner({
    objects,
    files,
    staged,
    exchange: createExchange({ objects, compression: settings.shuffleCompression, prepare: (payloads) => code.prepare(payloads) }),
    clock,
    random,
    secrets: openSecrets({ clock }),
    code,
    memory,
    // A cache of objects: nothing of it goes to disk, where an environment is emptied before each attempt.
    blocks: createBlockStore({
      id: random.uuid(),
      memoryBytes: memory.executionBytes,
      protectedBytes: Math.floor(memory.executionBytes / 2),
      openScratch: () => openAttemptScratch(scratchRoot, threadId, 'blocks'),
    }),
    openScratch: (attemptId) => openAttemptScratch(scratchRoot, threadId, attemptId),
  });
}
