import { Context } from 'levin';

const [data] = process.argv.slice(2);
const lv = await Context.create();
const [a, b] = ['join-a.tsv', 'join-b.tsv'].map((name) =>
  lv.textFile(`${data}/${name}`).map((line) => {
    const tab = line.indexOf('\t');
    return [line.slice(0, tab), Number(line.slice(tab + 1))];
  }),
);
if (a === undefined || b === undefined) throw new Error('two sides are needed');
const [count, sum] = await a
  .join(b)
  .map(([, [left, right]]) => [1, left + right])
  .reduce(([n, s], [m, t]) => [n + m, s + t]);
console.log(`RESULT=${count},${sum}`);
