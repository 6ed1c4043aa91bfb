// A broadcast of so many million bytes, nine tenths in a typed array and the rest in objects; says what the kernel has counted that executors read.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Context } from 'levin';

await using lv = await Context.create();
const size = Number(process.argv[2]) * 1e6;
const bytes = new Uint8Array(size * 0.9).map((_, i) => i % 251);
const objects = Array.from({ length: size / 200 }, (_, id) => ({ id, name: `name ${id}` }));
const data = lv.broadcast({ bytes, objects });

/** Of each task of another stage: its process, what it has found, and what the process has read so far. */
const stage = async (add: number) =>
  await lv
    .range(64, { numSlices: 16 })
    .mapPartitions((records) => {
      const { readFileSync } = process.getBuiltinModule('node:fs');
      const sum = [...records].reduce((n, i) => n + (data.value.bytes[i + add] as number) + (data.value.objects[i]?.id ?? 0), 0);
      let readBytes: number | null = null;
      try {
        readBytes = Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
      } catch {
        // Linux alone counts them.
      }
      return [{ pid: process.pid, sum, readBytes }];
    })
    .collect();

const tasks = [...(await stage(0)), ...(await stage(1))];
const pids = [...new Set(tasks.map(({ pid }) => pid))];
const readBytes = pids.map((pid) => Math.max(...tasks.flatMap((each) => (each.pid === pid ? [each.readBytes ?? 0] : []))));
console.log(
  JSON.stringify({
    files: readdirSync(join(process.env['LEVIN_STATE_DIR'] as string, 'objects/apps', lv.applicationId, 'broadcasts')).length,
    sum: tasks.reduce((n, each) => n + each.sum, 0),
    readBytes: process.platform === 'linux' ? readBytes : [],
  }),
);
