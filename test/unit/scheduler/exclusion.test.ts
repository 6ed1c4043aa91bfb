import { describe, expect, test } from 'vitest';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import type { ExclusionSettings } from '../../../driver/scheduler/exclusion.ts';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../../driver/scheduler/settings.ts';
import { runOnExecutors } from './executor-model.ts';
import { failed, graph, launch, resolved, script, spec, submitted, succeeded, taskFailed } from './literals.ts';

const exclusion: ExclusionSettings = { stageFailures: 2, applicationFailures: 2, timeoutMs: 60_000 };
const oneStage = graph(0, [spec(0, [], 'result')]);
const begun = (partition: number, attempt: number, executorId: string): SchedulerEvent => ({
  kind: 'taskStarted',
  stage: 0,
  partition,
  attempt,
  executorId,
  nowMs: 0,
});
const warning = (message: string) => ({ kind: 'warn', code: 'EXECUTOR_EXCLUDED', message });

describe('an executor on which tasks fail', () => {
  test('does not get the same task again', () => {
    const { send } = script(4);
    send(submitted(oneStage), resolved(0, 2), begun(0, 0, 'a'));
    expect(send(taskFailed(0, 0, 0, failed('error')))).toEqual([{ ...launch(0, 0, 1), avoid: ['a'] }]);
    expect(send(begun(0, 1, 'b'), taskFailed(0, 0, 1, failed('error')))).toEqual([{ ...launch(0, 0, 2), avoid: ['a', 'b'] }]);
  });

  test('is not blamed when it died: another one takes its place', () => {
    const { send } = script(4);
    send(submitted(oneStage), resolved(0, 2), begun(0, 0, 'a'));
    expect(send(taskFailed(0, 0, 0, failed('executor-lost')))).toEqual([launch(0, 0, 1)]);
  });

  test('gets no more of the stage after two tasks failed on it', () => {
    const { send } = script(2, { exclusion });
    send(submitted(oneStage), resolved(0, 4), begun(0, 0, 'a'), begun(1, 0, 'a'));
    expect(send(taskFailed(0, 0, 0, failed('error')))).toEqual([{ ...launch(0, 0, 1), avoid: ['a'] }]);
    expect(send(taskFailed(0, 1, 0, failed('error')))).toEqual([
      warning(
        'Executor a is left out: 2 tasks of stage 0 (stage 0 at job.ts:1) failed on it: it gets no more of this stage, unless no other executor is there.',
      ),
      { ...launch(0, 1, 1), avoid: ['a'] },
    ]);
    expect(send(succeeded(0, 0, 1))).toEqual([{ ...launch(0, 2), avoid: ['a'] }]);
  });

  test('gets no more of the application once the stage succeeded elsewhere, for as long as is set', () => {
    const { send } = script(2, { exclusion: { ...exclusion, stageFailures: 9 } });
    send(submitted(oneStage), resolved(0, 2), begun(0, 0, 'a'), begun(1, 0, 'a'));
    send(taskFailed(0, 0, 0, failed('error')), taskFailed(0, 1, 0, failed('error')), succeeded(0, 0, 1));
    expect(send({ ...succeeded(0, 1, 1), nowMs: 1000 } as SchedulerEvent)).toContainEqual(
      warning(
        'Executor a is left out: 2 tasks failed on it that succeeded elsewhere: it gets no more tasks for 1 min, unless no other executor is there.',
      ),
    );
    send(submitted(graph(1, [spec(1, [], 'result')])));
    expect(send(resolved(1, 3)).slice(1)).toEqual([
      { ...launch(1, 0), avoid: ['a'] },
      { ...launch(1, 1), avoid: ['a'] },
    ]);
    expect(send({ ...succeeded(1, 0), nowMs: 61_000 } as SchedulerEvent)).toEqual([launch(1, 2)]);
  });

  test('whose stage failed teaches nothing: the mistake was the job’s', () => {
    const { send, state } = script(2, { exclusion, maxTaskFailures: 1 });
    send(submitted(oneStage), resolved(0, 2), begun(0, 0, 'a'), taskFailed(0, 0, 0, failed('error')));
    expect(state().executorFailures).toEqual({});
  });
});

test('of ten executors one fails every task: the stage succeeds, and it gets two tasks in all', () => {
  const run = runOnExecutors({
    graph: oneStage,
    tasks: 200,
    settings: { ...DEFAULT_SCHEDULER_SETTINGS, exclusion },
    runMs: Array.from({ length: 10 }, (_, i) => (i === 3 ? 10 : 1000)),
    slots: 10,
    fails: (_, executor) => executor === 3,
  });
  expect(run.ended).toBe('jobSucceeded');
  expect(run.launches.filter(({ executor }) => executor === 3).length).toBe(2);
});

test('where all executors are to be avoided, tasks run all the same', () => {
  const seen = new Set<number>();
  const run = runOnExecutors({
    graph: oneStage,
    tasks: 4,
    settings: { ...DEFAULT_SCHEDULER_SETTINGS, exclusion: { ...exclusion, stageFailures: 1 } },
    runMs: [1000, 1000],
    slots: 2,
    fails: (_, executor) => !seen.has(executor) && seen.add(executor).has(executor),
  });
  expect(run.ended).toBe('jobSucceeded');
});
