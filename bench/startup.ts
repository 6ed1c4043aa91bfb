/** Start-up of an 8-line job: whole process, second run, above an empty Node process. Goal: at most 350 ms above. Needs dist (npm run build). */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNS = 15;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'levin-startup-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
writeFileSync(
  join(folder, 'job.ts'),
  `import { Context } from 'levin';

await using lv = await Context.create();
const factor: number = 3;
const sum = await lv
  .range(1000)
  .map((x) => x * factor)
  .reduce((a, b) => a + b);
if (sum !== 1498500) throw new Error(String(sum));
`,
);
const env = { ...process.env, LEVIN_STATE_DIR: join(folder, 'state') };
const time = (args: readonly string[]): number => {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, env });
  if (status !== 0) throw new Error(String(stderr));
  return performance.now() - start;
};
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

time([join(root, 'bin/levin.js'), 'run', 'job.ts', '--on', 'local[2]']);
const [empty, job]: [number[], number[]] = [[], []];
for (let i = 0; i < RUNS; i++) {
  empty.push(time(['-e', '0']));
  job.push(time([join(root, 'bin/levin.js'), 'run', 'job.ts', '--on', 'local[2]']));
}
const [a, b] = [median(empty), median(job)];
console.log(
  `node -e 0: ${a.toFixed(0)} ms; levin run job.ts: ${b.toFixed(0)} ms; above: ${(b - a).toFixed(0)} ms (goal 350), ratio ${(b / a).toFixed(1)}`,
);
