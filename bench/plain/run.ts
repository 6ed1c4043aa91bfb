/**
 * The jobs as one writes them without any engine: one process, one thread, Map and sort.
 * `node --max-old-space-size=8192 bench/plain/run.ts <job> <data folder> <output folder>`
 */
import { group } from './group.ts';
import { join } from './join.ts';
import { sort } from './sort.ts';
import { wordcount } from './wordcount.ts';

const jobs: Readonly<Record<string, (data: string, out: string) => Promise<string>>> = { wordcount, sort, join, group };
const [name = '', data = '', out = ''] = process.argv.slice(2);
const job = jobs[name];
if (job === undefined) throw new Error(`no plain program for "${name}"; there are ${Object.keys(jobs).join(', ')}`);
console.log(`RESULT=${await job(data, out)}`);
