/**
 * One of the shapes of `real-processes/drawn-job.ts`, in rounds until a file says that it is enough: `real-processes.ts JSON`. Prints a line of JSON for each round.
 * Tasks pause, so that there is time for something to happen to them.
 */
import { existsSync } from 'node:fs';
import { Context, type RDD } from 'levin';
import type { DrawnJob } from '../real-processes/drawn-job.ts';

const { shape, records, maps, reducers, pauseMs, input, out, enough, maxRounds } = JSON.parse(process.argv[2] ?? '') as DrawnJob;
await using lv = await Context.create();

function slowly<T extends {}>(rdd: RDD<T>): RDD<T> {
  return rdd.mapPartitions((all) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    return all;
  });
}

const numbers = (): RDD<number> => slowly(lv.range(records, { numSlices: maps }));

const SHAPES: Readonly<Record<DrawnJob['shape'], (round: number) => Promise<unknown>>> = {
  async words(round) {
    const words = slowly(lv.textFile(input, { minPartitions: maps }))
      .flatMap((line) => line.split(' '))
      .map((word) => [`${word}-${round}`, 1]);
    return (await words.reduceByKey((a, b) => a + b, reducers).collect()).sort(([a], [b]) => (a < b ? -1 : 1));
  },
  async sort(round) {
    const pairs = numbers().map((i) => [(i * 7919 + round * 31) % 10_007, i]);
    return await slowly(pairs.sortByKey({ numPartitions: reducers }))
      .values()
      .collect();
  },
  async join(round) {
    const left = numbers().map((i) => [i % 53, i]);
    const right = lv.range(200, { numSlices: 2 }).map((i) => [i % 71, i * (round + 1)]);
    const products = slowly(left.join(right, reducers)).map(([, [a, b]]) => a * b);
    return [await products.count(), await products.reduce((a, b) => a + b)];
  },
  async twoActions(round) {
    const sums = numbers()
      .map((i) => [i % 97, i + round])
      .reduceByKey((a, b) => a + b, reducers);
    const count = await sums.count();
    const largest = await slowly(sums).takeOrdered(5, ([key, sum]) => [-sum, key]);
    return [count, largest.map(([key, sum]) => `${key}:${sum}`)];
  },
  async text(round) {
    const path = `${out}/text-${round}`;
    await numbers()
      .map((i) => [i % 13, `${round},${i}`])
      .groupByKey(reducers)
      .flatMap(([, lines]) => lines)
      .saveAsTextFile(path, { mode: round % 2 === 0 ? 'error' : 'overwrite' });
    const rows = lv.textFile(path).map((line) => Number(line.split(',')[1]));
    return [await rows.count(), await slowly(rows).reduce((a, b) => a + b)];
  },
  async objects(round) {
    const path = `${out}/objects-${round}`;
    await numbers()
      .map((i) => ({ key: i % 7, value: i * round }))
      .saveAsObjectFile(path);
    const read = slowly(lv.objectFile<{ key: number; value: number }>(path)).map(({ key, value }) => [key, value]);
    return (await read.reduceByKey((a, b) => a + b, reducers).collect()).sort(([a], [b]) => a - b);
  },
  async spilled(round) {
    const pad = 'x'.repeat(400);
    const pairs = numbers().map((i) => [(i * 7919 + round) % 1_000_003, `${i}${pad}`]);
    const sorted = pairs.sortByKey({ numPartitions: reducers }).mapPartitions((rows) => {
      let [count, inOrder, last] = [0, true, -1];
      for (const [key] of rows) {
        inOrder &&= last <= key;
        last = key;
        count += 1;
      }
      return [[count, inOrder]];
    });
    const parts = await sorted.collect();
    return [parts.reduce((sum, [count]) => sum + (count as number), 0), parts.every(([, inOrder]) => inOrder)];
  },
};

for (let round = 0; round < maxRounds; round++) {
  const answer = await SHAPES[shape](round);
  console.log(JSON.stringify({ round, answer }));
  if (await lv.step('enough', () => existsSync(enough))) break;
}
console.log(JSON.stringify({ done: true }));
