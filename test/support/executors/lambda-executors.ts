import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryObjectStore } from '../../../engine/adapters/local/directory-object-store.ts';
import { createSqliteMetadataStore } from '../../../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createCommittedOutcome } from '../../../engine/runtime/committed-outcome.ts';
import { executorName } from '../../../engine/types/aws-engine.ts';
import { startInvokeEndpoint } from '../../../testing/invoke-endpoint/invoke-endpoint.ts';
import type { MakeRunner } from '../../contract/task-runner-case.ts';
import { openLambdaRunner } from '../lambda/open-runner.ts';

const clock = createSystemClock();
/** Enough for Node and a worker, little enough to fill quickly. */
const SIZES_MB = [320, 384];
/** More than the function knows of: else it may be killed before it has looked at its memory, and Lambda words the failure. */
const UNSEEN_MB = 1024;
const TIME_LIMIT_MS = 120_000;

/** Invocations of an executor function, each environment a process. More of them may run than there are places: what was cancelled goes on for a while. */
export const makeLambdaRunner: MakeRunner = async (places) => {
  const folder = mkdtempSync(join(tmpdir(), 'levin-runner-test-'));
  const metadataFile = join(folder, 'metadata.db');
  const metadata = createSqliteMetadataStore({ file: metadataFile, clock });
  const functions = SIZES_MB.map((memoryMb) => ({ name: executorName('test', memoryMb), memoryMb }));
  const endpoint = await startInvokeEndpoint({
    functions: functions.map(({ name, memoryMb }) => ({
      name,
      memoryMb: memoryMb + UNSEEN_MB,
      folder: import.meta.dirname,
      handler: 'test-lambda.handler',
      timeoutMs: TIME_LIMIT_MS,
      environment: (temporary) => ({
        LEVIN_ENGINE: 'test',
        LEVIN_BUCKET: 'none',
        LEVIN_TABLE: metadataFile,
        LEVIN_TEMPORARY: temporary,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      }),
    })),
  });
  const runner = openLambdaRunner(endpoint.url, {
    functions,
    timeLimitMs: TIME_LIMIT_MS,
    concurrency: places,
    metadata,
    objects: async () => createDirectoryObjectStore({ root: folder }),
    committed: createCommittedOutcome({ metadata, clock, readOffsets: async () => [] }),
  });
  const end = async (): Promise<void> => {
    await runner.close();
    await endpoint.close();
    await metadata.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { runner, metadata, executors: () => [], end };
};
