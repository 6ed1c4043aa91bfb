import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type JobFolder, jobFolder } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

/** Its last task says that it has begun, and waits for a file. */
const job = ({ begun, go }: { readonly begun: string; readonly go: string }): string => `
import { existsSync, writeFileSync } from 'node:fs';
import { Context } from 'levin';

await using lv = await Context.create();
console.log(lv.applicationId);
const squares = await lv
  .parallelize([1, 2, 3], 3)
  .map(async (n) => {
    if (n === 3) writeFileSync(${JSON.stringify(begun)}, '');
    while (n === 3 && !existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 20));
    return n * n;
  })
  .collect();
console.log(JSON.stringify(squares));
`;

test('an application of an engine is listed, cancelled, resumed and removed with --on aws, and is not one of this machine', async () => {
  await using aws = await startEmulatedAws({ timeLimitMs: 600_000 });
  using folder = jobFolder();
  const [begun, go] = [join(folder.path, 'begun'), join(folder.path, 'go')];
  folder.write('job.ts', job({ begun, go }));
  const levin = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(args, { cwd: folder.path, env: envOf(folder, aws.env) });
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
    return stdout;
  };

  const id = Promise.withResolvers<string>();
  const run = folder.run(['--on', 'aws:test', '--quiet', 'job.ts'], { env: aws.env, onStdout: (text) => id.resolve(text.trim()) });
  const appId = await id.promise;
  while (!existsSync(begun)) await new Promise((resolve) => setTimeout(resolve, 50));
  const kept = `What it has committed is kept: resume it with levin run JOB --app ${appId} --on aws:test, or remove it with levin gc ${appId} --on aws:test.`;
  expect(await levin('cancel', appId, '--on', 'aws:test')).toBe(`Application ${appId} was cancelled. ${kept}\n`);
  expect(await run).toMatchObject({
    code: 143,
    stderr: expect.stringContaining(
      `levin: cancelled by levin cancel. What is committed is kept: resume with levin run --app ${appId} --on aws:test. [JOB_CANCELLED]\n`,
    ),
  });
  expect(await levin('apps', '--on', 'aws:test')).toMatch(
    new RegExp(
      `^ID .*\\n${appId} +job\\.ts +cancelled .*\\n1 application keeps .* of committed work: levin run JOB --app ID --on aws:test goes on`,
    ),
  );
  expect(await levin('apps')).toBe('No applications.\n');
  expect(await failed(folder, ['run', 'job.ts', '--app', appId, '--on', 'local'], aws.env)).toContain('APP_NOT_FOUND');

  // What was called off is not waited for: that would take as long as a task may, ten minutes here.
  writeFileSync(go, '');
  expect(await levin('run', 'job.ts', '--app', appId, '--on', 'aws:test', '--quiet')).toBe(`${appId}\n[1,4,9]\n`);
  expect(JSON.parse(await levin('apps', '--on', 'aws:test', '--json'))).toMatchObject([
    { id: appId, state: 'finished', master: 'aws:test' },
  ]);
  expect(await failed(folder, ['gc', `${appId}x`, '--on', 'aws:test'], aws.env)).toBe(
    `levin: There is no application ${appId}x in the engine "test". Did you mean "${appId}"? levin apps --on aws:test lists those there are. [APP_NOT_FOUND]\n`,
  );
  expect(await levin('gc', appId, '--on', 'aws:test')).toMatch(new RegExp(`^removed application ${appId} \\(job.ts, finished\\)`));
  expect(await levin('apps', '--on', 'aws:test')).toBe('No applications.\n');
  expect(await failed(folder, ['cancel', 'app-1', '--on', 'aws:test'], aws.env)).toBe(
    'levin: There is no application app-1 in the engine "test". levin apps --on aws:test lists those there are; --on names another engine, or this machine (--on local). [APP_NOT_FOUND]\n',
  );
});

function envOf(folder: JobFolder, env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...env, LEVIN_STATE_DIR: join(folder.path, '.state') };
}

async function failed(folder: JobFolder, args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const result: CliResult = await runCli(args, { cwd: folder.path, env: envOf(folder, env) });
  expect(result).toMatchObject({ code: 1, stdout: '' });
  return result.stderr;
}
