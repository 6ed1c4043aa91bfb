/** Entry of a local-cluster executor: its main thread supervises and commits, its worker threads run user code. */
import { openUserFiles } from '../engine/adapters/aws/open-user-files.ts';
import { createDirectoryObjectStore } from '../engine/adapters/local/directory-object-store.ts';
import { driverChannel, endProcess } from '../engine/adapters/local/driver-channel.ts';
import type { LocalExecutorData, LocalWorkerData } from '../engine/adapters/local/executor-data.ts';
import { executorFolderAt, isExecutorFolder } from '../engine/adapters/local/executor-folder.ts';
import { removeLocalFolder } from '../engine/adapters/local/local-folder.ts';
import { machineFiles } from '../engine/adapters/local/machine-files.ts';
import { createSqliteMetadataStore } from '../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../engine/adapters/local/system-random.ts';
import { removeThreadScratch } from '../engine/adapters/local/thread-scratch.ts';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { createElection } from '../engine/runtime/election.ts';
import { entryUrl } from '../engine/runtime/supervisor/entry-url.ts';
import { buildOf } from '../engine/runtime/supervisor/executor-protocol.ts';
import { createExecutorSupervisor } from '../engine/runtime/supervisor/executor-supervisor.ts';
import { planMemory } from '../engine/runtime/supervisor/memory-plan.ts';
import { serveExecutor } from '../engine/runtime/supervisor/serve-executor.ts';
import { createExchange } from '../shuffle/exchange.ts';

const clock = createSystemClock();

serveExecutor({
  channel: driverChannel(),
  build: buildOf(levinPackage().version),
  createSupervisor(setup, onWarning) {
    const { objectsRoot, metadataFile, storageFraction, broadcastBytes, shuffleCompression, requesterPays } =
      setup.data as LocalExecutorData;
    const metadata = createSqliteMetadataStore({ file: metadataFile, clock });
    const { staged } = openUserFiles({ local: machineFiles(), clock, random: createSystemRandom(), requesterPays });
    const objects = createDirectoryObjectStore({ root: objectsRoot });
    const exchange = createExchange({ objects });
    const folder = executorFolderAt(setup.folder);
    const { task: memory } = planMemory(setup.memoryMb, setup.cores);
    const scratchRoot = folder.scratch;
    const workerData: LocalWorkerData = {
      objectsRoot,
      scratchRoot,
      memory,
      broadcastBytes,
      storageFraction,
      shuffleCompression,
      requesterPays,
      code: { kind: 'bundle', folder: folder.code },
    };
    return createExecutorSupervisor({
      setup,
      workerEntry: entryUrl('./worker-thread', import.meta.url),
      workerData,
      election: createElection({ metadata, readOffsets: exchange.readOffsets, staged: () => staged, onWarning }),
      objects: async () => objects,
      broadcastBytes,
      clock,
      onWarning,
      onWorkerExit: (threadId) => void removeThreadScratch(scratchRoot, threadId),
    });
  },
  canWork: ({ folder }) => isExecutorFolder(folder),
  end(setup) {
    // The driver does it, too, and tells when it cannot.
    if (setup !== null) removeLocalFolder(setup.folder, () => undefined);
    endProcess();
  },
});
