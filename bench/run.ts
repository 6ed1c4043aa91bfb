/** `npm run bench` runs every benchmark; `npm run bench -- fused startup` some of them. Each prints ratios measured in one run. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`No benchmark named ${unknown.join(', ')}. There are: ${known.join(', ')}.\n`);
  process.exit(1);
}
let failed = 0;
for (const name of asked.length > 0 ? asked : known) {
  process.stdout.write(`\n# ${name}\n`);
  const { status } = spawnSync(process.execPath, ['--expose-gc', `${folder}${name}.ts`], { stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
