import { expect, test } from 'vitest';
import type { ActionRequest } from '../../../driver/application/application.ts';
import { createJobControl, type JobControl } from '../../../driver/application/job-control.ts';
import { createRunningProperties } from '../../../driver/application/running-properties.ts';
import { createEventBus } from '../../../driver/events/event-bus.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import type { TaskRunner } from '../../../engine/ports/task-runner.ts';
import type { AppEvent } from '../../../engine/types/app-event.ts';

const REQUEST = { name: 'count', node: null, sink: { kind: 'count' }, callSite: null, options: {} } as never as ActionRequest;

function control(paid?: TaskRunner['paid']): { readonly jobs: JobControl; readonly events: AppEvent[] } {
  const bus = createEventBus(createVirtualClock());
  const events: AppEvent[] = [];
  bus.subscribe((event) => void events.push(event));
  const runner = { ...(paid === undefined ? {} : { paid }) } as TaskRunner;
  return { jobs: createJobControl({ runner, bus }), events };
}

/** An action of a group that ends when it is cancelled: with the reason. */
const waiting = (jobs: JobControl, group: string, request = REQUEST): Promise<unknown> =>
  jobs.within({ values: [['jobGroup', group]], tags: [] }, () =>
    jobs.run(
      request,
      ({ options: { signal } }) =>
        new Promise((resolve) => {
          if (signal?.aborted) resolve(signal.reason);
          signal?.addEventListener('abort', () => resolve(signal.reason));
        }),
    ),
  );

test('the last 1,000 groups that were cancelled for ever are remembered, a group again from when it was last cancelled', async () => {
  const { jobs } = control();
  for (let i = 0; i < 1000; i++) await jobs.cancel({ kind: 'group', group: `g${i}`, future: true }, null);
  await jobs.cancel({ kind: 'group', group: 'g0', future: true }, 'again');
  await jobs.cancel({ kind: 'group', group: 'one more', future: true }, null);
  expect(await waiting(jobs, 'g0')).toBe('the job group "g0" was cancelled, with all its future jobs: again');
  expect(await waiting(jobs, 'g2')).toBe('the job group "g2" was cancelled, with all its future jobs');
  const forgotten = waiting(jobs, 'g1');
  await jobs.cancel({ kind: 'all' }, null);
  expect(await forgotten).toBe('all jobs were cancelled');
});

test('what is told to stop and paid for until then is said, and nothing where nothing was cancelled', async () => {
  const asked: string[] = [];
  const { jobs, events } = control((which) => {
    asked.push(which);
    return { invocations: 2, gbSeconds: 100 };
  });
  await jobs.cancel({ kind: 'group', group: 'g', future: false }, null);
  const action = waiting(jobs, 'g');
  await jobs.cancel({ kind: 'group', group: 'g', future: false }, 'late');
  expect(await action).toBe('the job group "g" was cancelled: late');
  expect(asked).toEqual(['stopping']);
  expect(events.flatMap((event) => (event.kind === 'warning' ? [[event.code, event.message]] : []))).toEqual([
    [
      'CANCELLING',
      'Cancelling: the job group "g" was cancelled: late. 2 invocations are in flight and told to stop; until they have, they are paid for, at most 100 GB-seconds ($0.001667).',
    ],
  ]);
});

test('an action with a signal of its own ends by either', async () => {
  const { jobs } = control();
  const own = new AbortController();
  const first = waiting(jobs, 'g', { ...REQUEST, options: { signal: own.signal } });
  const second = waiting(jobs, 'g', { ...REQUEST, options: { signal: new AbortController().signal } });
  own.abort('by itself');
  expect(await first).toBe('by itself');
  await jobs.cancel({ kind: 'all' }, null);
  expect(await second).toBe('all jobs were cancelled');
});

test('tasks of a stage that several jobs use are told the properties of the first that runs', () => {
  const running = createRunningProperties();
  const of = (pool: string) => ({ values: new Map([['pool', pool]]), tags: [] });
  running.begin(0, [0, 1], { values: new Map(), tags: [] });
  running.begin(1, [1, 2], of('b'));
  running.begin(2, [2], of('c'));
  expect([0, 1, 2].map((stage) => running.ofStage(stage)?.['pool'] ?? null)).toEqual([null, null, 'b']);
  running.end(0);
  running.end(0);
  expect([0, 1, 2].map((stage) => running.ofStage(stage)?.['spark.scheduler.pool'] ?? null)).toEqual([null, 'b', 'b']);
  running.end(1);
  expect([1, 2].map((stage) => running.ofStage(stage)?.['pool'] ?? null)).toEqual([null, 'c']);
});
