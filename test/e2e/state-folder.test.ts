import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder } from '../support/job-folder.ts';
import { runCli } from '../support/run-cli.ts';

/** Fails until the file that its first argument names is there. */
const JOB = `
import { existsSync } from 'node:fs';
import { Context } from 'levin';
await using lv = await Context.create();
console.log('first', await lv.range(10).count());
const marker = process.argv[2] as string;
console.log('second', await lv.range(10).map((x) => { if (!existsSync(marker)) throw new TypeError('not yet'); return x; }).count());
`;

test('a state folder in levin.config.ts is used by run and found by --app from another folder', async () => {
  using folder = jobFolder({
    'job.ts': JOB,
    'levin.config.ts': "import { defineConfig } from 'levin';\nexport default defineConfig({ stateDir: 'kept', master: 'local[2]' });\n",
  });
  const env = { LEVIN_STATE_DIR: '', XDG_STATE_HOME: join(folder.path, 'home') };
  const failed = await folder.run(['job.ts', 'marker'], { env });
  expect([failed.code, failed.stdout]).toEqual([1, 'first 10\n']);
  expect(failed.stderr).not.toContain('overrides');
  expect(existsSync(join(folder.path, 'kept/metadata.sqlite'))).toBe(true);
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(failed.stderr)?.[0] ?? '';

  mkdirSync(join(folder.path, 'elsewhere'));
  writeFileSync(join(folder.path, 'marker'), '');
  const resumed = await runCli(['run', join(folder.path, 'job.ts'), '--app', appId], { cwd: join(folder.path, 'elsewhere'), env });
  expect(resumed.stdout).toBe('first 10\nsecond 10\n');
  expect(resumed.stderr).toMatch(/1 job \+ 1 from the journal/);
  expect(resumed.stderr).not.toMatch(/opened no Context|overrides/);
  expect(resumed.code).toBe(0);

  const gone = await runCli(['run', join(folder.path, 'job.ts'), '--app', appId], { cwd: folder.path, env });
  expect(gone.stderr).toBe(
    `levin: Application ${appId} has succeeded: there is nothing to resume. Start a new one (without --app). [APP_FINISHED]\n`,
  );
  expect(gone.code).toBe(1);
});

test('a relative --state-dir is meant from where levin run is started, also with --app', async () => {
  using folder = jobFolder({ 'job.ts': JOB });
  const env = { LEVIN_STATE_DIR: '', XDG_STATE_HOME: join(folder.path, 'home') };
  mkdirSync(join(folder.path, 'sub'));
  const failed = await folder.run(['../job.ts', '--state-dir', '../state', '--on', 'local[1]', 'marker'], {
    env,
    cwd: join(folder.path, 'sub'),
  });
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(failed.stderr)?.[0] ?? '';
  writeFileSync(join(folder.path, 'sub/marker'), '');
  const resumed = await folder.run(['job.ts', '--state-dir', 'state', '--app', appId], { env });
  expect([resumed.stdout, resumed.code]).toEqual(['first 10\nsecond 10\n', 0]);
  expect(resumed.stderr).toContain('on local[1]');
});
