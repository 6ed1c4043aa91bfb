import { describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

/** Partitions of the last stage that were run, by the event log. */
function lastStage(lv: TestEngine): readonly number[] {
  const started = lv.events.filter((event) => event.kind === 'taskStarted');
  const last = Math.max(...started.map(({ stage }) => stage));
  return started.filter(({ stage }) => stage === last).map(({ partition }) => partition);
}

const tasksOf = (lv: TestEngine): number => lv.events.filter(({ kind }) => kind === 'taskStarted').length;
const isOpen = { queueDepth: 8 };

describe('of an RDD that is placed by ranges', () => {
  const sorted = (lv: TestEngine, ascending = true) =>
    lv
      .range(1000, 5)
      .map((x) => [(x * 7) % 1000, x])
      .sortByKey({ ascending, numPartitions: 20 });

  test.for([true, false])('filterByRange computes the partitions that may hold the keys, ascending %s', async (ascending) => {
    const lv = await openTestEngine(isOpen);
    const found = sorted(lv, ascending)
      .mapPartitionsWithIndex((p, pairs) => [...pairs].map(([k]) => [k, p] as const), true)
      .filterByRange(480, 519);
    const keys = await found.keys().collect();
    const ran = lastStage(lv);
    expect(keys).toEqual(Array.from({ length: 40 }, (_, i) => (ascending ? 480 + i : 519 - i)));
    // 50 keys a partition and some from sampling: 40 neighbours lie in at most three.
    expect(ran.length).toBeLessThanOrEqual(3);
    expect(await found.getNumPartitions()).toBe(ran.length);
    const places = new Set((await found.values().collect()) as number[]);
    expect(places.size).toBeLessThanOrEqual(3);
    expect(Math.min(...places)).toBeGreaterThan(5);
    expect(Math.max(...places)).toBeLessThan(14);
  });

  test('lookup runs one task beside the shuffle', async () => {
    const lv = await openTestEngine(isOpen);
    const rdd = sorted(lv);
    expect(await rdd.lookup(7)).toEqual([1]);
    expect(lastStage(lv).length).toBe(1);
    const before = tasksOf(lv);
    expect(await rdd.lookup(993)).toEqual([999]);
    expect(await rdd.lookup(5000)).toEqual([]);
    expect(tasksOf(lv) - before).toBe(2);
  });

  test('the keys are sampled once, whoever asks first', async () => {
    const lv = await openTestEngine(isOpen);
    const rdd = sorted(lv);
    expect(await rdd.filterByRange(0, 9).getNumPartitions()).toBe(1);
    expect(tasksOf(lv)).toBe(5);
    expect(await rdd.filterByRange(0, 9).count()).toBe(10);
    expect(await rdd.count()).toBe(1000);
    // Sample, map, one of the pruned, all.
    expect(tasksOf(lv)).toBe(5 + 5 + 1 + 20);
  });

  test('what is computed further sees only those partitions', async () => {
    const lv = await openTestEngine(isOpen);
    const few = sorted(lv).filterByRange(100, 120);
    expect((await few.union(few).glom().collect()).length).toBe(2 * (await few.getNumPartitions()));
    expect(await few.reduceByKey((a, b) => a + b, 2).count()).toBe(21);
    expect(await few.filterByRange(110, 200).count()).toBe(11);
    expect((await few.zipWithIndex().collect()).map(([[key], i]) => key - i)).toEqual(Array.from({ length: 21 }, () => 100));
  });

  test('a sort into one partition, empty ranges, empty inputs', async () => {
    const lv = await openTestEngine(isOpen);
    const one = lv
      .parallelize<[number, string]>(
        [
          [2, 'b'],
          [1, 'a'],
        ],
        2,
      )
      .sortByKey({ numPartitions: 1 });
    expect(await one.filterByRange(2, 3).collect()).toEqual([[2, 'b']]);
    expect(await sorted(lv).filterByRange(9, 3).collect()).toEqual([]);
    const none = lv.parallelize<[number, string]>([], 2).sortByKey({ numPartitions: 3 });
    expect([await none.filterByRange(2, 3).collect(), await none.lookup(1)]).toEqual([[], []]);
  });

  test('another driver that goes on finds the same bounds, and runs nothing again', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores, ...isOpen });
    const keys = await sorted(first).filterByRange(480, 519).keys().collect();
    const next = await openTestEngine({ stores, resume: true, ...isOpen });
    expect(await sorted(next).filterByRange(480, 519).keys().collect()).toEqual(keys);
    expect(tasksOf(next)).toBe(0);
  });

  test('samples that are lost are drawn again', async () => {
    const lv = await openTestEngine(isOpen);
    const wide = lv
      .range(4000, 2)
      .map((x) => [`${'k'.repeat(60)}${x}`, x] as const)
      .sortByKey({ numPartitions: 20 });
    const { getRange } = lv.stores.objects;
    let losses = 0;
    Object.assign(lv.stores.objects, {
      async getRange(key: string, ...rest: [number, number]) {
        if (key.includes('/results/') && losses++ === 0) await lv.stores.objects.deleteMany([key]);
        return await getRange(key, ...rest);
      },
    });
    expect(await wide.lookup(`${'k'.repeat(60)}17`)).toEqual([17]);
    expect(losses).toBeGreaterThan(1);
    expect(lv.events.filter(({ kind }) => kind === 'outputLost').length).toBe(1);
  });
});

test('of an RDD that is placed by hash: one key is one partition, a range is all, and stays placed', async () => {
  const lv = await openTestEngine(isOpen);
  const placed = lv
    .range(100, 4)
    .map((x) => [x, x])
    .partitionBy(8);
  expect(await placed.lookup(42)).toEqual([42]);
  expect(lastStage(lv).length).toBe(1);
  expect(await placed.filterByRange(3, 5).getNumPartitions()).toBe(8);
  const before = tasksOf(lv);
  expect(await placed.filterByRange(3, 5).groupByKey().count()).toBe(3);
  expect(tasksOf(lv) - before).toBe(8);
});
