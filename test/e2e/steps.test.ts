import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';

const appIdOf = (stderr: string): string => /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '';

/** Fails in its second step until the file that its argument names is there; notes each run of its first. */
const JOB = `import { appendFileSync, existsSync } from 'node:fs';\n${jobText(
  'const marker = process.argv[2] as string;',
  'const started = lv.now();',
  "const run = await lv.step('run', () => { appendFileSync('ran', 'x'); return { id: Math.random(), at: new Date() }; });",
  'const drawn = [lv.random(), lv.random()];',
  'const sum = await lv.range(10).map((x) => x + (run.id < 2 ? 1 : 0)).sum();',
  'console.log(JSON.stringify([started, run, drawn, sum]));',
  "const size = await lv.step('ask', async () => { if (!existsSync(marker)) throw new Error('no answer'); return 4; });",
  'console.log(await lv.range(size).count());',
)}`;

test('a job that failed in a step keeps what it has; resumed it goes on with the same values', async () => {
  using folder = jobFolder({ 'job.ts': JOB });
  const failed = await folder.run(['job.ts', '--on', 'local[2]', 'marker']);
  expect(failed.stderr).toMatch(/ failed in /);
  expect(failed.stderr).toMatch(/\nError: no answer\n {4}at .*job\.ts:11:/);
  expect(failed.code).toBe(1);
  writeFileSync(join(folder.path, 'marker'), '');
  const resumed = await folder.run(['job.ts', '--app', appIdOf(failed.stderr)]);
  expect([resumed.stdout, resumed.code]).toEqual([`${failed.stdout}4\n`, 0]);
  expect(readFileSync(join(folder.path, 'ran'), 'utf8')).toBe('x');
});

test.each([
  [
    'await lv.range(2).count();',
    'await lv.range(3).count();',
    /its action 0 was count at \S+job\.ts:6:\d+ .* is count at \S+job\.ts:7:\d+ now/,
  ],
  [
    "await lv.step('a', () => 1);",
    "await lv.step('b', () => 1);",
    /comes to step "b" at \S+job\.ts:7:\d+ now, .* step "a" at \S+job\.ts:6:/,
  ],
  ['lv.now();', 'lv.random();', /comes to lv\.random\(\) at \S+job\.ts:7:\d+ now, .* lv\.now\(\) at \S+job\.ts:6:/],
])('another way than before (%s) is refused with both places, and nothing is lost by it', async (first, second, message) => {
  const lines = ["const again = existsSync('again');", `if (!again) ${first}`, `else ${second}`];
  const job = jobText(...lines, "await lv.step('last', () => { throw new Error('stopped'); });");
  using folder = jobFolder({ 'job.ts': `import { existsSync } from 'node:fs';\n${job}` });
  const stopped = await folder.run(['job.ts', '--on', 'local[1]']);
  expect(stopped.stderr).toContain('Error: stopped');
  const resume = ['job.ts', '--app', appIdOf(stopped.stderr)];

  writeFileSync(join(folder.path, 'again'), '');
  const refused = await folder.run(resume);
  expect(refused.stderr).toMatch(message);
  expect(refused.stderr).toContain('[DRIVER_NOT_DETERMINISTIC]');
  expect(refused.code).toBe(1);

  rmSync(join(folder.path, 'again'));
  expect((await folder.run(resume)).stderr).toContain('Error: stopped');
});
