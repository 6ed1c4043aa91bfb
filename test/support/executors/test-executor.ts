import { existsSync } from 'node:fs';
import { driverChannel, endProcess } from '../../../engine/adapters/local/driver-channel.ts';
import { removeLocalFolder } from '../../../engine/adapters/local/local-folder.ts';
import { createSqliteMetadataStore } from '../../../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createExecutorSupervisor } from '../../../engine/runtime/supervisor/executor-supervisor.ts';
import { serveExecutor } from '../../../engine/runtime/supervisor/serve-executor.ts';
import { electionIn } from './election-in.ts';
import { TEST_BUILD } from './test-build.ts';

const clock = createSystemClock();
serveExecutor({
  channel: driverChannel(),
  build: TEST_BUILD,
  createSupervisor: (setup, onWarning) =>
    createExecutorSupervisor({
      setup,
      workerEntry: new URL('./test-worker.ts', import.meta.url),
      workerData: {},
      election: electionIn(createSqliteMetadataStore({ file: (setup.data as { readonly metadataFile: string }).metadataFile, clock })),
      objects: async () => createMemoryObjectStore(),
      broadcastBytes: null,
      clock,
      onWarning,
    }),
  canWork: ({ folder }) => existsSync(folder),
  end: (setup) => {
    if (setup !== null) removeLocalFolder(setup.folder, () => undefined);
    endProcess();
  },
});
