/** Entry of a local-cluster executor: its main thread supervises and commits, its worker threads run user code. */
import { createDirectoryObjectStore } from '../engine/adapters/local/directory-object-store.ts';
import { driverChannel, endProcess } from '../engine/adapters/local/driver-channel.ts';
import type { LocalExecutorData, LocalWorkerData } from '../engine/adapters/local/executor-data.ts';
import { executorFolderAt, removeExecutorFolder } from '../engine/adapters/local/executor-folder.ts';
import { createSqliteMetadataStore } from '../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { commitAttempt } from '../engine/runtime/commit.ts';
import { entryUrl } from '../engine/runtime/supervisor/entry-url.ts';
import { buildOf } from '../engine/runtime/supervisor/executor-protocol.ts';
import { createExecutorSupervisor } from '../engine/runtime/supervisor/executor-supervisor.ts';
import { serveExecutor } from '../engine/runtime/supervisor/serve-executor.ts';
import { createExchange } from '../shuffle/exchange.ts';

const clock = createSystemClock();

serveExecutor({
  channel: driverChannel(),
  build: buildOf(levinPackage().version),
  createSupervisor(setup, onWarning) {
    const { objectsRoot, metadataFile } = setup.data as LocalExecutorData;
    const metadata = createSqliteMetadataStore({ file: metadataFile, clock });
    const exchange = createExchange({ objects: createDirectoryObjectStore({ root: objectsRoot }) });
    const workerData: LocalWorkerData = { objectsRoot, code: { kind: 'bundle', folder: executorFolderAt(setup.folder).code } };
    return createExecutorSupervisor({
      setup,
      workerEntry: entryUrl('./worker-thread', import.meta.url),
      workerData,
      commit: (spec, prepared) => commitAttempt({ metadata, spec, prepared, readOffsets: (key) => exchange.readOffsets(key) }),
      clock,
      onWarning,
    });
  },
  end(setup) {
    if (setup !== null) removeExecutorFolder(setup.folder);
    endProcess();
  },
});
