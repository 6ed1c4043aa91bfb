import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder } from '../support/job-folder.ts';

const JOB = `
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { Context } from 'levin';

const lv = await Context.create();
const localDir = process.argv[2];
const gate = process.argv[3];
const spilled = () => readdirSync(localDir, { recursive: true }).filter((name) => /spill-\\d+$/.test(name)).length;
const until = async (holds) => { while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10)); };

// More than 128 MB of memory hold, and then a look at the sorted partition.
const sorted = lv.range(200_000, { numSlices: 2 }).map((x) => [(x * 7919) % 200_000, 'x'.repeat(100) + x]).sortByKey({ numPartitions: 1 });
const seen = await sorted.mapPartitions((pairs) => {
  pairs.next();
  return [readdirSync(localDir, { recursive: true }).some((name) => /spill-\\d+$/.test(name))];
}).collect();
console.log('a task sees its files', seen[0], 'and leaves', spilled());

const stopped = new AbortController();
const counted = sorted.mapPartitions((pairs) => {
  pairs.next();
  writeFileSync(gate, '');
  for (;;);
}).count({ signal: stopped.signal }).catch((error) => error.code);
await until(() => existsSync(gate));
console.log('one that loops has some', spilled() > 0);
stopped.abort();
console.log(await counted);
// Its worker has to be terminated; another one runs the next task.
console.log(await lv.range(3).count());
await until(() => spilled() === 0);
console.log('and they are gone');
await lv.stop();
`;

test('what a task spilled is gone when it ends, also when its worker has to be terminated, and with the application nothing is left', async () => {
  using folder = jobFolder({ 'job.ts': JOB, 'local/readme.txt': 'not levin’s' });
  const localDir = join(folder.path, 'local');
  const args = ['job.ts', '--on', 'local-cluster[1,1,128]', '--conf', `localDir=${localDir}`, localDir, join(folder.path, 'gate')];
  const { stdout, stderr, code } = await folder.run(args);
  expect(stdout, stderr).toBe(
    'a task sees its files true and leaves 0\none that loops has some true\nJOB_CANCELLED\n3\nand they are gone\n',
  );
  expect([code, readdirSync(localDir)]).toEqual([0, ['readme.txt']]);
});
