import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/run-cli.ts';

const LEVIN = fileURLToPath(new URL('../../bin/levin.js', import.meta.url));
const JOB = fileURLToPath(new URL('../soak/jobs/sort-size.ts', import.meta.url));

test('a disk that is full while tasks spill: the job fails and says what to do, and nothing is left behind', {
  timeout: 180_000,
}, async () => {
  using folder = temporaryFolder('levin-full-');
  const disk = join(folder.path, 'disk');
  mkdirSync(disk);
  const run = `"${process.execPath}" "${LEVIN}" run "${JOB}" --on 'local-cluster[1,1,192]' --conf localDir="${disk}" 500000 240 4 1`;
  // A file system of 50 MB in a mount namespace of its own: no privileges are needed, and it is gone with the last process.
  const script = `mount -t tmpfs -o size=50m none "${disk}" && { ${run}; code=$?; echo "left: $(ls -A "${disk}")"; exit $code; }`;
  const child = spawn('unshare', ['-rm', 'sh', '-c', script], {
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '', LEVIN_STATE_DIR: join(folder.path, 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const guard = setTimeout(() => child.kill('SIGKILL'), 150_000);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  clearTimeout(guard);
  expect(stderr).toMatch(
    /levin: collect: task 0 of stage \d .* failed .*The disk of the temporary folder \S+\/disk\/levin-executor-1-\S+ is full: \d+ bytes more were to be written, and \d+ bytes are free; this task holds \d+ bytes there\. Set localDir to a folder on a larger disk, free some space, or use more partitions, so that each task holds less\. \[SCRATCH_FULL\]/,
  );
  expect([stdout, code]).toEqual(['left: \n', 1]);
});
