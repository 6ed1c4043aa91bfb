// Runs after `npm ci` and before `npm pack`: builds dist where the sources are there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (existsSync(new URL('../tsconfig.build.json', import.meta.url))) {
  for (const script of ['guard.mjs', 'build.mjs']) {
    const { status } = spawnSync(process.execPath, [new URL(script, import.meta.url).pathname], { stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
}
