// All words of some files with how often they stand there, the most frequent first: arguments are the input and the number of partitions.
import type { Context } from 'levin';

export default async (lv: Context, [path = '', partitions = '4']: readonly string[]): Promise<void> => {
  const counts = lv
    .textFile(path, Number(partitions))
    .flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b, Number(partitions));
  const sorted = await counts.sortBy(([word, n]) => [-n, word], { numPartitions: 4 }).collect();
  console.log(JSON.stringify(sorted));
};
