import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type JobFolder, jobFolder, jobText } from '../support/job-folder.ts';
import { runCli } from '../support/run-cli.ts';

const LEVIN = fileURLToPath(new URL('../../bin/levin.js', import.meta.url));

/** Its second action fails until there is a file. */
const JOB = `import { existsSync } from 'node:fs';\n${jobText(
  "console.log('first', await lv.range(1000, { numSlices: 40 }).map((x) => [x % 7, x]).groupByKey(40).count());",
  'const checked = lv.range(10).map((x) => { if (!existsSync("marker")) throw new TypeError("not yet"); return x; });',
  "console.log('second', await checked.count());",
)}`;

const WRITING = jobText(
  'const line = "x".repeat(2000);',
  "await lv.range(300, { numSlices: 3 }).map((x) => `${x} ${line}`).saveAsTextFile('data/out');",
);

/** Runs a shell script in a mount namespace of its own, where it may mount what it likes; `levin` runs the command. No privileges are needed. */
async function inMounts(
  folder: JobFolder,
  script: string,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: unknown }> {
  const child = spawn('unshare', ['-rm', 'sh', '-c', `levin() { "${process.execPath}" "${LEVIN}" "$@"; }; ${script}`], {
    cwd: folder.path,
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '', LEVIN_STATE_DIR: join(folder.path, '.state') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code };
}

/** levin's own lines about the error, without stacks and causes. */
function errorLine(stderr: string): string | undefined {
  return stderr.split('\n').findLast((line) => /^levin.* \[[A-Z_]+\]$/.test(line));
}

describe('a state file that is damaged', () => {
  test('is told, in full, and kept as it is; put back in order, nothing is lost', { timeout: 180_000 }, async () => {
    using folder = jobFolder({ 'job.ts': JOB });
    const failed = await folder.run(['job.ts', '--on', 'local[2]']);
    expect([failed.stdout, failed.code]).toEqual(['first 7\n', 1]);
    const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(failed.stderr)?.[0] ?? '';
    const state = join(folder.path, '.state');
    const file = join(state, 'metadata.sqlite');
    const intact = readFileSync(file);
    expect(readdirSync(state)).not.toContain('metadata.sqlite-wal');
    const cases: readonly (readonly [string, () => void, string])[] = [
      [
        'text',
        () => writeFileSync(file, 'not a database\n'.repeat(300)),
        'it is no state file of levin. Move it away, or choose another state folder.',
      ],
      [
        'header',
        () => writeFileSync(file, Buffer.from(intact).fill(0xff, 0, 24)),
        'it is no state file of levin. Move it away, or choose another state folder.',
      ],
      ['empty', () => truncateSync(file, 0), damagedText(file, `it is empty, and ${join(state, 'objects/apps')} holds applications`)],
      ['cut', () => truncateSync(file, intact.length - 4096 * 3), damagedText(file, 'database disk image is malformed')],
      ['a page of zeros', () => writeFileSync(file, Buffer.from(intact).fill(0, 4096 * 4, 4096 * 5)), 'it is damaged (Tree '],
      [
        'one bit',
        () => writeFileSync(file, flipped(intact, `${appId}#journal0000000001{`)),
        'is not what was written). Nothing was changed in it.',
      ],
    ];
    for (const [what, damage, message] of cases) {
      writeFileSync(file, intact);
      damage();
      const damaged = readFileSync(file);
      const { stdout, stderr, code } = await folder.run(['job.ts', '--app', appId]);
      expect([what, stdout, code], stderr).toEqual([what, '', 1]);
      expect(errorLine(stderr), what).toContain(`Cannot use the state file ${file}: `);
      expect(errorLine(stderr), what).toContain(message);
      // A bit is found where it is read, and the lease is taken by then.
      if (what !== 'one bit') expect(readFileSync(file).equals(damaged), what).toBe(true);
    }
    truncateSync(file, 0);
    const gc = await runCli(['gc', '--older-than', '0'], { env: { LEVIN_STATE_DIR: state } });
    expect([gc.stdout, gc.code]).toEqual(['', 1]);

    writeFileSync(file, intact);
    for (const name of ['metadata.sqlite-wal', 'metadata.sqlite-shm']) expect(readdirSync(state)).not.toContain(name);
    writeFileSync(join(folder.path, 'marker'), '');
    const resumed = await folder.run(['job.ts', '--app', appId]);
    expect([resumed.stdout, resumed.code]).toEqual(['first 7\nsecond 10\n', 0]);
    expect(resumed.stderr).toContain('1 job + 1 from the journal');
  });
});

function damagedText(file: string, what: string): string {
  return (
    `levin: Cannot use the state file ${file}: it is damaged (${what}). Nothing was changed in it. Put a backup in its place, or move it away, with ${file}-wal and ${file}-shm ` +
    'where they are there: levin then begins anew, and its applications cannot be resumed. [STATE_CORRUPT]'
  ).slice(`levin: Cannot use the state file ${file}: `.length);
}

/** One bit, 4 bytes behind each place where this stands. */
function flipped(bytes: Buffer, before: string): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = bytes.indexOf(before); at >= 0; at = bytes.indexOf(before, at + 1)) {
    const place = at + before.length + 4;
    copy[place] = (copy[place] as number) ^ 1;
  }
  return copy;
}

test('a state file that another process keeps locked: who holds it, after 10 s', { timeout: 120_000 }, async () => {
  using folder = jobFolder({ 'job.ts': jobText('console.log(await lv.range(3).count());') });
  const state = join(folder.path, '.state');
  await folder.run(['job.ts', '--on', 'local[1]']);
  const file = join(state, 'metadata.sqlite');
  const program =
    "const db = new (require('node:sqlite').DatabaseSync)(process.argv[1]); db.exec('BEGIN EXCLUSIVE'); console.log('locked'); setInterval(() => {}, 1000)";
  const holder = spawn(process.execPath, ['--no-warnings', '-e', program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(holder.stdout, 'data');
    const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local[1]']);
    expect([stdout, code]).toEqual(['', 1]);
    const [line = ''] = stderr.split('\n');
    expect(
      line.startsWith(
        `levin: The state file ${file} stayed locked by process ${holder.pid} (${process.execPath} --no-warnings -e const db`,
      ),
    ).toBe(true);
    expect(line.endsWith(') for too long (30 s, 10 s when a command starts). End that process, or run again later. [STORE_BUSY]')).toBe(
      true,
    );
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'close');
  }
  expect((await folder.run(['job.ts', '--on', 'local[1]'])).stdout).toBe('3\n');
});

describe('a disk that cannot be written', () => {
  test('the state folder is read-only', async () => {
    using folder = jobFolder({ 'job.ts': WRITING });
    const state = join(folder.path, '.state');
    mkdirSync(state);
    mkdirSync(join(folder.path, 'data'));
    const readOnly = 'mount --bind .state .state && mount -o remount,bind,ro .state && ';
    const fresh = await inMounts(folder, `${readOnly}levin run job.ts --on 'local[1]'`);
    const told = `levin: Cannot use the state file ${state}/metadata.sqlite: its file system is mounted read-only. Choose another state folder (--state-dir, LEVIN_STATE_DIR). [PERMISSION_DENIED]`;
    expect([errorLine(fresh.stderr), fresh.stdout, fresh.code]).toEqual([told, '', 1]);
    const below = await inMounts(folder, `${readOnly}levin run job.ts --on 'local[1]' --state-dir .state/new`);
    expect([errorLine(below.stderr), below.code]).toEqual([told.replace('.state/', '.state/new/'), 1]);
    expect(readdirSync(join(folder.path, 'data'))).toEqual([]);
  });

  test('the disk of the state folder is full', async () => {
    using folder = jobFolder({
      'job.ts': jobText(
        'const line = "x".repeat(4000);',
        'console.log(await lv.range(300, { numSlices: 3 }).map((x) => [x % 7, line]).groupByKey(2).count());',
      ),
    });
    mkdirSync(join(folder.path, '.state'));
    const script =
      "mount -t tmpfs -o size=700k none .state && levin run job.ts --on 'local[1]'; code=$?; find .state -name '.levin-tmp-*'; exit $code";
    const { stdout, stderr, code } = await inMounts(folder, script);
    expect([stdout, code], stderr).toEqual(['', 1]);
    expect(errorLine(stderr)).toMatch(
      /Cannot (write|use the state file) \S+\/\.state\/\S+: the disk is full\. Free some space, or choose a (state )?folder on another disk\. \[NO_SPACE\]$/,
    );
  });

  test('the disk of the state folder was filled by others', async () => {
    using folder = jobFolder({ 'job.ts': jobText('console.log(await lv.range(3).count());') });
    mkdirSync(join(folder.path, '.state'));
    const fill = 'dd if=/dev/zero of=.state/filler bs=1k 2>/dev/null';
    const script = `mount -t tmpfs -o size=2m none .state && levin run job.ts --on 'local[1]' && { ${fill}; levin apps; echo code $?; rm .state/filler; levin apps | tail -n +2; }`;
    const { stdout, stderr } = await inMounts(folder, script);
    expect(errorLine(stderr)).toBe(
      `levin: Cannot use the state file ${folder.path}/.state/metadata.sqlite: the disk is full. Free some space, or choose a state folder on another disk. [NO_SPACE]`,
    );
    expect(stdout).toMatch(/^3\ncode 1\napp-\S+ +job\.ts +finished /);
  });

  test('the disk of the output is full: nothing is published, and once there is room the output is made', async () => {
    using folder = jobFolder({ 'job.ts': WRITING });
    mkdirSync(join(folder.path, 'data'));
    const script = [
      "mount -t tmpfs -o size=300k none data; levin run job.ts --on 'local[1]'; echo code $?; find data -type f -name '[!_]*' -size +0",
      'mount -o remount,size=3m data; id=$(levin apps --json | sed \'s/.*"id":"\\([^"]*\\)".*/\\1/\' | grep -o \'app-[0-9a-f-]*\' | head -1)',
      'levin run job.ts --app $id; echo code $?; cat data/out/part-* | wc -l; ls data/out | grep -v part-',
    ].join('; ');
    const { stdout, stderr } = await inMounts(folder, script);
    expect(stderr).toMatch(
      /levin: saveAsTextFile: task \d of stage 0 .* failed 4 times, last with: Cannot write \S+\/data\/out\/_levin\/staged\/part-\S+: the disk is full\. Free some space, or choose a folder on another disk\. \[NO_SPACE\]\n/,
    );
    expect(stdout.replace(/data\/out\/_levin\/staged\/\S+\n/g, '')).toBe('code 1\ncode 0\n300\n_SUCCESS\n_levin\n');
  });

  test('the folder of temporary files is read-only', async () => {
    using folder = jobFolder({ 'job.ts': WRITING });
    mkdirSync(join(folder.path, 'data'));
    mkdirSync(join(folder.path, 'local'));
    const readOnly = 'mount --bind local local && mount -o remount,bind,ro local && ';
    const { stderr, code } = await inMounts(folder, `${readOnly}levin run job.ts --on 'local-cluster[1,1,256]' --conf localDir=local`);
    const local = join(folder.path, 'local');
    expect([errorLine(stderr)?.replace(/levin-executor-[^')]+/, 'levin-executor-…'), code]).toEqual([
      `levin: No folder for temporary files can be made in ${local} (EROFS: read-only file system, mkdtemp '${local}/levin-executor-…'). Let localDir (LEVIN_LOCAL_DIR) name a folder that is there and can be written, on a local disk. [LOCAL_DIR]`,
      1,
    ]);
  });
});
