import { describe, expect, test } from 'vitest';
import type { EarlierAttempts } from '../../../driver/application/earlier-attempts.ts';
import { createStageTable } from '../../../driver/application/stage-table.ts';
import { createTaskLauncher } from '../../../driver/application/task-launcher.ts';
import type { StageDraft } from '../../../driver/planner/stage-draft.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { RunOptions, TaskRunner } from '../../../engine/ports/task-runner.ts';
import type { PreferredPlaces } from '../../../engine/types/block-report.ts';

const NO_EARLIER: EarlierAttempts = {
  mayRun: () => false,
  outcome: async () => null,
  left: () => [],
  callOff: async () => ({ attempts: 0, gbSeconds: 0 }),
};
const OUTLIVE_MS = 900_000;
const LATE_MS = 15_000;

interface Given {
  readonly run: TaskRunner['run'];
  readonly outlives: boolean;
  readonly recordLaunches?: () => Promise<void>;
  readonly earlier?: EarlierAttempts;
  readonly stage?: StageDraft;
  readonly prefer?: PreferredPlaces;
}

function draft(plan: object, closures: readonly object[] = []): StageDraft {
  return { stage: 0, plan: { nodes: [], sink: { kind: 'collect' }, numPartitions: 3, ...plan }, closures } as never;
}

/** A launcher of the tasks of one stage over a runner that does as it is told. */
function launching({ run, outlives, recordLaunches = async () => undefined, earlier = NO_EARLIER, stage = draft({}), prefer }: Given) {
  const ended = Promise.withResolvers<SchedulerEvent>();
  const table = createStageTable();
  table.add(stage);
  table.get(0).resolved = { stageId: 'stage-a', template: { hash: '', inline: null }, bounds: null } as never;
  const clock = createVirtualClock();
  /** Partitions of each write to the journal. */
  const recorded: number[][] = [];
  /** What tasks share and was stored again. */
  const stored: string[] = [];
  const launcher = createTaskLauncher({
    appId: 'app-1',
    table,
    runner: { capabilities: { concurrency: 3, outlivesDriver: outlives } as never, run, close: async () => undefined },
    clock,
    random: createSeededRandom('launches'),
    barrierTimeoutMs: 1000,
    taskTimeoutMs: null,
    prefer: () => prefer ?? null,
    onBlocks: () => undefined,
    onExecutorLost: () => undefined,
    inputsOf: async () => [],
    bundleFor: async () => null,
    outliveMs: outlives ? OUTLIVE_MS : null,
    earlier,
    async recordLaunches(launches) {
      recorded.push(launches.map(({ partition }) => partition));
      await recordLaunches();
    },
    storeAgain: async (number, key) => void stored.push(`${number}: ${key}`),
    propertiesOf: () => null,
    wholeResult: async (result) => result,
    post: ended.resolve,
    emit: () => undefined,
    onFatal: ended.reject,
  });
  const launch = (partition: number, attempt = 0, gang?: number): void =>
    launcher.launch({
      kind: 'launch',
      stage: 0,
      partition,
      attempt,
      generation: 0,
      inputs: null,
      avoid: [],
      copy: attempt > 0,
      maxBadRecords: null,
      memorySizeMb: null,
      ...(gang === undefined ? {} : { gang }),
    });
  return { launcher, launch, table, clock, recorded, stored, ended: ended.promise };
}

test('what tasks share is stored again before it is told that an attempt did not find it, and for no other failure', async () => {
  for (const [code, again] of [
    ['SHARED_LOST', ['0: templates/1']],
    ['USER_ERROR', []],
  ] as const) {
    const { launch, stored, ended } = launching({
      run: () => Promise.reject(new LevinError({ code, fault: 'transient', message: 'gone', details: { key: 'templates/1' } })),
      outlives: false,
    });
    launch(0);
    expect(await ended).toMatchObject({ kind: 'taskFailed', failure: { error: { code } } });
    expect(stored).toEqual(again);
  }
});

test('an attempt that is not needed any more when its launch is recorded is not started, also when its stage is forgotten', async () => {
  const recorded = Promise.withResolvers<void>();
  const started: string[] = [];
  const { launcher, launch, table, ended } = launching({
    run: async ({ attemptId }) => {
      started.push(attemptId);
      throw new Error('it was started');
    },
    outlives: false,
    recordLaunches: () => recorded.promise,
  });
  launch(0, 3);
  launcher.abort(0, 0, 3);
  table.remove(0);
  recorded.resolve();
  expect(await ended).toMatchObject({ kind: 'taskFailed', stage: 0, partition: 0, attempt: 3, failure: { kind: 'cancelled' } });
  expect(started).toEqual([]);
});

test.each<[string, StageDraft, boolean]>([
  ['foreach', draft({ sink: { kind: 'foreach' } }), true],
  ['a command', draft({ nodes: [{ kind: 'narrow', op: { kind: 'pipe' } }] }), true],
  ['random numbers', draft({}, [{ traits: { indeterminate: true } }]), true],
  ['nothing of that', draft({}, [{ traits: { indeterminate: false } }]), false],
])('an attempt of a stage with %s goes alone, if two of it at once would be noticed', async (_, stage, alone) => {
  const started: unknown[] = [];
  const { launch, ended } = launching({
    run: async (__, options) => {
      started.push(options.alone);
      throw new Error('it was started');
    },
    outlives: false,
    stage,
  });
  launch(0);
  await ended;
  expect(started).toEqual([alone]);
});

test.each([
  ['for itself goes where its data are kept', undefined, true],
  ['together with others goes wherever there is room, or two would stand behind each other', 1, false],
] as const)('an attempt that runs %s', async (_, gang, asPreferred) => {
  const prefer: PreferredPlaces = { places: [{ executorId: 'e', worker: 0 }], waitMs: 60_000 };
  const preferred: unknown[] = [];
  const { launch, ended } = launching({
    run: async (__, options) => {
      preferred.push(options.prefer);
      throw new Error('it was started');
    },
    outlives: false,
    prefer,
  });
  launch(0, 0, gang);
  await ended;
  expect(preferred).toEqual([asPreferred ? prefer : undefined]);
});

describe('a launcher whose attempts outlive it', () => {
  /** A runner that keeps what it is given; the test sends it. */
  function keeping(given: Partial<Given> = {}) {
    const kept: RunOptions[] = [];
    const came = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const run: TaskRunner['run'] = (_, options) => {
      came[kept.push(options) - 1]?.resolve();
      return new Promise<never>(() => undefined);
    };
    return { kept, came: (nth: number) => came[nth]?.promise, ...launching({ run, outlives: true, ...given }) };
  }

  test('what comes back is recorded once, and goes on for so long from when it was sent last', async () => {
    const { launcher, launch, clock, recorded, kept, came } = keeping();
    for (const partition of [0, 1, 2]) launch(partition);
    await came(2);
    await Promise.all([kept[0]?.onLaunch?.(), kept[1]?.onLaunch?.()]);
    await clock.advance(100_000);
    for (const { onReturn } of kept.slice(0, 2)) onReturn?.();
    // One that was sent before and one that was not, by one invocation.
    await Promise.all([kept[1]?.onLaunch?.(), kept[2]?.onLaunch?.()]);
    await clock.advance(20_000);
    expect(recorded).toEqual([[0, 1], [2]]);
    const leftMs = OUTLIVE_MS + LATE_MS - 20_000;
    expect(launcher.handOver()).toMatchObject([
      { partition: 1, leftMs },
      { partition: 2, leftMs },
    ]);
    expect(kept.map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
  });

  test('after a hand-over nothing is recorded, sent or called off', async () => {
    const { launcher, launch, recorded, kept, came } = keeping();
    for (const partition of [0, 1, 2]) launch(partition);
    await came(2);
    await kept[0]?.onLaunch?.();
    kept[0]?.onReturn?.();
    await kept[1]?.onLaunch?.();
    // Room came in the last moment, for one that was sent before and one that was not.
    const last = [0, 2].map((at) => kept[at]?.onLaunch?.() ?? Promise.resolve());
    expect(launcher.handOver()).toMatchObject([{ partition: 1 }]);
    expect(await Promise.allSettled(last)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    launcher.abort(0, 1, 0);
    launcher.abortAll();
    expect(kept.map(({ signal }) => signal.aborted)).toEqual([true, false, true]);
    expect(recorded).toEqual([[0], [1]]);
  });

  test('attempts of earlier drivers are called off together with what waits for them, all at once', async () => {
    const calls: unknown[] = [];
    const { launcher, launch, clock } = keeping({
      earlier: {
        ...NO_EARLIER,
        mayRun: ({ partition }) => partition < 2,
        outcome: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
        async callOff(tasks) {
          calls.push(tasks);
          throw new Error('refused');
        },
      },
    });
    for (const partition of [0, 1, 2]) launch(partition);
    launcher.abort(0, 1, 0);
    await clock.advance(1);
    expect(calls).toEqual([[{ stageId: 'stage-a', partition: 1 }]]);
    launch(1, 1);
    launcher.abortAll();
    await clock.advance(1);
    expect(calls[1]).toEqual([
      { stageId: 'stage-a', partition: 0 },
      { stageId: 'stage-a', partition: 1 },
    ]);
    expect(calls.length).toBe(2);
  });

  test('what a hand-over leaves has the cost of the invocation with which it was sent last', async () => {
    const { launcher, launch, kept, came } = keeping();
    for (const partition of [0, 1, 2]) launch(partition);
    await came(2);
    for (const { onLaunch } of kept.slice(0, 2)) await onLaunch?.({ memoryMb: 1769, invocation: 'first' });
    kept[0]?.onReturn?.();
    await kept[0]?.onLaunch?.({ memoryMb: 1769, invocation: null });
    await kept[2]?.onLaunch?.();
    expect(launcher.handOver().map(({ partition, memoryMb, invocation }) => [partition, memoryMb, invocation])).toEqual([
      [0, 1769, undefined],
      [1, 1769, 'first'],
      [2, undefined, undefined],
    ]);
  });

  test('an attempt that followed an earlier one in vain and waits in the queue of the runner is not sent after a hand-over', async () => {
    const { launcher, launch, kept, came } = keeping({ earlier: { ...NO_EARLIER, mayRun: () => true } });
    launch(0);
    await came(0);
    expect(launcher.handOver()).toEqual([]);
    expect(kept[0]?.signal.aborted).toBe(true);
  });
});
