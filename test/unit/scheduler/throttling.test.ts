import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
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

const settings = { throttleBaseMs: 100, throttleMaxMs: 400, starvedAfterMs: 1000 };
const warning = (code: 'THROTTLED' | 'NO_CAPACITY', message: string): SchedulerCommand => ({ kind: 'warn', code, message });
const throttledWarning = warning(
  'THROTTLED',
  'The platform refused a task for now (too many requests). Launches pause and go on by themselves; nothing is lost.',
);
const capacityWarning = warning('NO_CAPACITY', 'Tasks wait, but no executor is there to run them. They start as soon as one is.');
const timer = (id: number, ms: number): SchedulerCommand => ({ kind: 'setTimer', id, ms });

function oneStage(slots: number, tasks: number): Script {
  const it = script(slots, settings);
  it.send(submitted(graph(0, [spec(0, [], 'result')])), resolved(0, tasks));
  return it;
}

describe('a throttle', () => {
  test('pauses all launches, twice as long each time, and never counts as a failure', () => {
    const { send } = oneStage(2, 3);
    expect(send(taskFailed(0, 0, 0, failed('throttled')))).toEqual([timer(0, 100), throttledWarning]);
    expect(send(taskFailed(0, 1, 0, failed('throttled')))).toEqual([]);
    expect(send({ kind: 'timerFired', id: 0, nowMs: 100 })).toEqual([launch(0, 1, 1), launch(0, 0, 1)]);
    expect(send(taskFailed(0, 0, 1, failed('throttled')))).toEqual([timer(1, 200)]);
    expect(send({ kind: 'timerFired', id: 0, nowMs: 150 })).toEqual([]);
    expect(send({ kind: 'timerFired', id: 1, nowMs: 300 })).toEqual([launch(0, 0, 2)]);
    expect(send(taskFailed(0, 0, 2, failed('throttled')))).toEqual([timer(2, 400)]);
    send({ kind: 'timerFired', id: 2, nowMs: 700 });
    expect(send(taskFailed(0, 0, 3, failed('throttled')))).toEqual([timer(3, 400)]);
  });

  test('is forgotten when an attempt gets through', () => {
    const { send } = oneStage(2, 3);
    send(taskFailed(0, 0, 0, failed('throttled')), { kind: 'timerFired', id: 0, nowMs: 100 }, taskFailed(0, 0, 1, failed('throttled')));
    expect(send(succeeded(0, 1))).toEqual([]);
    expect(send({ kind: 'timerFired', id: 1, nowMs: 5000 })).toEqual([launch(0, 0, 2), launch(0, 2)]);
    expect(send(taskFailed(0, 0, 2, failed('throttled')))).toEqual([timer(2, 100), throttledWarning]);
  });

  test('is forgotten when its pause ends and nothing waits any more', () => {
    const { send } = oneStage(1, 1);
    expect(send(taskFailed(0, 0, 0, failed('throttled')))).toEqual([timer(0, 100), throttledWarning]);
    send({ kind: 'jobCancelled', job: 0, reason: 'signal' });
    expect(send({ kind: 'timerFired', id: 0, nowMs: 100 })).toEqual([]);
    expect(send(submitted(graph(1, [spec(0, [], 'result')])))).toContainEqual(launch(0, 0, 1));
    expect(send(taskFailed(0, 0, 1, failed('throttled')))).toEqual([timer(1, 100), throttledWarning]);
  });

  test('without end is called starving, with the numbers', () => {
    const { send } = oneStage(2, 3);
    const refuse = (attempt: number) => [taskFailed(0, 0, attempt, failed('throttled')), taskFailed(0, 1, attempt, failed('throttled'))];
    send(...refuse(0), { kind: 'timerFired', id: 0, nowMs: 10_100 });
    send(...refuse(1), { kind: 'timerFired', id: 1, nowMs: 10_300 });
    send(...refuse(2), { kind: 'timerFired', id: 2, nowMs: 10_700 });
    send(...refuse(3));
    expect(send({ kind: 'timerFired', id: 3, nowMs: 11_100 })).toEqual([
      { kind: 'jobFailed', job: 0, failure: { kind: 'starved', waitedMs: 1100, throttles: 8, slots: 2, waitingTasks: 3 } },
      completed(0, 'failed'),
    ]);
  });

  test('is not starving while an attempt runs', () => {
    const { send } = oneStage(2, 2);
    for (const attempt of [0, 1, 2, 3]) {
      send(taskFailed(0, 0, attempt, failed('throttled')));
      expect(send({ kind: 'timerFired', id: attempt, nowMs: 10_000 * (attempt + 1) })).toEqual([launch(0, 0, attempt + 1)]);
    }
  });
});

test('a driver that stood still between refusals is not starving', () => {
  const { send } = oneStage(1, 1);
  const hourMs = 3_600_000;
  for (const attempt of [0, 1, 2]) {
    send(taskFailed(0, 0, attempt, failed('throttled')));
    expect(send({ kind: 'timerFired', id: attempt, nowMs: hourMs * (attempt + 1) })).toEqual([launch(0, 0, attempt + 1)]);
  }
});

describe('without slots', () => {
  test('tasks wait, and start when there are some', () => {
    const { send } = script(0, settings);
    send(submitted(graph(0, [spec(0, [], 'result')])));
    expect(send(resolved(0, 2))).toEqual([started(0, 2), timer(0, 100), capacityWarning]);
    expect(send({ kind: 'capacityChanged', slots: 1 })).toEqual([launch(0, 0)]);
    expect(send({ kind: 'timerFired', id: 0, nowMs: 100 })).toEqual([]);
    expect(send({ kind: 'capacityChanged', slots: 0 }, succeeded(0, 0))).toEqual([timer(1, 100), capacityWarning]);
  });

  test('for too long is starving', () => {
    const { send } = oneStage(0, 1);
    expect(send({ kind: 'timerFired', id: 0, nowMs: 100 })).toEqual([timer(1, 200)]);
    expect(send({ kind: 'timerFired', id: 1, nowMs: 300 })).toEqual([timer(2, 400)]);
    expect(send({ kind: 'timerFired', id: 2, nowMs: 700 })).toEqual([timer(3, 400)]);
    expect(send({ kind: 'timerFired', id: 3, nowMs: 1100 })).toEqual([
      { kind: 'jobFailed', job: 0, failure: { kind: 'starved', waitedMs: 1100, throttles: 0, slots: 0, waitingTasks: 1 } },
      completed(0, 'failed'),
    ]);
  });

  test('taken away, nothing more is launched than fits', () => {
    const { send } = oneStage(3, 5);
    expect(send({ kind: 'capacityChanged', slots: 1 }, succeeded(0, 0), succeeded(0, 1))).toEqual([]);
    expect(send(succeeded(0, 2))).toEqual([launch(0, 3)]);
  });
});
