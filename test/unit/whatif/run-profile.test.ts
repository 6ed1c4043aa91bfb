import { describe, expect, test } from 'vitest';
import { runProfile } from '../../../driver/whatif/run-profile.ts';
import type { AppEvent } from '../../../engine/types/app-event.ts';
import { anEvent } from '../../support/events.ts';

const SHAPE = { partitions: 4, reads: [{ kind: 'data', partitions: 4 }], writes: { kind: 'value' } } as const;
const timed = (events: readonly object[]): readonly AppEvent[] => events.map((event, i) => ({ timeMs: i * 100, ...event }) as AppEvent);
const GOOD = [
  anEvent.appStarted(),
  anEvent.jobStarted(),
  anEvent.stageSubmitted({ shape: SHAPE }),
  anEvent.taskStarted(0),
  anEvent.jobEnded(),
  anEvent.appEnded(),
];

describe('a profile out of an event log', () => {
  test('jobs, partitions that were asked for, and which jobs came before', () => {
    const again = [
      anEvent.jobStarted({ job: 1 }),
      anEvent.stageSubmitted({ tasks: 4, committed: 1, shape: SHAPE }),
      anEvent.jobEnded({ job: 1 }),
    ];
    const events = timed([...GOOD.slice(0, -1), ...again, anEvent.appEnded()]);

    const { jobs, elapsedMs } = runProfile(events);

    expect(jobs).toEqual([
      { job: 0, action: 'count', stages: [0], partitions: 4, after: [] },
      { job: 1, action: 'count', stages: [0], partitions: 3, after: [0] },
    ]);
    expect(elapsedMs).toBe(800);
  });

  test('which tasks were the first of their executor, and of their stage there', () => {
    const ran = (stage: number, partition: number, executorId: string) => [
      anEvent.taskStarted(partition, { stage, executorId }),
      anEvent.taskSucceeded(partition, { stage }),
    ];
    const tasks = [...ran(0, 0, 'a'), ...ran(0, 1, 'b'), ...ran(0, 2, 'a'), ...ran(1, 0, 'a'), ...ran(1, 1, 'c'), ...ran(1, 2, 'a')];
    const stages = [anEvent.stageSubmitted({ shape: SHAPE }), anEvent.stageSubmitted({ stage: 1, shape: SHAPE })];
    const events = timed([anEvent.appStarted(), anEvent.jobStarted(), ...stages, ...tasks, anEvent.jobEnded(), anEvent.appEnded()]);

    expect(runProfile(events).stages.map((stage) => stage.tasks.map((task) => task.ran))).toEqual([
      ['first', 'first', 'later'],
      ['first of its stage', 'first', 'later'],
    ]);
  });

  test.each([
    [[], 'it holds no application'],
    [[anEvent.appStarted()], 'application app-1 has not ended; what it would have done is not known'],
    [[anEvent.appStarted(), anEvent.appEnded({ status: 'failed' })], 'application app-1 failed; what it would have done is not known'],
    [[anEvent.appStarted(), anEvent.appEnded()], 'application app-1 ran no action'],
    [
      [anEvent.appStarted(), anEvent.stageSubmitted(), anEvent.appEnded()],
      'it was written by an older levin, which did not tell what stages read; run the job again',
    ],
  ])('%# says what is missing', (events, why) => {
    expect(() => runProfile(timed(events))).toThrow(`This event log cannot be simulated: ${why}.`);
  });
});
