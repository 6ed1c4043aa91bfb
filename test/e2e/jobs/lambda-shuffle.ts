// A shuffle from as many partitions into as many as the argument says; each writes for all others.
import type { Context } from 'levin';

export default async (lv: Context, [partitions = '']: readonly string[]): Promise<void> => {
  const n = Number(partitions);
  const keys = n * 10;
  const sums = await lv
    .range(n * keys, { numSlices: n })
    .map((x) => [x % keys, 1])
    .reduceByKey((a, b) => a + b, n)
    .collect();
  console.log(JSON.stringify(sums.toSorted(([a], [b]) => a - b)));
};
