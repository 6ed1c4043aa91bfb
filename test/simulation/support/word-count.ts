import type { Context } from '../../../driver/api/context.ts';

const WORDS = ['b', 'a', 'c', 'a', 'd', 'b', 'e', 'a'];

/** A shuffle and a sort; its answer. */
export async function wordCount(lv: Context): Promise<unknown> {
  const words = lv.parallelize(WORDS, 3);
  return await words
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b, 2)
    .sortByKey({ numPartitions: 2 })
    .collect();
}

/** A job that waits for a timer of this process: it cannot be simulated. */
export async function waitsForReal(lv: Context): Promise<unknown> {
  const counting = lv.range(10, { numSlices: 2 }).count();
  await new Promise((resolve) => setTimeout(resolve, 50));
  return await counting;
}

export const WORD_COUNTS: readonly (readonly [string, number])[] = [
  ['a', 3],
  ['b', 2],
  ['c', 1],
  ['d', 1],
  ['e', 1],
];
