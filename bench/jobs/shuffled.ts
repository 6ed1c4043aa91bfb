/** Shuffles pairs made in tasks, so that little else takes time: `shuffled.ts sort|group|join|reduce records`. */
import { Context } from 'levin';

const [kind, count] = process.argv.slice(2);
const records = Number(count);
const lv = await Context.create();
const keyOf = (i: number): string => `key-${((i * 7919) % 500_021).toString(36)}`;
const pairs = lv.range(records, { numSlices: 8 }).map((i) => [keyOf(i), i]);
const sums = {
  sort: () => pairs.sortByKey({ numPartitions: 8 }).map(([key, value]) => key.length + value),
  group: () => pairs.groupByKey(8).map(([key, values]) => key.length + values.length),
  join: () =>
    pairs
      .join(
        lv.range(records / 4, { numSlices: 4 }).map((i) => [keyOf(i), 1]),
        8,
      )
      .map(([, [a, b]]) => a + b),
  reduce: () => pairs.reduceByKey((a, b) => a + b, 8).map(([key, sum]) => key.length + sum),
};
console.log(`RESULT=${await sums[kind as keyof typeof sums]().reduce((a, b) => a + b)}`);
