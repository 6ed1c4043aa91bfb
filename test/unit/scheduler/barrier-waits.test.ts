import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../../driver/scheduler/settings.ts';
import { createSchedulerState } from '../../../driver/scheduler/state.ts';
import { step } from '../../../driver/scheduler/step.ts';
import { graph, resolved, script, spec, submitted, succeeded } from './literals.ts';

const BARRIER = 1;

interface PlainJob {
  readonly pool: string;
  readonly tasks: number;
  /** Of each task; Infinity: it never ends. */
  readonly runMs: number;
  readonly atMs: number;
  readonly barrier?: true;
}

interface Cluster {
  readonly slots: number;
  readonly mode: 'FIFO' | 'FAIR';
  readonly jobs: readonly PlainJob[];
}

/** When the first task of each job began, and when it ended; jobs are numbered as they come. All in virtual time, until nothing happens or `untilMs`. */
function play({ slots, mode, jobs }: Cluster, untilMs: number) {
  const due: { readonly atMs: number; readonly event: SchedulerEvent }[] = [];
  const began = new Map<number, number>();
  const ended = new Map<number, number>();
  const warnings: string[] = [];
  const state = createSchedulerState({ ...DEFAULT_SCHEDULER_SETTINGS, concurrency: slots, pools: { mode, pools: {} } }, slots);
  for (const [job, { pool, atMs, tasks, barrier = false }] of jobs.entries()) {
    due.push({ atMs, event: submitted({ ...graph(job, [{ ...spec(job, [], 'result'), barrier }]), pool }) });
    due.push({ atMs, event: resolved(job, tasks) });
  }
  const obey = (command: SchedulerCommand, nowMs: number): void => {
    if (command.kind === 'launch') {
      const { stage, partition, attempt } = command;
      if (!began.has(stage)) began.set(stage, nowMs);
      const atMs = nowMs + (jobs[stage] as PlainJob).runMs;
      if (atMs < Number.POSITIVE_INFINITY)
        due.push({ atMs, event: { ...succeeded(stage, partition, attempt), nowMs: atMs } as SchedulerEvent });
    }
    if (command.kind === 'setTimer') {
      const atMs = nowMs + command.ms;
      due.push({ atMs, event: { kind: 'timerFired', id: command.id, nowMs: atMs } });
    }
    if (command.kind === 'jobSucceeded') ended.set(command.job, nowMs);
    if (command.kind === 'warn') warnings.push(command.code);
  };
  for (;;) {
    const next = due.reduce<(typeof due)[number] | null>((first, each) => (first === null || each.atMs < first.atMs ? each : first), null);
    if (next === null || next.atMs > untilMs || ended.size === jobs.length) return { began, ended, warnings };
    due.splice(due.indexOf(next), 1);
    for (const command of step(state, next.event).commands) obey(command, next.atMs);
  }
}

const DAY_MS = 86_400_000;
const MAX_RUN_MS = 60_000;

const aJob = (slots: number): fc.Arbitrary<PlainJob> =>
  fc
    .record({
      pool: fc.constantFrom('a', 'b', 'c', 'd'),
      tasks: fc.integer({ min: 1, max: 12 }),
      runMs: fc.integer({ min: 1, max: MAX_RUN_MS }),
      atMs: fc.integer({ min: 0, max: 20_000 }),
    })
    .chain((job) => fc.boolean().map((barrier) => (barrier ? { ...job, tasks: Math.min(job.tasks, slots), barrier: true as const } : job)));

const cluster = fc
  .record({ slots: fc.integer({ min: 2, max: 5 }), mode: fc.constantFrom('FIFO' as const, 'FAIR' as const) })
  .chain(({ slots, mode }) => fc.array(aJob(slots), { minLength: 1, maxLength: 8 }).map((jobs) => ({ slots, mode, jobs })));

describe('a barrier stage that waits for room', () => {
  test('where all tasks end, every job ends, whatever the pools', () => {
    fc.assert(
      fc.property(cluster, (given) => {
        expect([...play(given, DAY_MS).ended.keys()].sort((a, b) => a - b)).toEqual(given.jobs.map((_, job) => job));
      }),
      { numRuns: 300 },
    );
  });

  test('is not starved by others that always have tasks: it starts while they do', () => {
    // With fewer slots than pools the last one by name never has its turn, barrier or not.
    const stream = fc.record({
      mode: fc.constantFrom('FIFO' as const, 'FAIR' as const),
      slots: fc.integer({ min: 3, max: 5 }),
      runMs: fc.integer({ min: 1000, max: MAX_RUN_MS }),
      pool: fc.constantFrom('a', 'z'),
    });
    fc.assert(
      fc.property(stream, ({ mode, slots, runMs, pool }) => {
        const always = (of: string, taskMs: number): PlainJob => ({ pool: of, tasks: 20_000, runMs: taskMs, atMs: 2 });
        const first: PlainJob = mode === 'FAIR' ? always('b', runMs) : { pool: 'b', tasks: 1, runMs, atMs: 0 };
        const barrier: PlainJob = { pool, tasks: slots, runMs: 1, atMs: 1, barrier: true };
        const { began } = play({ slots, mode, jobs: [{ ...first, atMs: 0 }, barrier, always('c', Math.ceil(runMs / 3))] }, 8 * MAX_RUN_MS);
        expect(began.get(BARRIER)).toBeLessThan(8 * MAX_RUN_MS);
      }),
      { numRuns: 60 },
    );
  });

  test('behind a task that never ends it does not stop others, neither do two of them', () => {
    const cases = fc.record({
      slots: fc.integer({ min: 2, max: 5 }),
      mode: fc.constantFrom('FIFO' as const, 'FAIR' as const),
      others: fc.array(
        aJob(1).map(({ barrier: _, ...job }) => job),
        { minLength: 1, maxLength: 5 },
      ),
    });
    fc.assert(
      fc.property(cases, ({ slots, mode, others }) => {
        const wide = { pool: 'b', tasks: slots, runMs: 10, atMs: 1, barrier: true } as const;
        const jobs = [{ pool: 'a', tasks: 1, runMs: Number.POSITIVE_INFINITY, atMs: 0 }, wide, { ...wide, pool: 'c' }, ...others];
        const { ended, warnings } = play({ slots, mode, jobs }, DAY_MS);
        expect([...ended.keys()].sort((a, b) => a - b)).toEqual(others.map((_, i) => i + 3));
        expect(warnings).toEqual(['BARRIER_WAITS']);
      }),
      { numRuns: 100 },
    );
  });

  test('keeps slots for 5 s, gives them away for 5 s, then each for twice as long; says once why it waits', () => {
    const { send } = script(2);
    send(submitted(graph(0, [spec(0, [], 'result')])), resolved(0, 1));
    send(submitted(graph(1, [{ ...spec(1, [], 'result'), barrier: true }])));
    const set = (id: number, ms: number): SchedulerCommand => ({ kind: 'setTimer', id, ms });
    expect(send(resolved(1, 2)).slice(1)).toEqual([set(0, 5000)]);
    const launches = (commands: readonly SchedulerCommand[]) => commands.filter(({ kind }) => kind === 'launch').length;
    expect(launches(send(submitted(graph(2, [spec(2, [], 'result')])), resolved(2, 9)))).toBe(0);
    const fired = (id: number): readonly SchedulerCommand[] => send({ kind: 'timerFired', id, nowMs: 0 });
    const given = fired(0);
    expect(given.slice(0, 2)).toEqual([
      {
        kind: 'warn',
        code: 'BARRIER_WAITS',
        message:
          'Stage 1 (stage 1 at job.ts:2) waits to run all its 2 tasks together (barrier): 2 can run at once here, and 1 of others run. It starts when there is room; until then slots that come free are now kept for it, now given to others.',
      },
      set(1, 5000),
    ]);
    expect([launches(given), launches(send(succeeded(2, 0)))]).toEqual([1, 1]);
    expect(fired(1)).toEqual([set(2, 10_000)]);
    expect(launches(send(succeeded(2, 1)))).toBe(0);
    expect([fired(0), fired(1)]).toEqual([[], []]);
    expect(fired(2)[0]).toEqual(set(3, 10_000));
    fired(3);
    expect(send(succeeded(0, 0), succeeded(2, 2)).filter(({ kind }) => kind === 'launch')).toMatchObject([
      { stage: 1, gang: 1 },
      { stage: 1, gang: 1 },
    ]);
    expect(fired(4)).toEqual([]);
  });

  const begun = (partition: number): SchedulerEvent => ({
    kind: 'taskStarted',
    stage: 0,
    partition,
    attempt: 0,
    executorId: 'e',
    nowMs: 0,
  });

  test('no copy of a slow task takes a slot that is kept for it', () => {
    const { send } = script(4, { speculation: { quantile: 0.5, multiplier: 1.5, minRuntimeMs: 100, intervalMs: 100, concurrency: 4 } });
    send(submitted(graph(0, [{ ...spec(0, [], 'result'), copyable: true }])), resolved(0, 2));
    send(...[0, 1].map((partition) => begun(partition)), succeeded(0, 0));
    send(submitted(graph(1, [{ ...spec(1, [], 'result'), barrier: true }])), resolved(1, 4));
    const copies = (id: number, nowMs: number) => send({ kind: 'timerFired', id, nowMs }).filter(({ kind }) => kind === 'launch');
    // The timers of copies are 0 and 2, that of the barrier stage is 1.
    expect(copies(0, 1000)).toEqual([]);
    expect(copies(1, 5000)).toEqual([]);
    expect(copies(2, 5001)).toMatchObject([{ stage: 0, partition: 1, copy: true }]);
  });

  test('is larger than what there is: others run, and when nothing does, executors are waited for', () => {
    const { send } = script(1);
    send(submitted(graph(0, [spec(0, [], 'result')])), resolved(0, 1), submitted(graph(1, [{ ...spec(1, [], 'result'), barrier: true }])));
    send(resolved(1, 2), submitted(graph(2, [spec(2, [], 'result')])), resolved(2, 1));
    expect(send(succeeded(0, 0)).at(-1)).toMatchObject({ kind: 'launch', stage: 2 });
    expect(send(succeeded(2, 0)).at(-1)).toMatchObject({ kind: 'warn', code: 'NO_CAPACITY' });
    expect(send({ kind: 'capacityChanged', slots: 2 })).toMatchObject([
      { kind: 'launch', stage: 1 },
      { kind: 'launch', stage: 1 },
    ]);
  });
});
