/** Entry of a worker thread: user code of one application runs here, in the driver's process or in an executor's. */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { fetchBundle } from '../engine/adapters/local/code-folder.ts';
import { createDirectoryObjectStore } from '../engine/adapters/local/directory-object-store.ts';
import { createDirectoryStagedFiles } from '../engine/adapters/local/directory-staged-files.ts';
import type { LocalWorkerData } from '../engine/adapters/local/executor-data.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../engine/adapters/local/system-random.ts';
import { openAttemptScratch } from '../engine/adapters/local/thread-scratch.ts';
import { createAttemptRunner } from '../engine/runtime/worker/attempt-runner.ts';
import { serveWorker } from '../engine/runtime/worker/serve-worker.ts';
import { createWorkerCode } from '../engine/runtime/worker/worker-code.ts';
import { createExchange } from '../shuffle/exchange.ts';

if (parentPort === null) throw new Error('functions/worker-thread is the entry of a worker thread; levin starts it.');
const { objectsRoot, scratchRoot, memory, shuffleCompression, code } = workerData as LocalWorkerData;
const objects = createDirectoryObjectStore({ root: objectsRoot });
const files = createDirectoryObjectStore({ root: '/', followLinks: true });

const workerCode = createWorkerCode(async (appId, hash) => {
  // Imported when the first closure comes: each way needs only its own half of the loader.
  if (code.kind === 'disk') {
    const { installExecutorHooks } = await import('../engine/closures/loading/executor-hooks.ts');
    return installExecutorHooks(code.hooks);
  }
  const { openExecutorBundle } = await import('../engine/closures/loading/executor-modules.ts');
  return await openExecutorBundle(await fetchBundle(objects, code.folder, { appId, hash: hash ?? '' }));
});

serveWorker({
  port: parentPort,
  runAttempt: createAttemptRunner({
    objects,
    files,
    staged: createDirectoryStagedFiles(files, { root: '/' }),
    exchange: createExchange({ objects, compression: shuffleCompression, prepare: (payloads) => workerCode.prepare(payloads) }),
    clock: createSystemClock(),
    random: createSystemRandom(),
    code: workerCode,
    memory,
    openScratch: (attemptId) => openAttemptScratch(scratchRoot, threadId, attemptId),
  }),
});
