import { Context } from 'levin';

const [data] = process.argv.slice(2);
const lv = await Context.create();
const top = await lv
  .textFile(`${data}/corpus.txt`)
  .flatMap((line) => line.split(' '))
  .map((word) => [word, 1])
  .reduceByKey((a, b) => a + b)
  .takeOrdered(20, ([word, n]) => [-n, word]);
console.log(`RESULT=${top.map(([word, n]) => `${word}:${n}`).join(',')}`);
