/** Type-checking of 150 chained operations: tsc over a file that has them against one that has none. Goal: well under a second more. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNS = 5;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'levin-types-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const step =
  '.map((x) => [x[0], x[1] + 1])\n.filter(([, n]) => n > 0)\n.mapValues((n) => n * 2)\n.reduceByKey((a, b) => a + b)\n.map(([k, n]) => [k, n])\n';
const head = "import type { RDD } from 'levin';\ndeclare const rdd: RDD<[string, number]>;\n";
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
writeFileSync(join(folder, 'none.ts'), `${head}export const r: RDD<[string, number]> = rdd;\n`);
writeFileSync(join(folder, 'chain.ts'), `${head}export const r: RDD<[string, number]> = rdd${step.repeat(30)};\n`);
const config = (file: string): string =>
  JSON.stringify({
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { paths: { levin: [join(root, 'driver/index.ts')] }, typeRoots: [join(root, 'node_modules/@types')] },
    include: [file],
    exclude: [],
  });
const time = (name: string): number => {
  writeFileSync(join(folder, `${name}.json`), config(`${name}.ts`));
  const start = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    join(folder, `${name}.json`),
  ]);
  if (status !== 0) throw new Error(String(stdout));
  return performance.now() - start;
};
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const [none, chain]: [number[], number[]] = [[], []];
for (let i = 0; i < RUNS; i++) {
  none.push(time('none'));
  chain.push(time('chain'));
}
const [a, b] = [median(none), median(chain)];
console.log(
  `tsc without: ${a.toFixed(0)} ms; with 150 chained operations: ${b.toFixed(0)} ms; more: ${(b - a).toFixed(0)} ms (goal: well under 1000), ratio ${(b / a).toFixed(2)}`,
);
