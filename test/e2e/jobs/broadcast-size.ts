// A broadcast of so many million bytes, nine tenths in a typed array and the rest in objects; says what the kernel has counted that executors read.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Context } from 'levin';

await using lv = await Context.create();
const size = Number(process.argv[2]) * 1e6;
const bytes = new Uint8Array(size * 0.9).map((_, i) => i % 251);
const objects = Array.from({ length: size / 200 }, (_, id) => ({ id, name: `name ${id}` }));
const data = lv.broadcast({ bytes, objects });
const tasks = lv.range(64, { numSlices: 16 });

const read = await tasks
  .mapPartitions((records) => {
    const { readFileSync } = process.getBuiltinModule('node:fs');
    const sum = [...records].reduce((n, i) => n + (data.value.bytes[i] as number) + (data.value.objects[i]?.id ?? 0), 0);
    let readBytes: number | null = null;
    try {
      readBytes = Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
    } catch {
      // Linux alone counts them.
    }
    return [{ pid: process.pid, sum, readBytes }];
  })
  .collect();

const folder = join(process.env['LEVIN_STATE_DIR'] as string, 'objects/apps', lv.applicationId, 'broadcasts');
const files = readdirSync(folder);
const pids = [...new Set(read.map(({ pid }) => pid))];
// Who has it does not read it again: from here on it is not even there.
const file = join(folder, files[0] as string);
rmSync(file);
const later = await tasks.map((i) => data.value.bytes[i + 1] as number).sum();
console.log(
  JSON.stringify({
    files: files.length,
    sum: read.reduce((n, each) => n + each.sum, 0),
    later,
    isThere: existsSync(file),
    readBytes: pids.map((pid) =>
      Math.max(...read.flatMap((each) => (each.pid === pid && each.readBytes !== null ? [each.readBytes] : []))),
    ),
  }),
);
