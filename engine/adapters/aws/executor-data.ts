import type { Build, ExecutorSetup } from '../../runtime/supervisor/executor-protocol.ts';
import type { TaskMemory } from '../../types/task-memory.ts';

/** What the worker thread of an executor function wires itself with: its `workerData`. */
export interface LambdaWorkerData {
  readonly bucket: string;
  readonly s3Endpoint: string | undefined;
  readonly localFiles: boolean;
  /** Where attempts spill. */
  readonly scratchRoot: string;
  /** Where bundles are kept. */
  readonly codeFolder: string;
  readonly memory: TaskMemory;
}

/** Of the function's memory, for what Lambda itself runs in the environment. */
const RESERVE_MB = 48;

/** An environment runs one task at a time, and has all of its memory for it. */
export function lambdaSetup(
  build: Build,
  environment: { readonly environmentId: string; readonly memoryMb: number; readonly temporary: string },
): ExecutorSetup {
  return {
    ...build,
    executorId: environment.environmentId,
    cores: 1,
    memoryMb: environment.memoryMb - RESERVE_MB,
    memoryRemedy: 'use more partitions, or larger executor functions',
    folder: environment.temporary,
    data: {},
  };
}
