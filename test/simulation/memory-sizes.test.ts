import { expect, test } from 'vitest';
import { summarize } from '../../driver/events/summarize.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { type SimulateOptions, simulate } from '../../simulator/simulate.ts';

/** Sixteen tasks, of which the last reads a thousand times as many records as the others. */
const SKEWED: Parameters<typeof simulate<number>>[0] = (lv) =>
  lv
    .parallelize(
      Array.from({ length: 16 }, (_, i) => i),
      16,
    )
    .map((i) => [i, i === 15 ? 10_000 : 10] as [number, number])
    .flatMap(([i, n]) => Array.from({ length: n }, () => [i, 1] as [number, number]))
    .partitionBy(16)
    .mapPartitions((records) => records)
    .count();

async function run(
  options: Partial<SimulateOptions>,
): Promise<{ readonly events: readonly AppEvent[]; readonly outcome: unknown; readonly elapsedMs: number }> {
  const { outcome, events, elapsedMs } = await simulate(SKEWED, { seed: 'memory', workers: 16, ...options });
  return { events: await events(), outcome, elapsedMs };
}

/** What began, as `stage/partition MB`, without the tasks that began once with the smallest size. */
function enlarged(events: readonly AppEvent[]): readonly string[] {
  const all = events.flatMap((event) => (event.kind === 'taskStarted' ? [`${event.stage}/${event.partition} ${event.memorySizeMb}`] : []));
  const tasks = all.map((text) => text.split(' ')[0] as string);
  return all.filter((_, i) => tasks.filter((task) => task === tasks[i]).length > 1);
}

test('the one task whose records do not fit runs again with larger functions, and no other', async () => {
  // 10,000 records of 100 KB: 1 GB beside the runtime.
  const costs = { nsPerRecord: 500, nsPerByte: 5, heldBytesPerRecord: 100_000 };
  const { events, outcome } = await run({ costs, memorySizesMb: [512, 1024, 2048, 4096], config: { maxTaskFailures: 1 } });
  expect(outcome).toMatchObject({ kind: 'answer', answer: 10_150 });
  const again = enlarged(events);
  expect(again.map((text) => text.split(' ')[1])).toEqual(['512', '1024', '2048']);
  expect(new Set(again.map((text) => text.split(' ')[0])).size).toBe(1);
  expect(summarize(events).tasks).toMatchObject({ succeeded: 32, failed: 2, retried: 2, enlarged: 2 });
});

test('what fits no function fails the job, with what was tried and how many partitions would do', async () => {
  const costs = { nsPerRecord: 500, nsPerByte: 5, heldBytesPerRecord: 100_000 };
  const { outcome } = await run({ costs, memorySizesMb: [512, 1024], config: { maxTaskFailures: 2 } });
  expect(outcome).toMatchObject({
    kind: 'error',
    error: {
      code: 'OUT_OF_MEMORY',
      message: expect.stringMatching(
        /its function has 1024 MB\. To help: .*\. It was tried with 512 and 1,024 MB\. The stage ran .*\. It has 16 partitions: with 32 each task/,
      ),
    },
  });
});

test.each([[[]], [[1769, 885]], [[885, 885]], [[64]], [[20_480]], [[512.5]]])('functions of %j MB cannot be', async (memorySizesMb) => {
  await expect(run({ memorySizesMb })).rejects.toMatchObject({
    code: 'BAD_MEMORY_SIZES',
    message: `Functions cannot have these sizes of memory: [${memorySizesMb.join(', ')}]. Give whole numbers of MB from 128 to 10240, at least one, in ascending order: [885, 1769, 3538].`,
  });
});

test('a function with a part of a CPU takes as much longer; what then takes too long gets a whole one, once', async () => {
  const costs = { nsPerRecord: 1e6, nsPerByte: 0 };
  const [part, whole] = [await run({ costs, memorySizesMb: [442] }), await run({ costs, memorySizesMb: [1768] })];
  // 10,000 records read and as many written, at one ms each.
  expect(part.elapsedMs - whole.elapsedMs).toBeGreaterThan(3 * 10_000);
  const { events, outcome } = await run({
    costs,
    memorySizesMb: [442, 885, 1769, 3538],
    config: { taskTimeoutMs: 25_000, maxTaskFailures: 1 },
  });
  expect(outcome).toMatchObject({ kind: 'answer', answer: 10_150 });
  const raised = events.flatMap((event) => (event.kind === 'memoryRaised' ? [[event.reason, event.fromMb, event.toMb]] : []));
  expect(raised).toEqual([
    ['timeout', 442, 1769],
    ['timeout', 442, 1769],
  ]);
  expect(summarize(events).tasks).toMatchObject({ succeeded: 32, failed: 2, enlarged: 2 });
});
