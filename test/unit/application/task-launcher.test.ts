import { expect, test } from 'vitest';
import { createStageTable } from '../../../driver/application/stage-table.ts';
import { createTaskLauncher, type TaskLauncher } from '../../../driver/application/task-launcher.ts';
import type { StageDraft } from '../../../driver/planner/stage-draft.ts';
import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';

const LAUNCH: Extract<SchedulerCommand, { kind: 'launch' }> = {
  kind: 'launch',
  stage: 0,
  partition: 0,
  attempt: 0,
  generation: 0,
  inputs: null,
  avoid: [],
  copy: true,
  maxBadRecords: null,
  memorySizeMb: null,
};

const COLLECT = draft({});

test('an attempt that is not needed any more when its launch is recorded is not started', async () => {
  const recorded = Promise.withResolvers<void>();
  const { launcher, ended, started } = openLauncher(COLLECT, recorded.promise);
  const task = { stage: 0, partition: 0, attempt: 3 };
  launcher.launch({ ...LAUNCH, ...task });
  launcher.abort(0, 0, 3);
  recorded.resolve();
  expect(await ended).toMatchObject({ kind: 'taskFailed', ...task, failure: { kind: 'cancelled' } });
  expect(started).toEqual([]);
});

test.each<[string, StageDraft, boolean]>([
  ['foreach', draft({ sink: { kind: 'foreach' } }), true],
  ['a command', draft({ nodes: [{ kind: 'narrow', op: { kind: 'pipe' } }] }), true],
  ['random numbers', draft({}, [{ traits: { indeterminate: true } }]), true],
  ['nothing of that', draft({}, [{ traits: { indeterminate: false } }]), false],
])('an attempt of a stage with %s goes alone, if two of it at once would be noticed', async (_, stage, alone) => {
  const { launcher, ended, started } = openLauncher(stage);
  launcher.launch(LAUNCH);
  await ended;
  expect(started).toEqual([alone]);
});

function draft(plan: object, closures: readonly object[] = []): StageDraft {
  return { stage: 0, plan: { nodes: [], sink: { kind: 'collect' }, numPartitions: 1, ...plan }, closures } as never;
}

interface OpenLauncher {
  readonly launcher: TaskLauncher;
  readonly ended: Promise<SchedulerEvent>;
  /** Whether each attempt that the runner got is to go alone. */
  readonly started: readonly unknown[];
}

function openLauncher(stage: StageDraft, recorded: Promise<void> = Promise.resolve()): OpenLauncher {
  const ended = Promise.withResolvers<SchedulerEvent>();
  const table = createStageTable();
  table.add(stage);
  table.get(0).resolved = { stageId: 'stage-a', template: { hash: '', inline: null }, bounds: null } as never;
  const started: unknown[] = [];
  const launcher = createTaskLauncher({
    appId: 'app-1',
    table,
    runner: {
      capabilities: {} as never,
      run: async (_, { alone }) => {
        started.push(alone);
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
    recordLaunches: () => recorded,
    storeAgain: async () => undefined,
    post: ended.resolve,
    emit: () => undefined,
    onFatal: ended.reject,
  });
  return { launcher, ended: ended.promise, started };
}
