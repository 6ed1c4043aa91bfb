import type { Context } from 'levin';

export function topWords(lv: Context, path: string, count: number): Promise<[string, number][]> {
  return lv
    .textFile(path)
    .flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
    .takeOrdered(count, ([, n]) => -n);
}
