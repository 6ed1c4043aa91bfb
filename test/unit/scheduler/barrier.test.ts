import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import type { StageSpec } from '../../../driver/scheduler/job-graph.ts';
import {
  completed,
  failed,
  graph,
  launch,
  resolved,
  type Script,
  script,
  spec,
  started,
  submitted,
  succeeded,
  taskFailed,
} from './literals.ts';

const barrier = (stage: number, parents: readonly number[] = [], kind: StageSpec['kind'] = 'result'): StageSpec => ({
  ...spec(stage, parents, kind),
  barrier: true,
});
const together = (partition: number, o: { gang: number; attempt?: number; generation?: number; stage?: number }): SchedulerCommand =>
  ({ ...launch(o.stage ?? 0, partition, o.attempt ?? 0, o.generation ?? 0), gang: o.gang }) as SchedulerCommand;
const abort = (partition: number, attempt = 0): SchedulerCommand => ({ kind: 'abortAttempt', stage: 0, partition, attempt });
const giveUp = (partition: number, from = 0): SchedulerCommand => ({
  kind: 'raiseGeneration',
  stage: 0,
  partition,
  from,
  uncommitted: true,
});
/** Slots are kept for it from now on. */
const keeps: SchedulerCommand = { kind: 'setTimer', id: 0, ms: 5000 };
const raised = (partition: number, generation = 1): SchedulerEvent => ({ kind: 'generationRaised', stage: 0, partition, generation });
const newly = (failure = 'user-error'): SchedulerCommand => ({
  kind: 'warn',
  code: 'BARRIER_RESTARTED',
  message: `All tasks of stage 0 (stage 0 at job.ts:1) begin anew, for they run together and one has failed: ${failure}`,
});

/** A barrier stage of two tasks, both running. */
function running(settings: Parameters<typeof script>[1] = {}): Script {
  const it = script(2, settings);
  expect(it.send(submitted(graph(0, [barrier(0)])), resolved(0, 2)).slice(1)).toEqual([
    started(0, 2),
    together(0, { gang: 1 }),
    together(1, { gang: 1 }),
  ]);
  return it;
}

/** Task 1 fails, the other one ends, and all generations are raised. */
function restart({ send }: Script, round: number): readonly SchedulerCommand[] {
  return send(
    { ...taskFailed(0, 1, round, failed('user-error')), generation: round } as SchedulerEvent,
    { ...taskFailed(0, 0, round, failed('cancelled')), generation: round } as SchedulerEvent,
    raised(0, round + 1),
    raised(1, round + 1),
  );
}

describe('a barrier stage', () => {
  test('waits until there is room for all its tasks, and what stands behind it waits, too, for a while', () => {
    const { send } = script(3);
    send(submitted(graph(0, [spec(0, [], 'result')])), resolved(0, 2));
    expect(
      send(submitted(graph(1, [barrier(1)])), resolved(1, 2), submitted(graph(2, [spec(2, [], 'result')])), resolved(2, 1)),
    ).not.toContainEqual(expect.objectContaining({ kind: 'launch' }));
    expect(send(succeeded(0, 0))).toEqual([together(0, { stage: 1, gang: 1 }), together(1, { stage: 1, gang: 1 })]);
    expect(send(succeeded(0, 1))).toContainEqual(launch(2, 0));
  });

  test('counts what runs at once, not what is queued', () => {
    const { send } = script(40, { concurrency: 2 });
    send(submitted(graph(0, [spec(0, [], 'result')])), resolved(0, 1), submitted(graph(1, [barrier(1)])));
    expect(send(resolved(1, 2))).toEqual([started(1, 2), keeps]);
    expect(send(succeeded(0, 0))).toContainEqual(together(1, { stage: 1, gang: 1 }));
  });

  test('begins anew when one task fails: the others are called off, and nothing of before can commit', () => {
    const it = running();
    expect(it.send(taskFailed(0, 1, 0, failed('user-error')))).toEqual([abort(0), newly(), keeps]);
    expect(it.send(taskFailed(0, 0, 0, failed('cancelled')))).toEqual([giveUp(0), giveUp(1)]);
    expect(it.send(raised(1))).toEqual([]);
    const again = { gang: 2, attempt: 1, generation: 1 };
    expect(it.send(raised(0))).toEqual([together(0, again), together(1, again)]);
    expect(it.send(succeeded(0, 0, 1, 1), succeeded(0, 1, 1, 1))).toEqual([completed(0), { kind: 'jobSucceeded', job: 0 }]);
  });

  test('takes back what was committed already, also when it was committed after the failure', () => {
    const it = running();
    expect(it.send(succeeded(0, 0), taskFailed(0, 1, 0, failed('executor-lost')))).toEqual([
      newly('executor-lost'),
      { kind: 'raiseGeneration', stage: 0, partition: 0, from: 0 },
      giveUp(1),
    ]);
    const late = running();
    expect(late.send(taskFailed(0, 1, 0, failed('user-error')), succeeded(0, 0)).slice(2)).toEqual([
      keeps,
      { kind: 'raiseGeneration', stage: 0, partition: 0, from: 0 },
      giveUp(1),
    ]);
  });

  test('ends the job after as many attempts of the stage as configured, whichever tasks failed', () => {
    const it = running({ maxStageAttempts: 3 });
    for (const round of [0, 1])
      expect(restart(it, round)).toContainEqual(together(0, { gang: round + 2, attempt: round + 1, generation: round + 1 }));
    const last = it.send({ ...taskFailed(0, 0, 2, failed('user-error')), generation: 2 } as SchedulerEvent);
    expect(last).toMatchObject([
      { kind: 'abortAttempt', partition: 1 },
      { kind: 'jobFailed', failure: { kind: 'taskFailed', partition: 0 } },
      completed(0, 'failed'),
    ]);
  });

  test('ends the job when one task has failed as often as configured', () => {
    const it = running({ maxTaskFailures: 2 });
    restart(it, 0);
    expect(it.send({ ...taskFailed(0, 1, 1, failed('user-error')), generation: 1 } as SchedulerEvent)).toContainEqual(
      expect.objectContaining({ kind: 'jobFailed', failure: expect.objectContaining({ partition: 1, failures: 2, repeated: false }) }),
    );
  });

  test('that another driver had begun anew is given up once more: its gang may still run', () => {
    const { send } = script(2);
    send(submitted(graph(0, [barrier(0)])));
    const again = { ...resolved(0, 2), raised: [{ partition: 1, generation: 1 }] } as SchedulerEvent;
    expect(send(again)).toEqual([started(0, 2), giveUp(0), giveUp(1, 1)]);
    expect(send(raised(0), raised(1, 2))).toEqual([
      keeps,
      together(0, { gang: 2, generation: 1 }),
      together(1, { gang: 2, generation: 2 }),
    ]);
  });

  test('fails at the second time when the mistake is the same', () => {
    const it = running();
    const mistake = failed('user-error', { name: 'TypeError', stack: 'TypeError: x\n    at f (file:///work/job.ts:3:5)' });
    it.send(taskFailed(0, 1, 0, mistake), taskFailed(0, 0, 0, failed('cancelled')), raised(0), raised(1));
    expect(it.send({ ...taskFailed(0, 1, 1, mistake), generation: 1 } as SchedulerEvent)).toContainEqual(
      expect.objectContaining({ kind: 'jobFailed', failure: expect.objectContaining({ repeated: true }) }),
    );
  });

  test('that another driver left half done is done anew', () => {
    const { send } = script(2);
    send(submitted(graph(0, [barrier(0)])));
    expect(send(resolved(0, 2, [1]))).toEqual([started(0, 2, 1), giveUp(0), { kind: 'raiseGeneration', stage: 0, partition: 1, from: 0 }]);
  });

  test('of which one output is lost is done anew', () => {
    const { send } = script(2);
    send(
      submitted(graph(0, [barrier(0, [], 'map'), spec(1, [0], 'result')])),
      resolved(0, 2),
      resolved(1, 1),
      succeeded(0, 0),
      succeeded(0, 1),
    );
    const lost = failed('fetch-failed', { lost: [{ stageId: 's0', partition: 1, generation: 0 }] });
    expect(send(taskFailed(1, 0, 0, lost))).toContainEqual({ kind: 'raiseGeneration', stage: 0, partition: 1, from: 0 });
    expect(send(raised(1))).toEqual([{ kind: 'raiseGeneration', stage: 0, partition: 0, from: 0 }, giveUp(1, 1)]);
    expect(send(raised(0), raised(1, 2))).toEqual([
      keeps,
      together(0, { gang: 2, attempt: 1, generation: 1 }),
      together(1, { gang: 2, attempt: 1, generation: 2 }),
    ]);
  });
});
