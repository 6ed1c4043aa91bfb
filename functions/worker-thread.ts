/** Entry of a worker thread: user code of one application runs here, in the driver's process or in an executor's. */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { openSecrets } from '../engine/adapters/aws/open-secrets.ts';
import { openUserFiles } from '../engine/adapters/aws/open-user-files.ts';
import { fetchBundle } from '../engine/adapters/local/code-folder.ts';
import { createDirectoryObjectStore } from '../engine/adapters/local/directory-object-store.ts';
import type { LocalWorkerData } from '../engine/adapters/local/executor-data.ts';
import { machineFiles } from '../engine/adapters/local/machine-files.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../engine/adapters/local/system-random.ts';
import { openAttemptScratch } from '../engine/adapters/local/thread-scratch.ts';
import { createBlockStore } from '../engine/runtime/blocks/block-store.ts';
import { threadBroadcastBytes } from '../engine/runtime/supervisor/memory-plan.ts';
import { createAttemptRunner } from '../engine/runtime/worker/attempt-runner.ts';
import { createBroadcastStore } from '../engine/runtime/worker/broadcast-store.ts';
import { serveWorker } from '../engine/runtime/worker/serve-worker.ts';
import { createWorkerCode } from '../engine/runtime/worker/worker-code.ts';
import { createExchange } from '../shuffle/exchange.ts';

if (parentPort === null) throw new Error('functions/worker-thread is the entry of a worker thread; levin starts it.');
const { objectsRoot, scratchRoot, memory, storageFraction, broadcastBytes, shuffleCompression, requesterPays, code } =
  workerData as LocalWorkerData;
const objects = createDirectoryObjectStore({ root: objectsRoot });
const [clock, random] = [createSystemClock(), createSystemRandom()];
const { files, staged, usage } = openUserFiles({ local: machineFiles(), clock, random, requesterPays });

const workerCode = createWorkerCode(async (appId, hash) => {
  // Imported when the first closure comes: each way needs only its own half of the loader.
  if (code.kind === 'disk') {
    const { installExecutorHooks } = await import('../engine/closures/loading/executor-hooks.ts');
    return installExecutorHooks(code.hooks);
  }
  const { openExecutorBundle } = await import('../engine/closures/loading/executor-modules.ts');
  return await openExecutorBundle(await fetchBundle(objects, code.folder, { appId, hash: hash ?? '' }));
});

const broadcasts = createBroadcastStore({
  prepare: (payloads) => workerCode.prepare(payloads),
  maxBytes: broadcastBytes ?? threadBroadcastBytes(memory),
});

const blocks = createBlockStore({
  id: random.uuid(),
  memoryBytes: memory.executionBytes,
  protectedBytes: Math.floor(memory.executionBytes * storageFraction),
  openScratch: () => openAttemptScratch(scratchRoot, threadId, 'blocks'),
});

serveWorker({
  port: parentPort,
  dropBlocks: (rdds, forGood) => {
    for (const rdd of rdds) blocks.drop(rdd, forGood);
  },
  requests: usage,
  onForget: broadcasts.forget,
  runAttempt: createAttemptRunner({
    objects,
    files,
    staged,
    exchange: createExchange({ objects, compression: shuffleCompression, prepare: (payloads) => workerCode.prepare(payloads) }),
    clock,
    random,
    secrets: openSecrets({ clock }),
    code: workerCode,
    memory,
    broadcasts,
    blocks,
    openScratch: (attemptId) => openAttemptScratch(scratchRoot, threadId, attemptId),
  }),
});
