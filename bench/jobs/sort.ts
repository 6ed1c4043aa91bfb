import { readdirSync } from 'node:fs';
import { Context } from 'levin';
import { digestFiles } from '../rivals/digest-files.ts';

const [data, out] = process.argv.slice(2);
const lv = await Context.create();
await lv
  .textFile(`${data}/sort.tsv`)
  .map((line) => {
    const tab = line.indexOf('\t');
    return [line.slice(0, tab), Number(line.slice(tab + 1))];
  })
  .sortByKey()
  .map(([key, value]) => `${key}\t${value}`)
  .saveAsTextFile(`${out}/sorted`);
const parts = readdirSync(`${out}/sorted`).filter((name) => name.startsWith('part-'));
console.log(`RESULT=${digestFiles(parts.sort().map((name) => `${out}/sorted/${name}`))}`);
