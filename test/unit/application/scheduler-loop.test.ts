import { expect, test } from 'vitest';
import { createSchedulerLoop } from '../../../driver/application/scheduler-loop.ts';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../../driver/scheduler/settings.ts';

test('a command that cannot be carried out fails all jobs with its error, now and later, and never leaves one hanging', async () => {
  const broken: unknown[] = [];
  const nothing = (): void => undefined;
  const loop = createSchedulerLoop({
    settings: DEFAULT_SCHEDULER_SETTINGS,
    slots: 4,
    effects: {
      resolveStage: (stage) => {
        if (stage === 1) throw new Error('a watcher throws');
      },
      launch: nothing,
      abortAttempt: nothing,
      raiseGeneration: nothing,
      setTimer: nothing,
      stageSubmitted: nothing,
      stageCompleted: nothing,
      memoryRaised: nothing,
      recordsLeftOut: nothing,
      warn: nothing,
    },
    onBroken: (error) => broken.push(error),
  });
  const job = (number: number) =>
    loop.runJob(
      { job: number, final: number, partitions: [0], stages: [{ stage: number, parents: [], kind: 'result', name: `count ${number}` }] },
      (failure) => failure,
    );
  const first = job(0);
  await Promise.all([expect(first).rejects.toThrow('a watcher throws'), expect(job(1)).rejects.toThrow('a watcher throws')]);
  expect(broken.length).toBe(1);
  await expect(job(2)).rejects.toThrow('a watcher throws');
  loop.post({ kind: 'stageResolved', stage: 0, stageId: 'a', taskCount: 1, committed: [], raised: [] });
});
