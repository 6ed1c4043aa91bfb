// The README's job on Moby Dick: arguments are the input and the number of words.
import type { Context } from 'levin';

export default async (lv: Context, [path = '', count = '10']: readonly string[]): Promise<void> => {
  const words = await lv
    .textFile(path, 3)
    .flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
    .takeOrdered(Number(count), ([, n]) => -n);
  console.log(JSON.stringify(words));
};
