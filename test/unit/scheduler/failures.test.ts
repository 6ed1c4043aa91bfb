import { describe, expect, test } from 'vitest';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import type { LostOutput } from '../../../engine/types/failure.ts';
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

/** Stage 0 with two tasks feeds stage 1 with two; all four slots are free. */
function running(more: { readonly slots?: number; readonly settings?: Parameters<typeof script>[1] } = {}): Script {
  const it = script(more.slots ?? 4, more.settings);
  it.send(submitted(graph(0, [spec(0, []), spec(1, [0], 'result')])), resolved(0, 2), resolved(1, 2));
  return it;
}

const typeError = (line: number) =>
  failed('user-error', { name: 'TypeError', stack: `TypeError: x\n    at f (file:///work/job.ts:${line}:5)` });

describe('a task that fails', () => {
  test('is tried again before tasks that never ran, and ends the job the fourth time', () => {
    const { send } = script(1);
    send(submitted(graph(0, [spec(0, [], 'result')])), resolved(0, 2));
    for (const attempt of [0, 1, 2]) {
      expect(send(taskFailed(0, 0, attempt, failed('user-error')))).toEqual([launch(0, 0, attempt + 1)]);
    }
    const failure = failed('executor-lost');
    expect(send(taskFailed(0, 0, 3, failure))).toEqual([
      {
        kind: 'jobFailed',
        job: 0,
        failure: {
          kind: 'taskFailed',
          stage: 0,
          name: 'stage 0 at job.ts:1',
          partition: 0,
          taskCount: 2,
          triedMb: [],
          failures: 4,
          repeated: false,
          failure,
        },
      },
      completed(0, 'failed'),
    ]);
  });

  test('ends the job after as many failures as configured', () => {
    const { send } = running({ settings: { maxTaskFailures: 1 } });
    expect(send(taskFailed(0, 1, 0, failed('out-of-memory')))).toMatchObject([
      { kind: 'jobFailed', failure: { partition: 1, failures: 1, repeated: false } },
      completed(0, 'failed'),
      { kind: 'abortAttempt', partition: 0 },
    ]);
  });

  test('that computes past its limit is tried once more, one that waits as often as others', () => {
    const timeout = (cpuBound: boolean) => ({ ...failed('timeout'), cpuBound });
    const busy = running();
    busy.send(taskFailed(0, 0, 0, timeout(true)), taskFailed(0, 1, 0, timeout(true)));
    expect(busy.send(taskFailed(0, 0, 1, timeout(true)))[0]).toMatchObject({
      kind: 'jobFailed',
      failure: { partition: 0, failures: 2, repeated: true, failure: { kind: 'timeout' } },
    });
    const waiting = running();
    for (const attempt of [0, 1, 2]) expect(waiting.send(taskFailed(0, 0, attempt, timeout(false)))).toEqual([launch(0, 0, attempt + 1)]);
    expect(waiting.send(taskFailed(0, 0, 3, timeout(false)))[0]).toMatchObject({ kind: 'jobFailed', failure: { failures: 4 } });
  });

  test('counts its own failures only', () => {
    const { send } = running();
    const commands = [0, 1, 2].flatMap((attempt) => [0, 1].flatMap((partition) => send(taskFailed(0, partition, attempt, failed('exit')))));
    expect(commands).toEqual([1, 2, 3].flatMap((attempt) => [launch(0, 0, attempt), launch(0, 1, attempt)]));
  });

  test('with the same mistake at the same place twice ends the job at once, also in two tasks', () => {
    const { send } = running();
    expect(send(taskFailed(0, 0, 0, typeError(3)))).toEqual([launch(0, 0, 1)]);
    expect(send(taskFailed(0, 1, 0, typeError(4)))).toEqual([launch(0, 1, 1)]);
    expect(send(taskFailed(0, 1, 1, typeError(3)))).toEqual([
      {
        kind: 'jobFailed',
        job: 0,
        failure: {
          kind: 'taskFailed',
          stage: 0,
          name: 'stage 0 at job.ts:1',
          partition: 1,
          taskCount: 2,
          triedMb: [],
          failures: 2,
          repeated: true,
          failure: typeError(3),
        },
      },
      completed(0, 'failed'),
      { kind: 'abortAttempt', stage: 0, partition: 0, attempt: 1 },
    ]);
  });

  test('ends every job that needs its stage', () => {
    const it = running();
    it.send(submitted(graph(1, [spec(0, []), spec(2, [0], 'result')])), resolved(2, 1));
    it.send(taskFailed(0, 0, 0, typeError(3)));
    const commands = it.send(taskFailed(0, 0, 1, typeError(3)));
    expect(commands.flatMap((command) => (command.kind === 'jobFailed' ? [command.job] : []))).toEqual([0, 1]);
  });

  test('leaves no trace for a later job over the same stage', () => {
    const { send } = running();
    send(taskFailed(0, 0, 0, typeError(3)), taskFailed(0, 0, 1, typeError(3)), succeeded(0, 1));
    send(submitted(graph(1, [spec(0, []), spec(2, [0], 'result')])));
    expect(send(resolved(2, 1))).toEqual([started(0, 2, 1, 1), launch(0, 0, 2)]);
    expect(send(taskFailed(0, 0, 2, typeError(3)))).toEqual([launch(0, 0, 3)]);
  });

  test('late or twice changes nothing', () => {
    const { send, state } = running();
    send(taskFailed(0, 0, 0, failed('executor-lost')), succeeded(0, 1));
    const before = JSON.stringify(state());
    expect(send(taskFailed(0, 0, 0, failed('executor-lost')), taskFailed(0, 1, 0, failed('error')), succeeded(0, 1))).toEqual([]);
    expect(send(taskFailed(9, 0, 0, failed('error')), succeeded(0, 7), { kind: 'timerFired', id: 5, nowMs: 0 })).toEqual([]);
    expect(JSON.stringify(state())).toBe(before);
  });

  test('and committed all the same is done: the next attempt is told to stop', () => {
    const { send } = running();
    expect(send(taskFailed(0, 0, 0, failed('executor-lost')))).toEqual([launch(0, 0, 1)]);
    expect(send(succeeded(0, 0, 0))).toEqual([{ kind: 'abortAttempt', stage: 0, partition: 0, attempt: 1 }]);
    expect(send(succeeded(0, 1))).toEqual([completed(0), started(1, 2), launch(1, 0), launch(1, 1)]);
    expect(send(succeeded(0, 0, 1))).toEqual([]);
  });

  test('after it was aborted says nothing about the attempt that runs now', () => {
    const it = running();
    it.send({ kind: 'jobCancelled', job: 0, reason: 'signal' }, submitted(graph(1, [spec(0, []), spec(2, [0], 'result')])));
    expect(it.send(resolved(2, 1))).toEqual([started(0, 2, 0, 1), launch(0, 1, 1), launch(0, 0, 1)]);
    expect(it.send(taskFailed(0, 0, 0, typeError(3)), taskFailed(0, 1, 0, typeError(3)))).toEqual([]);
    expect(it.state().inFlight).toBe(2);
  });

  test('by a cancel that nobody asked for is counted, so that it ends', () => {
    const { send } = running();
    for (const attempt of [0, 1, 2]) expect(send(taskFailed(0, 0, attempt, failed('cancelled')))).toEqual([launch(0, 0, attempt + 1)]);
    expect(send(taskFailed(0, 0, 3, failed('superseded')))[0]).toMatchObject({ kind: 'jobFailed', failure: { failures: 4 } });
  });
});

describe('lost input', () => {
  const lost = (...outputs: readonly [stage: number, partition: number, generation: number][]): readonly LostOutput[] =>
    outputs.map(([stage, partition, generation]) => ({ stageId: `s${stage}`, partition, generation }));
  const fetchFailed = (partition: number, attempt: number, outputs: readonly LostOutput[]): SchedulerEvent =>
    taskFailed(1, partition, attempt, failed('fetch-failed', { lost: outputs }));
  const raised = (partition: number, generation: number, stage = 0): SchedulerEvent => ({
    kind: 'generationRaised',
    stage,
    partition,
    generation,
  });

  function consuming(): Script {
    const it = running();
    it.send(succeeded(0, 0), succeeded(0, 1));
    return it;
  }

  test('runs exactly its producer again, under the next generation, then the consumer', () => {
    const { send } = consuming();
    expect(send(fetchFailed(0, 0, lost([0, 1, 0])))).toEqual([
      { kind: 'raiseGeneration', stage: 0, partition: 1, from: 0 },
      started(0, 2, 1, 1),
    ]);
    expect(send(raised(1, 1))).toEqual([launch(0, 1, 1, 1)]);
    expect(send(succeeded(0, 1, 0, 0))).toEqual([]);
    expect(send(succeeded(0, 1, 1, 1))).toEqual([completed(0), launch(1, 0, 1)]);
    expect(send(succeeded(1, 1), succeeded(1, 0, 1))).toEqual([completed(1), { kind: 'jobSucceeded', job: 0 }]);
  });

  test('is raised once, however many tell of it', () => {
    const { send } = consuming();
    send(fetchFailed(0, 0, lost([0, 1, 0])));
    expect(send(fetchFailed(1, 0, lost([0, 1, 0], [0, 0, 0])))).toEqual([{ kind: 'raiseGeneration', stage: 0, partition: 0, from: 0 }]);
    expect(send(raised(1, 1), raised(1, 1), raised(0, 1))).toEqual([launch(0, 1, 1, 1), launch(0, 0, 1, 1)]);
  });

  test('is not made again on an old answer about its generation', () => {
    const { send } = consuming();
    send(fetchFailed(0, 0, lost([0, 1, 0])), raised(1, 1), succeeded(0, 1, 1, 1));
    expect(send(fetchFailed(1, 0, lost([0, 1, 0])))).toEqual([launch(1, 1, 1)]);
    expect(send(fetchFailed(0, 1, lost([0, 1, 1])))[0]).toEqual({ kind: 'raiseGeneration', stage: 0, partition: 1, from: 1 });
    expect(send(raised(1, 1))).toEqual([]);
    expect(send(raised(1, 2))).toEqual([launch(0, 1, 2, 2)]);
  });

  test('of a producer whose own input is gone is made again from further up', () => {
    const it = script(4);
    it.send(submitted(graph(0, [spec(0, []), spec(1, [0]), spec(2, [1], 'result')])), resolved(0, 1), resolved(1, 1), resolved(2, 1));
    it.send(succeeded(0, 0), succeeded(1, 0));
    expect(it.send(taskFailed(2, 0, 0, failed('fetch-failed', { lost: lost([1, 0, 0]) })))).toEqual([
      { kind: 'raiseGeneration', stage: 1, partition: 0, from: 0 },
      started(1, 1, 0, 1),
    ]);
    expect(it.send(raised(0, 1, 1))).toEqual([launch(1, 0, 1, 1)]);
    expect(it.send(taskFailed(1, 0, 1, failed('fetch-failed', { lost: lost([0, 0, 0]) })))).toEqual([
      { kind: 'raiseGeneration', stage: 0, partition: 0, from: 0 },
      started(0, 1, 0, 1),
    ]);
    expect(it.send(raised(0, 1), succeeded(0, 0, 1, 1))).toEqual([launch(0, 0, 1, 1), completed(0), launch(1, 0, 2, 1)]);
    expect(it.send(succeeded(1, 0, 2, 1), succeeded(2, 0, 1))).toEqual([
      completed(1),
      launch(2, 0, 1),
      completed(2),
      { kind: 'jobSucceeded', job: 0 },
    ]);
  });

  test('ends the job at the fourth attempt of the stage in a row; tasks of one burst count once', () => {
    const { send } = consuming();
    send(fetchFailed(0, 0, lost([0, 0, 0])), fetchFailed(1, 0, lost([0, 1, 0])), raised(0, 1), raised(1, 1));
    send(succeeded(0, 0, 1, 1), succeeded(0, 1, 1, 1));
    for (const generation of [1, 2]) {
      send(
        fetchFailed(0, generation, lost([0, 0, generation])),
        raised(0, generation + 1),
        succeeded(0, 0, generation + 1, generation + 1),
      );
    }
    const outputs = lost([0, 0, 3]);
    expect(send(fetchFailed(0, 3, outputs))).toEqual([
      { kind: 'raiseGeneration', stage: 0, partition: 0, from: 3 },
      { kind: 'jobFailed', job: 0, failure: { kind: 'inputLost', stage: 1, name: 'stage 1 at job.ts:2', stageAttempts: 4, lost: outputs } },
      { kind: 'abortAttempt', stage: 1, partition: 1, attempt: 1 },
      completed(1, 'failed'),
    ]);
  });

  test('that nobody knows counts as a failure of the task', () => {
    const { send } = consuming();
    const unknown = [{ stageId: 'other', partition: 0, generation: 0 }];
    for (const attempt of [0, 1, 2]) expect(send(fetchFailed(0, attempt, unknown))).toEqual([launch(1, 0, attempt + 1)]);
    expect(send(fetchFailed(0, 3, unknown))[0]).toMatchObject({ kind: 'jobFailed', failure: { kind: 'taskFailed', failures: 4 } });
  });

  test('that the driver finds when it collects is made again for the next job that asks', () => {
    const it = consuming();
    it.send(succeeded(1, 0), succeeded(1, 1));
    expect(it.send({ kind: 'outputLost', lost: lost([1, 1, 0], [0, 0, 0]) })).toEqual([
      { kind: 'raiseGeneration', stage: 1, partition: 1, from: 0 },
      { kind: 'raiseGeneration', stage: 0, partition: 0, from: 0 },
    ]);
    it.send(raised(1, 1, 1), raised(0, 1));
    expect(it.send(submitted(graph(1, [spec(0, []), spec(1, [0], 'result')])))).toEqual([started(0, 2, 1, 1), launch(0, 0, 1, 1)]);
    expect(it.send(succeeded(0, 0, 1, 1))).toEqual([completed(0), started(1, 2, 1, 1), launch(1, 1, 1, 1)]);
    expect(it.send(succeeded(1, 1, 1, 1))).toEqual([completed(1), { kind: 'jobSucceeded', job: 1 }]);
  });
});
