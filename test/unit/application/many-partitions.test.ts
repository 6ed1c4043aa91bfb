import { describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../support/engine.ts';

/** Only so that something quadratic fails rather than hangs. */
const HANG_MS = 180_000;
const MANY = 10_000;

/** Tasks of each stage that ran, by the event log. */
function tasksByStage(lv: TestEngine): readonly number[] {
  const counts: number[] = [];
  for (const event of lv.events) if (event.kind === 'taskStarted') counts[event.stage] = (counts[event.stage] ?? 0) + 1;
  return counts;
}

describe('10,000 partitions of a record or two', { timeout: HANG_MS }, () => {
  test('take touches one, more of them only when they are empty', async () => {
    const lv = await openTestEngine({ queueDepth: 16 });
    const wide = lv.range(10 * MANY, MANY).map((x) => x + 1);
    expect(await wide.take(10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(tasksByStage(lv)).toEqual([1]);
    expect(await wide.first()).toBe(1);
    expect(await wide.isEmpty()).toBe(false);
    expect(tasksByStage(lv)).toEqual([1, 1, 1]);
    // Spark's rule: 1, then 4 times as many.
    expect(await wide.filter((x) => x > 30).take(1)).toEqual([31]);
    expect(tasksByStage(lv)).toEqual([1, 1, 1, 5]);
  });

  test('through a shuffle, into as many and into few', async () => {
    const lv = await openTestEngine({ queueDepth: 16 });
    const pairs = lv.range(MANY, MANY).map((x) => [x % 7, x]);
    const sums = await pairs.reduceByKey((a, b) => a + b, 4).collect();
    expect(sums.toSorted(([a], [b]) => a - b)).toEqual(
      Array.from({ length: 7 }, (_, key) => [
        key,
        Array.from({ length: MANY }, (_x, x) => x).reduce((sum, x) => (x % 7 === key ? sum + x : sum), 0),
      ]),
    );
    expect(tasksByStage(lv)).toEqual([MANY, 4]);
    expect(await lv.range(40, 4).repartition(MANY).count()).toBe(40);
    expect(tasksByStage(lv)).toEqual([MANY, 4, 4, MANY]);
  });

  test('sorted, numbered, brought together', async () => {
    const lv = await openTestEngine({ queueDepth: 16 });
    const wide = lv.range(MANY, MANY);
    expect(await wide.sortBy((x) => -x, { numPartitions: 8 }).take(3)).toEqual([MANY - 1, MANY - 2, MANY - 3]);
    expect(tasksByStage(lv)).toEqual([MANY, MANY, 1]);
    expect((await wide.coalesce(5).glom().collect()).map((part) => part.length)).toEqual([2000, 2000, 2000, 2000, 2000]);
    expect(
      await wide
        .zipWithIndex()
        .filter(([, i]) => i === MANY - 1)
        .collect(),
    ).toEqual([[MANY - 1, MANY - 1]]);
  });
});

describe('one key with nine records of ten', () => {
  const RECORDS = 20_000;
  const skewed = (lv: TestEngine) => lv.range(RECORDS, 8).map((x) => [x % 10 === 0 ? `k${x % 70}` : 'hot', x]);

  test('reduceByKey, groupByKey, join and a sort by that key are right', async () => {
    const lv = await openTestEngine({ queueDepth: 16 });
    const counts = new Map(
      await skewed(lv)
        .mapValues(() => 1)
        .reduceByKey((a, b) => a + b, 5)
        .collect(),
    );
    expect(counts.get('hot')).toBe(18_000);
    expect([...counts.keys()].sort()).toEqual(['hot', 'k0', 'k10', 'k20', 'k30', 'k40', 'k50', 'k60']);
    const grouped = new Map(await skewed(lv).groupByKey(5).collect());
    expect(grouped.get('hot')).toEqual(Array.from({ length: RECORDS }, (_, x) => x).filter((x) => x % 10 !== 0));
    const joined = skewed(lv).join(
      lv.parallelize(
        [
          ['hot', 'a'],
          ['hot', 'b'],
          ['k20', 'c'],
          ['none', 'd'],
        ],
        2,
      ),
      5,
    );
    expect(await joined.count()).toBe(2 * 18_000 + (counts.get('k20') as number));
    const sorted = await skewed(lv).sortByKey({ numPartitions: 5 }).keys().collect();
    expect(sorted.slice(0, 18_000).every((key) => key === 'hot')).toBe(true);
    expect(sorted.length).toBe(RECORDS);
  });

  test('map-side combine moves the key once a map task; a group moves every record, and the event log tells which task read them', async () => {
    const lv = await openTestEngine({ queueDepth: 16 });
    await skewed(lv)
      .mapValues(() => 1)
      .reduceByKey((a, b) => a + b, 5)
      .count();
    await skewed(lv).groupByKey(5).count();
    const read = (stage: number): number[] =>
      lv.events
        .flatMap((event) => (event.kind === 'taskEnded' && event.stage === stage ? [event.metrics?.shuffleRecordsRead ?? 0] : []))
        .sort((a, b) => b - a);
    expect(read(1).reduce((sum, n) => sum + n, 0)).toBe(8 * 8);
    expect(read(3).reduce((sum, n) => sum + n, 0)).toBe(RECORDS);
    expect(read(3)[0]).toBeGreaterThanOrEqual(18_000);
  });
});
