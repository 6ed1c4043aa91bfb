import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createLocalClusterRunner,
  type LocalClusterRunner,
  type LocalClusterRunnerOptions,
} from '../../../engine/adapters/local/local-cluster-runner.ts';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createWorkerThreadsRunner } from '../../../engine/adapters/local/worker-threads-runner.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { TaskRunner } from '../../../engine/ports/task-runner.ts';
import { preparedResult } from '../../../engine/runtime/commit.ts';
import type { TaskOutcome } from '../../../engine/types/task.ts';
import { specOf } from '../../support/executors/specs.ts';
import { TEST_BUILD } from '../../support/executors/test-build.ts';

const clock = createSystemClock();
const onWarning = (message: string): void => {
  throw new Error(message);
};

let runner: TaskRunner | undefined;
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'levin-start-up-'));
});
afterEach(async () => {
  await runner?.close();
  await rm(folder, { recursive: true, force: true });
});

function cluster(overrides: Partial<LocalClusterRunnerOptions>): LocalClusterRunner {
  return createLocalClusterRunner({
    executors: 1,
    cores: 1,
    memoryMb: 256,
    entry: new URL('../../support/executors/test-executor.ts', import.meta.url),
    data: { metadataFile: join(folder, 'metadata.db') },
    build: TEST_BUILD,
    clock,
    allowedEnv: [],
    onWarning,
    onOutput: () => undefined,
    ...overrides,
  });
}

function run(on: TaskRunner): Promise<readonly TaskOutcome[]> {
  const options = { signal: new AbortController().signal, onEvent: () => undefined };
  return Promise.all([1, 2, 3].map((partition) => on.run(specOf({ do: 'value', value: '' }, { partition }), options)));
}

describe('executors that cannot start fail their tasks with the reason', () => {
  test('another levin than the driver', async () => {
    runner = cluster({ build: { ...TEST_BUILD, levin: '9.9.9' } });
    for (const outcome of await run(runner)) {
      expect(outcome).toMatchObject({
        kind: 'failure',
        failure: { kind: 'error', fault: 'internal', error: { code: 'EXECUTOR_START_FAILED' } },
      });
      expect(outcome.kind === 'failure' && outcome.failure.error.message).toMatch(
        /^Executor 1 could not start, so task \d of stage 2 did not run: The driver is levin 9\.9\.9 on Node 24, its executor is levin 0\.0\.0-test on Node 24; they must be the same\. Was levin or Node updated while the job ran\? Start the job again\.$/,
      );
    }
  });

  test('a process whose entry is missing', async () => {
    runner = cluster({ entry: new URL('./no-such-entry.ts', import.meta.url) });
    for (const outcome of await run(runner)) {
      expect(outcome).toMatchObject({ kind: 'failure', failure: { kind: 'error', error: { code: 'EXECUTOR_START_FAILED' } } });
      expect(outcome.kind === 'failure' && outcome.failure.error.message).toMatch(
        /it exited with code 1\. Its last words: (?:.|\n)*no-such-entry\.ts/,
      );
    }
  });

  test('a thread whose entry is missing', async () => {
    runner = createWorkerThreadsRunner({
      threads: 1,
      entry: new URL('./no-such-entry.ts', import.meta.url),
      workerData: {},
      objects: createMemoryObjectStore(),
      election: { commit: () => Promise.reject(new Error('nothing is committed')), withdraw: async () => undefined },
      clock,
      onWarning,
    });
    for (const outcome of await run(runner)) {
      expect(outcome).toMatchObject({ kind: 'failure', failure: { kind: 'error', error: { code: 'WORKER_START_FAILED' } } });
      expect(outcome.kind === 'failure' && outcome.failure.error.message).toMatch(
        /^A worker of executor driver could not start, so task \d of stage 2 did not run: .*no-such-entry\.ts/,
      );
    }
  });
});

describe('workers', () => {
  test('are started before the first task when they are asked for', async () => {
    const clustered = cluster({ executors: 2 });
    runner = clustered;
    expect(clustered.executors()).toEqual([]);
    clustered.prewarm(2);
    expect(clustered.executors().map(({ id }) => id)).toEqual(['1', '2']);
  });

  test('serve one bundle: another one gets another worker', async () => {
    const threads = createWorkerThreadsRunner({
      threads: 1,
      entry: new URL('../../support/executors/test-worker.ts', import.meta.url),
      workerData: {},
      objects: createMemoryObjectStore(),
      election: {
        commit: async (spec, prepared) => ({ kind: 'success', lostRace: false, result: preparedResult(spec, prepared) }),
        withdraw: async () => undefined,
      },
      clock,
      onWarning,
    });
    runner = threads;
    const options = { signal: new AbortController().signal, onEvent: () => undefined };
    const threadOf = async (bundleHash: string): Promise<string> => {
      const outcome = await threads.run(specOf({ do: 'thread' }, { bundleHash }), options);
      return outcome.kind === 'success' && outcome.result.output.kind === 'inline'
        ? new TextDecoder().decode(outcome.result.output.block)
        : '';
    };
    const ids = [await threadOf('one'), await threadOf('one'), await threadOf('two'), await threadOf('one')];
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
  });
});
