/**
 * `npm run bench` runs every benchmark; `npm run bench -- fused startup` some of them; options behind a name go to that benchmark.
 * Each prints ratios measured in one run.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length));
const words = process.argv.slice(2);
const optionsStart = words.findIndex((word) => word.startsWith('-'));
const asked = optionsStart < 0 ? words : words.slice(0, optionsStart);
const options = optionsStart < 0 ? [] : words.slice(optionsStart);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`No benchmark named ${unknown.join(', ')}. There are: ${known.join(', ')}.\n`);
  process.exit(1);
}
if (options.length > 0 && asked.length !== 1) {
  process.stderr.write(`Options (${options.join(' ')}) belong to one benchmark: name it before them.\n`);
  process.exit(1);
}
let failed = 0;
for (const name of asked.length > 0 ? asked : known) {
  process.stdout.write(`\n# ${name}\n`);
  const { status } = spawnSync(process.execPath, ['--expose-gc', `${folder}${name}.ts`, ...options], { stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
