import { describe, expect, test } from 'vitest';
import { openTestEngine } from '../../support/engine.ts';

describe('what actions answer', () => {
  test('a shuffle and a sort over many partitions', async () => {
    const lv = await openTestEngine();
    const counts = lv
      .range(100, 5)
      .map((x) => [x % 3, 1])
      .reduceByKey((a, b) => a + b, 2);
    expect((await counts.collect()).toSorted(([a], [b]) => a - b)).toEqual([
      [0, 34],
      [1, 33],
      [2, 33],
    ]);
    const sorted = lv.range(50, 4).sortBy((x) => -x, { numPartitions: 3 });
    expect(await sorted.take(3)).toEqual([49, 48, 47]);
  });

  test('reduce of one undefined record is undefined, of no record an error', async () => {
    const lv = await openTestEngine();
    expect(await lv.parallelize([undefined], 2).reduce((a) => a)).toBe(undefined);
    expect(await lv.parallelize([undefined, undefined], 2).reduce((a) => a)).toBe(undefined);
    await expect(lv.parallelize<number>([], 2).reduce((a) => a)).rejects.toMatchObject({
      code: 'EMPTY_RDD',
      message: 'reduce: the RDD has no records. Use take(1) where it may be empty, or union it with a neutral record.',
    });
  });

  test('a promise is refused also where the driver merges: partitions of one record each', async () => {
    const lv = await openTestEngine();
    const merge = (async (a: number, b: number) => a + b) as unknown as (a: number, b: number) => number;
    await expect(lv.range(3, 3).reduce(merge)).rejects.toMatchObject({ code: 'PROMISE_NOT_ALLOWED' });
  });

  test('collectAsMap names a record that is no pair', async () => {
    const lv = await openTestEngine();
    const words = lv.parallelize(['ab', 'cd'], 1) as unknown as ReturnType<typeof lv.parallelize<[string, number]>>;
    await expect(words.collectAsMap()).rejects.toMatchObject({
      code: 'NOT_A_PAIR',
      message: "collectAsMap: a record is no [key, value] pair: 'ab'. Make pairs of the records before: map((x) => [key, value]).",
    });
  });
});

describe('RDDs without partitions', () => {
  /** A folder with nothing but a hidden file. */
  async function emptyInput(config = {}) {
    const lv = await openTestEngine({ config });
    await lv.stores.files.put('in/_SUCCESS', new Uint8Array());
    return lv.textFile('/in');
  }

  test('have answers for every action', async () => {
    const none = await emptyInput();
    expect(await none.getNumPartitions()).toBe(0);
    expect(await none.collect()).toEqual([]);
    expect(await none.count()).toBe(0);
    expect(await none.take(3)).toEqual([]);
    expect(await none.takeOrdered(3)).toEqual([]);
    expect(await none.foreach(() => undefined)).toBe(undefined);
    await expect(none.first()).rejects.toMatchObject({ code: 'EMPTY_RDD' });
    await expect(none.reduce((a) => a)).rejects.toMatchObject({ code: 'EMPTY_RDD' });
    for await (const record of none.toLocalIterator()) throw new Error(`there is a record: ${record}`);
  });

  test('shuffle, sort, join, union, coalesce and repartition', async () => {
    for (const config of [{}, { defaultParallelism: 3 }]) {
      const none = await emptyInput(config);
      const pairs = none.map((line) => [line, 1]);
      expect(await pairs.reduceByKey((a, b) => a + b).collect()).toEqual([]);
      expect(await none.sortBy((line) => line).collect()).toEqual([]);
      expect(await pairs.join(pairs).collect()).toEqual([]);
      expect(await none.union(none).count()).toBe(0);
      expect(await none.distinct().count()).toBe(0);
      expect(await none.coalesce(2).getNumPartitions()).toBe(0);
      expect(await none.repartition(2).getNumPartitions()).toBe(2);
      expect(await none.repartition(2).count()).toBe(0);
    }
  });

  test('can be saved: a manifest of no files', async () => {
    const lv = await openTestEngine();
    await lv.stores.files.put('in/.hidden', new Uint8Array());
    await lv.textFile('/in').saveAsTextFile('/out');
    expect(new TextDecoder().decode(await lv.stores.files.get('out/_levin/manifest-0000000001.json'))).toBe(
      '{\n "format": 1,\n "files": []\n}\n',
    );
    expect(await lv.textFile('/out').count()).toBe(0);
  });
});

describe('results', () => {
  const bigRecords = (): string[] => Array.from({ length: 4 }, (_, i) => String(i).repeat(2000));

  test('above maxResultBytes are refused', async () => {
    const lv = await openTestEngine({ config: { maxResultBytes: 5000 } });
    await expect(lv.parallelize(bigRecords(), 4).collect()).rejects.toMatchObject({ code: 'RESULT_TOO_LARGE' });
  });

  test('toLocalIterator brings one partition at a time: each may have maxResultBytes', async () => {
    const lv = await openTestEngine({ config: { maxResultBytes: 5000 } });
    const seen: number[] = [];
    for await (const record of lv.parallelize(bigRecords(), 4).toLocalIterator()) seen.push(record.length);
    expect(seen).toEqual([2000, 2000, 2000, 2000]);
  });

  test('that are lost behind the back are made again under the next generation, and count once', async () => {
    const lv = await openTestEngine({ config: { maxResultBytes: 9000 } });
    const lost: string[] = [];
    const { objects } = lv.stores;
    const rdd = lv.parallelize(bigRecords(), 4);
    const { getRange } = objects;
    Object.assign(objects, {
      async getRange(key: string, start: number, end: number) {
        if (key.includes('/results/') && lost.length < 2) {
          lost.push(key);
          await objects.deleteMany([key]);
        }
        return await getRange(key, start, end);
      },
    });
    expect((await rdd.collect()).map((s) => s.length)).toEqual([2000, 2000, 2000, 2000]);
    expect(lv.attempts.map(({ partition, generation }) => `${partition}/${generation}`)).toEqual(['0/0', '1/0', '2/0', '3/0', '0/1']);
    expect(lv.events.filter((event) => event.kind === 'outputLost').map(({ partition, generation }) => [partition, generation])).toEqual([
      [0, 0],
    ]);
  });
});
