import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { type JobFolder, jobFolder, jobText } from '../support/job-folder.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

const ID = /app-\d{8}-\d{6}-[0-9a-f]{8}/;
const FAILING = jobText(
  'console.log(await lv.range(1000, { numSlices: 2 }).map((x) => [x % 7, x]).groupByKey().count());',
  "await lv.step('fails', () => Promise.reject(new Error('no')));",
);
/** Until there is a file `go`. */
const SPINNING = `import { existsSync } from 'node:fs';\n${jobText(
  'console.log(await lv.range(1000, { numSlices: 2 }).map((x) => [x % 7, x]).groupByKey().count());',
  'await lv.range(2, { numSlices: 2 }).foreach((x) => { console.log("spinning"); while (!existsSync("go")); });',
)}`;

const levin = (folder: JobFolder, ...args: readonly string[]): Promise<CliResult> =>
  runCli(args, { cwd: folder.path, env: { LEVIN_STATE_DIR: join(folder.path, '.state'), LEVIN_LOCAL_DIR: folder.path } });

async function listed(
  folder: JobFolder,
): Promise<readonly { id: string; state: string; dataBytes: number; message: string | null; job: string }[]> {
  return JSON.parse((await levin(folder, 'apps', '--json')).stdout);
}

/** A job in an endless loop. */
async function spinning(
  folder: JobFolder,
): Promise<{ readonly child: ChildProcess; readonly ended: Promise<CliResult>; readonly appId: string }> {
  const started = Promise.withResolvers<ChildProcess>();
  let stderr = '';
  const ended = folder.run(['spin.ts', '--on', 'local[1]', '--conf', 'leaseMs=600'], {
    onStart: (child) => {
      child.stderr?.on('data', (text: string) => {
        stderr += text;
      });
      child.stdout?.on('data', (text: string) => {
        if (text.includes('spinning')) started.resolve(child);
      });
    },
  });
  const child = await Promise.race([started.promise, ended.then(({ stderr: text }) => Promise.reject(new Error(text)))]);
  return { child, ended, appId: ID.exec(stderr)?.[0] ?? '' };
}

describe('levin apps', () => {
  test('lists what runs, failed, died and finished, and what is kept', async () => {
    using folder = jobFolder({ 'fail.ts': FAILING, 'spin.ts': SPINNING, 'good.ts': jobText('await lv.range(2).count();') });
    expect((await levin(folder, 'apps')).stdout).toBe('No applications.\n');
    expect(existsSync(join(folder.path, '.state'))).toBe(false);
    await folder.run(['good.ts', '--on', 'local[1]']);
    await folder.run(['fail.ts', '--on', 'local[1]']);
    const { child, ended } = await spinning(folder);
    expect((await listed(folder)).map(({ state }) => state)).toEqual(['finished', 'failed', 'running']);
    child.kill('SIGKILL');
    await ended;

    const apps = await listed(folder);
    expect(apps.map(({ state, dataBytes, message }) => [state, dataBytes > 0, message])).toEqual([
      ['finished', false, null],
      ['failed', true, 'no'],
      ['dead', true, null],
    ]);
    const { stdout } = await levin(folder, 'apps');
    expect(stdout).toMatch(/^ID +NAME +STATE +STARTED +DATA {2}JOB\n/);
    expect(stdout).toMatch(/\napp-\S+ {2}fail\.ts {2}failed {4}\d{4}-\d\d-\d\d \d\d:\d\d +\d\S* k?B {2}\S+\/fail\.ts\n/);
    expect(stdout).toMatch(
      /\n2 applications keep \d\S* k?B of committed work: levin run JOB --app ID goes on with it, levin gc ID removes it\.\n$/,
    );
  });

  test('an application that has succeeded cannot be resumed; of a mistyped one the right name is said', async () => {
    using folder = jobFolder({ 'good.ts': jobText('await lv.range(2).count();') });
    const appId = ID.exec((await folder.run(['good.ts', '--on', 'local[1]'])).stderr)?.[0] ?? '';
    expect((await folder.run(['good.ts', '--app', appId])).stderr).toBe(
      `levin: Application ${appId} has succeeded: there is nothing to resume. Start a new one (without --app). [APP_FINISHED]\n`,
    );
    const mistyped = await folder.run(['good.ts', '--app', appId.slice(0, -1)]);
    expect(mistyped.stderr).toBe(
      `levin: There is no application ${appId.slice(0, -1)} in the state folder ${join(folder.path, '.state')}. Did you mean "${appId}"? levin apps lists those there are. [APP_NOT_FOUND]\n`,
    );
    expect(mistyped.code).toBe(1);
  });
});

describe('levin cancel', () => {
  test('stops a driver in an endless loop; what is committed is found when it is resumed', async () => {
    using folder = jobFolder({ 'spin.ts': SPINNING });
    const { ended, appId } = await spinning(folder);
    const cancelled = await levin(folder, 'cancel', appId);
    expect(cancelled.stdout).toBe(
      `Application ${appId} was cancelled. What it has committed is kept: resume it with levin run JOB --app ${appId}, or remove it with levin gc ${appId}.\n`,
    );
    expect(cancelled.code).toBe(0);
    const { stderr, code } = await ended;
    expect(stderr).toMatch(
      /\nlevin: cancelled by levin cancel\. What is committed is kept: resume with levin run --app app-\S+\. \[JOB_CANCELLED\]\n$/,
    );
    expect(code).toBe(143);
    expect((await listed(folder)).map(({ state }) => state)).toEqual(['cancelled']);

    const again = await levin(folder, 'cancel', appId);
    expect(again.stderr).toMatch(
      /^levin: Application app-\S+ does not run: it was cancelled\. There is nothing to cancel\. What it .* \[APP_NOT_RUNNING\]\n$/,
    );
    expect(again.code).toBe(1);

    // The request was for the driver that has ended: the next one runs.
    writeFileSync(join(folder.path, 'go'), '');
    const resumed = await folder.run(['spin.ts', '--app', appId]);
    expect(resumed.stderr).toMatch(/ succeeded in .*\n +1 job \+ 1 from the journal, /);
    expect(resumed.code).toBe(0);
  });

  test('says that a driver has died', async () => {
    using folder = jobFolder({ 'spin.ts': SPINNING });
    const { child, ended, appId } = await spinning(folder);
    child.kill('SIGKILL');
    await ended;
    const { stderr, code } = await levin(folder, 'cancel', appId);
    expect(stderr).toMatch(
      /^levin: Application app-\S+ does not run: its driver has died\. There is nothing to cancel\. What it has committed is kept: /,
    );
    expect(code).toBe(1);
  });

  test.each([
    [['cancel'], 'levin: levin cancel: expected the ID of one application; levin apps lists those there are. [USAGE]\n'],
    [
      ['cancel', 'app-1'],
      'levin: There is no application app-1: the state folder does not exist. --state-dir or LEVIN_STATE_DIR name another one, --on aws an engine. [APP_NOT_FOUND]\n',
    ],
    [
      ['gc', '--older-than', '3'],
      'levin: levin gc: --older-than is "3"; it must be a number with a unit, for example 14d, 12h, 30m or 0. [USAGE]\n',
    ],
    [['apps', '--jsn'], 'levin: levin apps: unknown option "--jsn". Did you mean "--json"? [USAGE]\n'],
  ])('%s', async (args, message) => {
    using folder = jobFolder();
    const { stderr, code } = await levin(folder, ...args);
    expect([stderr, code]).toEqual([message, 1]);
  });
});

test('Ctrl-C again leaves at once, also when the end cannot be written; the application can be resumed', async () => {
  using folder = jobFolder({ 'spin.ts': SPINNING });
  const { child, ended, appId } = await spinning(folder);
  const lock = new DatabaseSync(join(folder.path, '.state/metadata.sqlite'));
  lock.exec('BEGIN IMMEDIATE');
  child.kill('SIGINT');
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (text: string) => {
      if (text.includes('Cancelling what runs. Press Ctrl-C again to leave at once.')) resolve();
    });
  });
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  lock.exec('ROLLBACK');
  lock.close();
  expect(code).toBe(130);
  expect(stderr).not.toContain('cancelled by SIGINT');
  expect((await listed(folder)).map(({ state }) => state)).toEqual(['dead']);
  writeFileSync(join(folder.path, 'go'), '');
  expect((await folder.run(['spin.ts', '--app', appId])).code).toBe(0);
});

describe('levin gc', () => {
  test('removes what failed and died, never what runs', async () => {
    using folder = jobFolder({ 'fail.ts': FAILING, 'spin.ts': SPINNING });
    await folder.run(['fail.ts', '--on', 'local[1]']);
    const dead = await spinning(folder);
    dead.child.kill('SIGKILL');
    await dead.ended;
    const { child, ended, appId } = await spinning(folder);
    expect((await levin(folder, 'gc')).stdout).toBe('Nothing to remove.\n');

    const would = await levin(folder, 'gc', '--older-than', '0', '--dry-run');
    expect(would.stdout).toMatch(
      /^would remove application app-\S+ \(fail\.ts, failed\): \d\S* k?B\nwould remove application app-\S+ \(spin\.ts, dead\): /,
    );
    expect((await listed(folder)).length).toBe(3);
    const refused = await levin(folder, 'gc', appId);
    expect(refused.stderr).toBe(`levin: levin gc: application ${appId} runs. Stop it first: levin cancel ${appId}. [USAGE]\n`);

    const { stdout, code } = await levin(folder, 'gc', '--older-than', '0');
    expect(stdout).toBe(would.stdout.replaceAll('would remove', 'removed').replace('Would free', 'Freed'));
    expect(code).toBe(0);
    expect((await listed(folder)).map(({ id, state }) => [id, state])).toEqual([[appId, 'running']]);
    expect(readdirSync(join(folder.path, '.state/objects/apps'))).toEqual([appId]);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  test('removes one application that is named, and event logs only when told to', async () => {
    using folder = jobFolder({ 'fail.ts': FAILING });
    const appId = ID.exec((await folder.run(['fail.ts', '--on', 'local[1]'])).stderr)?.[0] ?? '';
    await folder.run(['fail.ts', '--on', 'local[1]']);
    expect((await levin(folder, 'gc', appId)).stdout).toMatch(
      /^removed application app-\S+ \(fail\.ts, failed\): (\d\S* k?B)\nFreed \1\.\n$/,
    );
    expect((await listed(folder)).length).toBe(1);
    const history = join(folder.path, '.state/objects/history');
    expect(readdirSync(history).length).toBe(2);
    expect((await levin(folder, 'gc', '--older-than', '0', '--history')).stdout.match(/event log of/g)?.length).toBe(2);
    expect(existsSync(history)).toBe(false);
    expect((await folder.run(['fail.ts', '--app', appId])).stderr).toMatch(/^levin: There is no application app-/);
  });

  test('removes data without an application, temporary files and scratch folders of killed processes', async () => {
    using folder = jobFolder({ 'spin.ts': SPINNING });
    const { child, ended } = await spinning(folder);
    const objects = join(folder.path, '.state/objects');
    const orphan = join(objects, 'apps/app-20200101-000000-00000000/results');
    mkdirSync(orphan, { recursive: true });
    writeFileSync(join(orphan, 'r'), 'x'.repeat(100));
    child.kill('SIGKILL');
    await ended;
    writeFileSync(join(objects, `apps/.levin-tmp-${child.pid}-${'0'.repeat(32)}`), 'x'.repeat(50));
    writeFileSync(join(objects, `apps/.levin-tmp-${process.pid}-${'1'.repeat(32)}`), 'mine');
    const { stdout } = await levin(folder, 'gc');
    expect(stdout).toContain('removed data of no application, app-20200101-000000-00000000: 100 B\n');
    expect(stdout).toContain('removed temporary file of a write that was cut short: 50 B\n');
    expect(readdirSync(join(objects, 'apps')).filter((name) => !ID.test(name))).toEqual([`.levin-tmp-${process.pid}-${'1'.repeat(32)}`]);
    expect((await listed(folder)).map(({ state }) => state)).toEqual(['dead']);
  });
});
