import { Context } from 'levin';

const [data] = process.argv.slice(2);
const lv = await Context.create();
const [keys, count, squares] = await lv
  .textFile(`${data}/group.tsv`)
  .map((line) => {
    const tab = line.indexOf('\t');
    return [line.slice(0, tab), Number(line.slice(tab + 1))];
  })
  .groupByKey()
  .mapValues((values) => values.length)
  .map(([, n]) => [1, n, n * n])
  .reduce(([a, b, c], [d, e, f]) => [a + d, b + e, c + f]);
console.log(`RESULT=${keys},${count},${squares}`);
