import { expect, test } from 'vitest';
import { summarize } from '../../../driver/events/summarize.ts';
import { failureWith, taskName } from '../../../engine/runtime/worker/task-failure.ts';
import type { AppEvent } from '../../../engine/types/app-event.ts';
import type { TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { openTestEngine } from '../../support/engine.ts';
import type { Script } from '../../support/scripted-runner.ts';

/** Fails attempts that have less than their task needs, as runners do. */
function needing(needsMb: (spec: TaskSpec) => number): Script {
  return async (spec, { memorySizeMb }) => ((memorySizeMb ?? 0) < needsMb(spec) ? outOfMemory(spec, memorySizeMb) : null);
}

function outOfMemory(spec: TaskSpec, mb: number | null): TaskOutcome {
  const message = `${taskName(spec)} ran out of memory: the function has ${mb} MB. To help: use larger functions.`;
  return { kind: 'failure', failure: failureWith('out-of-memory', 'resource', { code: 'OUT_OF_MEMORY', message }) };
}

/** What was begun, as `stage/partition#attempt MB`. */
function begun(events: readonly AppEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.kind === 'taskStarted' ? [`${event.stage}/${event.partition}#${event.attempt} ${event.memorySizeMb}`] : [],
  );
}

test('exactly the tasks that ran out of memory run again, with more, and no failure is counted', async () => {
  const lv = await openTestEngine({
    memorySizesMb: [885, 1769, 3538],
    queueDepth: 20,
    config: { maxTaskFailures: 1 },
    script: needing(({ stageNumber, partition }) => (stageNumber === 1 ? 0 : partition === 7 ? 3000 : 500)),
  });
  const sums = lv
    .range(100, 12)
    .map((x) => [x % 3, x])
    .reduceByKey((a, b) => a + b, 2);
  expect((await sums.collect()).toSorted(([a], [b]) => a - b)).toEqual([
    [0, 1683],
    [1, 1617],
    [2, 1650],
  ]);
  const first = Array.from({ length: 12 }, (_, partition) => `0/${partition}#0 885`);
  expect(begun(lv.events)).toEqual([...first, '0/7#1 1769', '0/7#2 3538', '1/0#0 885', '1/1#0 885']);
  expect(lv.events.flatMap((event) => (event.kind === 'memoryRaised' ? [[event.partition, event.fromMb, event.toMb]] : []))).toEqual([
    [7, 885, 1769],
    [7, 1769, 3538],
  ]);
  expect(summarize(lv.events).tasks).toMatchObject({ succeeded: 14, failed: 2, retried: 2, enlarged: 2 });
});

test('tasks that have not begun start with more when many ran out; a driver that goes on begins with the smallest size again', async () => {
  const script = needing(() => 1000);
  const lv = await openTestEngine({ memorySizesMb: [885, 1769], queueDepth: 4, config: { maxTaskFailures: 1 }, script });
  expect(await lv.range(16, 8).count()).toBe(16);
  const sizes = begun(lv.events).map((text) => text.split(' ')[1]);
  expect(sizes.filter((mb) => mb === '885').length).toBe(4);
  expect(sizes.filter((mb) => mb === '1769').length).toBe(8);
  const next = await openTestEngine({
    stores: lv.stores,
    resume: true,
    memorySizesMb: [885, 1769],
    config: { maxTaskFailures: 1 },
    script,
  });
  expect(await next.range(16, 8).count()).toBe(16);
  expect(await next.range(15, 1).count()).toBe(15);
  expect(begun(next.events)).toEqual(['1/0#0 885', '1/0#1 1769']);
});

test('with the largest size it fails as often as anything, and says what was tried and what to do', async () => {
  const lv = await openTestEngine({ memorySizesMb: [1769, 3538], config: { maxTaskFailures: 2 }, script: needing(() => 4000) });
  await expect(
    lv
      .range(1000, 1)
      .map((x) => x + 1)
      .count(),
  ).rejects.toMatchObject({
    code: 'OUT_OF_MEMORY',
    fault: 'resource',
    message: expect.stringMatching(
      /^count: task 0 of stage 0 \(count at memory-sizes\.test\.ts:\d+\) failed 2 times, last with: task 0 of stage 0 ran out of memory: the function has 3538 MB\. To help: use larger functions\. It was tried with 1,769 and 3,538 MB\. The stage ran map\S* at memory-sizes\.test\.ts:\d+\. It has 1 partition: with 2 each task would have about half as much to do, unless a single record or key is the reason\.$/,
    ),
  });
  expect(begun(lv.events)).toEqual(['0/0#0 1769', '0/0#1 3538', '0/0#2 3538']);
});
