import { expect, test } from 'vitest';
import type { AppEvent } from '../../../engine/types/app-event.ts';
import { openTestEngine, type TestEngine } from '../../support/engine.ts';

const SIZES = [885, 1769, 3538];

/** Sizes that first attempts were given, by stage. */
function sizesOf(events: readonly AppEvent[]): Readonly<Record<number, readonly (number | null | undefined)[]>> {
  const sizes: Record<number, (number | null | undefined)[]> = {};
  for (const event of events) {
    if (event.kind !== 'taskStarted') continue;
    const before = sizes[event.stage] ?? [];
    if (!before.includes(event.memorySizeMb)) sizes[event.stage] = [...before, event.memorySizeMb];
  }
  return sizes;
}

const open = async (memorySizesMb: readonly number[] = SIZES): Promise<TestEngine> => await openTestEngine({ memorySizesMb });

test('tasks of a stage begin with the smallest size that has what its RDDs ask for at most; other stages with the smallest of all', async () => {
  const lv = await open();
  const pairs = lv
    .range(12, 3)
    .map((x) => [x % 3, x])
    .withResources({ memoryMb: 886 })
    .filter(() => true)
    .withResources({ memoryMb: 100 });
  const sums = pairs.reduceByKey((a, b) => a + b, 2);
  expect((await sums.collect()).length).toBe(3);
  expect(sizesOf(lv.events)).toEqual({ 0: [1769], 1: [885] });
  // What is made stays.
  expect(
    await sums
      .mapValues((x) => x + 1)
      .withResources({ memoryMb: 3538 })
      .count(),
  ).toBe(3);
  expect(sizesOf(lv.events)).toEqual({ 0: [1769], 1: [885], 2: [3538] });
});

test('what a coalesce reads in groups, what is sampled and what is counted first has the size, too', async () => {
  const lv = await open();
  const sums = lv
    .range(12, 3)
    .map((x) => [x, x])
    .reduceByKey((a, b) => a + b, 4)
    .withResources({ memoryMb: 3538 });
  expect(await sums.coalesce(2).count()).toBe(12);
  expect(sizesOf(lv.events)[1]).toEqual([3538]);
  const other = await open();
  const sorted = other
    .range(12, 3)
    .withResources({ memoryMb: 1000 })
    .sortBy((x) => -x, { numPartitions: 2 });
  expect(await sorted.zipWithIndex().count()).toBe(12);
  // Samples, the map side of the sort, the count that numbers need, the answer.
  expect(sizesOf(other.events)).toEqual({ 0: [1769], 1: [1769], 2: [885], 3: [885] });
});

test('it is no part of what a stage is', async () => {
  const stagesOf = async (asks: boolean): Promise<readonly string[]> => {
    const lv = await open();
    const numbers = lv.range(12, 3);
    const unique = numbers.distinct(2);
    if (asks) for (const rdd of [numbers, unique]) rdd.withResources({ memoryMb: 3538 });
    await unique.count();
    expect(sizesOf(lv.events)).toEqual(asks ? { 0: [3538], 1: [3538] } : { 0: [885], 1: [885] });
    return lv.events.flatMap((event) => (event.kind === 'stageSubmitted' ? [event.stageId] : []));
  };
  const stages = await stagesOf(false);
  expect(stages.length).toBe(2);
  expect(await stagesOf(true)).toEqual(stages);
});

test('more than any executor has fails at the action, before anything runs; asked for less, the same RDD is computed', async () => {
  const lv = await open();
  const pairs = lv
    .range(12, 3)
    .map((x) => [x % 3, x])
    .withResources({ memoryMb: 3539 });
  const sums = pairs.reduceByKey((a, b) => a + b, 2);
  await expect(sums.collect()).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    fault: 'user',
    message: expect.stringMatching(
      /^collect: stage 0 \(reduceByKey at with-resources\.test\.ts:\d+\) computes an RDD that asks for 3,539 MB \(withResources\), and executors have 885, 1,769, 3,538 MB\. Ask for at most 3,538 MB, or get larger executors: on AWS with levin deploy --memory-sizes, which takes up to 10240; with local-cluster\[executors,cores,memoryMb\] by its last number\.$/,
    ),
  });
  expect(lv.attempts).toEqual([]);
  pairs.withResources({ memoryMb: 3538 });
  expect((await sums.collect()).length).toBe(3);
  expect(sizesOf(lv.events)[0]).toEqual([3538]);
});

test('where all executors have one size, or one that nobody knows, there is nothing to choose', async () => {
  const one = await open([512]);
  expect(await one.range(4, 2).withResources({ memoryMb: 300 }).count()).toBe(4);
  expect(sizesOf(one.events)).toEqual({ 0: [512] });
  await expect(one.range(4, 2).withResources({ memoryMb: 513 }).count()).rejects.toThrow('executors have 512 MB');
  const unknown = await open([]);
  expect(await unknown.range(4, 2).withResources({ memoryMb: 1_000_000 }).count()).toBe(4);
});

test('the last call counts, for this RDD alone; what is no memory is refused', async () => {
  const lv = await open();
  const rdd = lv.range(4, 2);
  expect(rdd.getResourceProfile()).toBe(null);
  expect(rdd.withResources({ memoryMb: 3538 }).withResources({ memoryMb: 5 })).toBe(rdd);
  expect(rdd.getResourceProfile()).toEqual({ memoryMb: 5 });
  expect(rdd.map((x) => x).getResourceProfile()).toBe(null);
  for (const wrong of [0, 1.5, -1, Number.NaN, '512', undefined]) {
    expect(() => rdd.withResources({ memoryMb: wrong as number })).toThrow(
      'it must be a whole number of MB from 1, as in { memoryMb: 3538 }.',
    );
  }
  expect(() => rdd.withResources(undefined as never)).toThrow('withResources: memoryMb is undefined;');
});
