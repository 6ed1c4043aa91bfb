import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalClusterRunner } from '../../../engine/adapters/local/local-cluster-runner.ts';
import { createSqliteMetadataStore } from '../../../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createWorkerThreadsRunner } from '../../../engine/adapters/local/worker-threads-runner.ts';
import { createInProcessRunner } from '../../../engine/adapters/memory/in-process-runner.ts';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { MakeRunner } from '../../contract/task-runner-case.ts';
import { runBehaviour } from './behaviours.ts';
import { electionIn } from './election-in.ts';
import { TEST_BUILD } from './test-build.ts';

const clock = createSystemClock();
/** Enough for Node and a worker, little enough to fill quickly. */
const TEST_MEMORY_MB = 320;

export const makeInProcessRunner: MakeRunner = async (places) => {
  const metadata = createMemoryMetadataStore({ clock });
  const runner = createInProcessRunner({ runAttempt: runBehaviour, election: electionIn(metadata), clock, concurrency: places });
  return { runner, metadata, executors: () => [], end: () => runner.close() };
};

/** `memoryMb` limits this whole process: null where the test's own memory is not known. */
export function makeWorkerThreadsRunner(memoryMb: number | null): MakeRunner {
  return async (places) => {
    const metadata = createMemoryMetadataStore({ clock });
    const runner = createWorkerThreadsRunner({
      threads: places,
      entry: new URL('./test-worker.ts', import.meta.url),
      workerData: {},
      election: electionIn(metadata),
      objects: createMemoryObjectStore(),
      clock,
      memoryMb,
      onWarning: (message) => {
        throw new Error(message);
      },
    });
    return { runner, metadata, executors: () => [], end: () => runner.close() };
  };
}

export const makeLocalClusterRunner: MakeRunner = async (places) => makeSizedClusterRunner(TEST_MEMORY_MB)(places);

export function makeSizedClusterRunner(memoryMb: number): MakeRunner {
  return async (places) => {
    const folder = mkdtempSync(join(tmpdir(), 'levin-runner-test-'));
    const metadataFile = join(folder, 'metadata.db');
    const metadata = createSqliteMetadataStore({ file: metadataFile, clock });
    process.env['LEVIN_TEST_ALLOWED'] = 'yes';
    process.env['LEVIN_TEST_SECRET'] = 'must not be seen';
    const runner = createLocalClusterRunner({
      executors: places,
      cores: 1,
      memoryMb,
      entry: new URL('./test-executor.ts', import.meta.url),
      data: { metadataFile },
      build: TEST_BUILD,
      clock,
      allowedEnv: ['LEVIN_TEST_ALLOWED'],
      onWarning: (message) => {
        throw new Error(message);
      },
      onOutput: (id, text) => process.stderr.write(`executor ${id}: ${text}`),
    });
    const end = async (): Promise<void> => {
      await runner.close();
      await metadata.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return { runner, metadata, executors: () => runner.executors(), end };
  };
}
