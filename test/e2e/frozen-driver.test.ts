import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';

/** The first driver's task waits for a file; the sum says whether everything was counted once. */
const JOB = `import { existsSync } from 'node:fs';\n${jobText(
  'const gate = process.argv[2] as string;',
  "console.log('first', await lv.range(100, { numSlices: 2 }).count());",
  'const gated = lv.range(100, { numSlices: 2 }).mapPartitions((records) => {',
  "  console.log('running');",
  '  while (!existsSync(gate)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);',
  '  return records;',
  '});',
  "console.log('sum', await gated.reduce((a, b) => a + b));",
)}`;

test('a driver that was frozen and taken over from writes and deletes nothing when it wakes', async () => {
  using folder = jobFolder({ 'job.ts': JOB });
  const gate = join(folder.path, 'gate');
  const started = Promise.withResolvers<ChildProcess>();
  let stderr = '';
  const frozen = folder.run(['job.ts', '--on', 'local[1]', '--conf', 'leaseMs=600', gate], {
    onStart: (child) => {
      child.stderr?.on('data', (text: string) => {
        stderr += text;
      });
      child.stdout?.on('data', (text: string) => {
        if (text.includes('running')) started.resolve(child);
      });
    },
  });
  const child = await started.promise;
  child.kill('SIGSTOP');
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '';
  const successor = Promise.withResolvers<void>();
  const resumed = folder.run(['job.ts', '--app', appId], {
    onStart: (other) => {
      other.stdout?.on('data', (text: string) => {
        if (text.includes('running')) successor.resolve();
      });
    },
  });
  await successor.promise;
  child.kill('SIGCONT');
  const woken = await frozen;
  expect(woken.stderr).toMatch(/\nlevin: Another driver has taken over application app-\S+: .* \[LEASE_LOST\]\n$/);
  expect(woken.stdout).not.toContain('sum');
  expect(woken.code).toBe(1);

  writeFileSync(gate, '');
  const { stdout, code } = await resumed;
  expect(stdout).toMatch(/^first 100\n/);
  expect(stdout).toMatch(/\nsum 4950\n$/);
  expect(code).toBe(0);
});
