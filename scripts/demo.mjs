// The two examples on real input, as a new user would run them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
if (!existsSync(`${root}dist/driver/index.js`)) {
  const { status } = spawnSync(process.execPath, [`${root}scripts/build.mjs`], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
for (const job of ['examples/word-count.ts', 'examples/flights.ts']) {
  process.stdout.write(`\n$ levin run ${job}\n`);
  const { status } = spawnSync(process.execPath, [`${root}bin/levin.js`, 'run', job, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
