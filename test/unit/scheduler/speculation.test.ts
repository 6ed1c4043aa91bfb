import { describe, expect, test } from 'vitest';
import { addRuntime, medianRuntimeMs, type Runtimes } from '../../../driver/scheduler/runtimes.ts';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../../driver/scheduler/settings.ts';
import type { SpeculationSettings } from '../../../driver/scheduler/speculation.ts';
import { type ModelRun, runOnExecutors } from './executor-model.ts';
import { failed, graph, launch, resolved, script, spec, submitted, succeeded, taskFailed } from './literals.ts';

const EXECUTORS = 20;
const TASK_MS = 1000;
const speculation: SpeculationSettings = { quantile: 0.75, multiplier: 1.5, minRuntimeMs: 100, intervalMs: 100, concurrency: EXECUTORS };
const copyable = { ...spec(0, [], 'result'), copyable: true };

/** One stage over 20 executors, the first of which is that many times slower. */
function stageOf(tasks: number, slower: number, more: { copies?: boolean; stage?: typeof copyable; slots?: number } = {}): ModelRun {
  const { copies = true, stage = copyable, slots = EXECUTORS } = more;
  return runOnExecutors({
    graph: graph(0, [stage]),
    tasks,
    settings: { ...DEFAULT_SCHEDULER_SETTINGS, speculation: copies ? speculation : null },
    runMs: Array.from({ length: EXECUTORS }, (_, i) => (i === 0 ? slower * TASK_MS : TASK_MS)),
    slots,
  });
}

describe('one executor in 20 that is ten times slower', () => {
  test.each([[6], [7], [10], [25]])('costs a stage of %i waves at most 1.3 times its time without it', (waves) => {
    const healthy = stageOf(waves * EXECUTORS, 1);
    expect(healthy.makespanMs).toBe(waves * TASK_MS);
    expect(stageOf(waves * EXECUTORS, 10).makespanMs).toBeLessThanOrEqual(1.3 * healthy.makespanMs);
  });

  test('costs a stage of one wave at most 2.6 times its time, ten times without copies', () => {
    expect(stageOf(EXECUTORS, 10, { copies: false }).makespanMs).toBe(10 * TASK_MS);
    const run = stageOf(EXECUTORS, 10);
    expect(run.makespanMs).toBeLessThanOrEqual(2.6 * TASK_MS);
    expect(run.launches.filter(({ copy }) => copy)).toEqual([{ partition: 0, executor: 1, copy: true, atMs: 1600 }]);
  });

  test('costs the same when runners take attempts ahead', () => {
    expect(stageOf(6 * EXECUTORS, 10, { slots: 5 * EXECUTORS }).makespanMs).toBeLessThanOrEqual(1.3 * 6 * TASK_MS);
  });

  test('gets no copies where none are allowed: functions that differ or act outside', () => {
    const run = stageOf(EXECUTORS, 10, { stage: { ...copyable, copyable: false } });
    expect(run.makespanMs).toBe(10 * TASK_MS);
    expect(run.launches.length).toBe(EXECUTORS);
  });

  test('and none of the healthy tasks is copied', () => {
    expect(stageOf(6 * EXECUTORS, 1).launches.filter(({ copy }) => copy)).toEqual([]);
  });
});

describe('a copy', () => {
  const settings = { speculation: { ...speculation, quantile: 0.5, concurrency: 2 } };
  const begun = (partition: number, attempt: number, nowMs: number) =>
    ({ kind: 'taskStarted', stage: 0, partition, attempt, executorId: `e${partition}${attempt}`, nowMs }) as const;
  const tick = (id: number, nowMs: number) => ({ kind: 'timerFired', id, nowMs }) as const;
  const timer = (id: number) => ({ kind: 'setTimer', id, ms: 100 });
  const copy = (partition: number, attempt: number, ...avoid: readonly string[]) => ({
    ...launch(0, partition, attempt),
    copy: true,
    avoid,
  });

  /** Two tasks; the first took a second, the second one goes on. */
  function oneSlow() {
    const it = script(2, settings);
    it.send(submitted(graph(0, [copyable])), resolved(0, 2), begun(0, 0, 0), begun(1, 0, 0));
    expect(it.send({ ...succeeded(0, 0), nowMs: 1000 } as never)).toEqual([timer(0)]);
    return it;
  }

  test('is made once, when the task is slow, elsewhere', () => {
    const { send } = oneSlow();
    expect(send(tick(0, 1400))).toEqual([timer(1)]);
    expect(send(tick(1, 1700))).toEqual([copy(1, 1, 'e10'), timer(2)]);
    expect(send(begun(1, 1, 1700), tick(2, 9000))).toEqual([timer(3)]);
  });

  test('that is first ends the task, and the other attempt is told to stop', () => {
    for (const [winner, loser] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { send, state } = oneSlow();
      send(tick(0, 2000), begun(1, 1, 2000));
      expect(send(succeeded(0, 1, winner))).toMatchObject([
        { kind: 'abortAttempt', stage: 0, partition: 1, attempt: loser },
        { kind: 'stageCompleted' },
        { kind: 'jobSucceeded' },
      ]);
      expect(send(taskFailed(0, 1, loser, failed('cancelled')), tick(1, 9999))).toEqual([]);
      expect(state().inFlight).toBe(0);
    }
  });

  test('goes on when what it copied fails, and the failure counts', () => {
    const { send, state } = oneSlow();
    expect(send(tick(0, 2000), begun(1, 1, 2000), taskFailed(0, 1, 0, failed('executor-lost')))).toEqual([copy(1, 1, 'e10'), timer(1)]);
    expect(state().stages[0]?.tasks[1]).toMatchObject({ status: 'running', failures: 1 });
    expect(send(taskFailed(0, 1, 1, failed('error')))).toEqual([{ ...launch(0, 1, 2), avoid: ['e11'] }]);
  });

  test('is made of a task that was handed over and never began, too: its executor does not answer', () => {
    const it = script(10, settings);
    it.send(submitted(graph(0, [copyable])), resolved(0, 6), begun(0, 0, 0), begun(1, 0, 0));
    for (const partition of [0, 2, 3]) it.send(begun(partition, 0, 0), { ...succeeded(0, partition), nowMs: 1000 } as never);
    expect(it.send(tick(0, 1100))).toEqual([timer(1)]);
    expect(it.send(tick(1, 2000))).toEqual([copy(1, 1, 'e10'), timer(2)]);
    expect(it.send(begun(1, 1, 2000), { ...succeeded(0, 1, 1), nowMs: 3000 } as never)[0]).toMatchObject({ kind: 'abortAttempt' });
    expect(it.send(tick(2, 3100))).toEqual([copy(4, 1), timer(3)]);
  });

  test('waits for an idle slot', () => {
    const it = script(8, { speculation: { ...settings.speculation, concurrency: 2 } });
    it.send(submitted(graph(0, [copyable])), resolved(0, 4), ...[0, 1, 2, 3].map((partition) => begun(partition, 0, 0)));
    it.send({ ...succeeded(0, 0), nowMs: 100 } as never, { ...succeeded(0, 1), nowMs: 100 } as never);
    expect(it.send(tick(0, 5000))).toEqual([timer(1)]);
    it.send({ ...succeeded(0, 2), nowMs: 5000 } as never);
    expect(it.send(tick(1, 5100))).toEqual([copy(3, 1, 'e30'), timer(2)]);
  });
});

test('the median of run times is right within a twentieth, however many there are', () => {
  const runtimes: Runtimes = {};
  expect(medianRuntimeMs(runtimes)).toBe(null);
  for (let i = 1; i <= 9999; i++) addRuntime(runtimes, (i * 7919) % 10_000);
  expect(Math.abs((medianRuntimeMs(runtimes) as number) - 5000)).toBeLessThan(250);
  expect(Object.keys(runtimes).length).toBeLessThan(100);
});
