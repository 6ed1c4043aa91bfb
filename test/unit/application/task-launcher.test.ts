import { expect, test } from 'vitest';
import { createStageTable } from '../../../driver/application/stage-table.ts';
import { createTaskLauncher } from '../../../driver/application/task-launcher.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';

test('an attempt that is not needed any more when its launch is recorded is not started', async () => {
  const recorded = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<SchedulerEvent>();
  const table = createStageTable();
  const plan = { nodes: [], sink: { kind: 'collect' }, numPartitions: 1 };
  table.add({ stage: 0, plan } as never);
  table.get(0).resolved = { stageId: 'stage-a', template: { hash: '', inline: null }, bounds: null } as never;
  const started: string[] = [];
  const launcher = createTaskLauncher({
    appId: 'app-1',
    table,
    runner: {
      capabilities: {} as never,
      run: async ({ attemptId }) => {
        started.push(attemptId);
        throw new Error('it was started');
      },
      close: async () => undefined,
    },
    clock: createVirtualClock(),
    random: createSeededRandom('launches'),
    taskTimeoutMs: null,
    inputsOf: async () => [],
    bundleFor: async () => null,
    outliveMs: null,
    earlier: { mayRun: () => false, outcome: async () => null, left: () => [] },
    recordLaunches: () => recorded.promise,
    storeAgain: async () => undefined,
    post: ended.resolve,
    emit: () => undefined,
    onFatal: ended.reject,
  });
  const task = { stage: 0, partition: 0, attempt: 3 };
  launcher.launch({
    kind: 'launch',
    ...task,
    generation: 0,
    inputs: null,
    avoid: [],
    copy: true,
    maxBadRecords: null,
    memorySizeMb: null,
  });
  launcher.abort(0, 0, 3);
  recorded.resolve();
  expect(await ended.promise).toMatchObject({ kind: 'taskFailed', ...task, failure: { kind: 'cancelled' } });
  expect(started).toEqual([]);
});
