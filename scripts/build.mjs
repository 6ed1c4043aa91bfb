// dist/: the sources' folder layout as JavaScript and declarations. Swapped in whole, so that a job that runs meanwhile finds one or the other.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from './bundle-functions.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const made = mkdtempSync(`${root}.build-`);
try {
  const { status } = spawnSync(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json', '--outDir', `${made}/new`],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  process.exitCode = status ?? 1;
  if (existsSync(`${made}/new/functions`)) await bundleFunctions(`${made}/new/functions`);
  if (existsSync(`${made}/new`)) {
    try {
      renameSync(`${root}dist`, `${made}/old`);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    renameSync(`${made}/new`, `${root}dist`);
  }
} finally {
  rmSync(made, { recursive: true, force: true });
}
