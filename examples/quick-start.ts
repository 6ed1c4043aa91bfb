import { Context } from 'levin';

await using lv = await Context.create();
const top = await lv
  .textFile('books/*.txt')
  .flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])
  .map((word) => [word, 1])
  .reduceByKey((a, b) => a + b)
  .takeOrdered(10, ([, n]) => -n);
console.table(top);
