import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Prediction } from '../../driver/whatif/prediction.ts';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { runCli } from '../support/run-cli.ts';

/** For a machine that does a hundred other things. */
const HANG_MS = 240_000;
const REDUCERS = 100;
/** Splits of 128 MiB in 1 TB. */
const MAPS = 7451;
const WORD_COUNT = jobText(
  "const words = lv.textFile('words.txt').flatMap((line) => line.split(' '));",
  `const counts = words.map((word) => [word, 1]).reduceByKey((a, b) => a + b, ${REDUCERS});`,
  'console.log(await counts.count());',
);
/** 2 MB: tasks that are long enough to tell something. */
const WORDS = Array.from({ length: 40_000 }, (_, i) => `the ${i % 97} whale ${(i * 7919) % 10_007} of the sea and a ship ${i % 13}`).join(
  '\n',
);

describe('levin simulate', { timeout: HANG_MS + 10_000 }, () => {
  const folder = jobFolder({ 'job.ts': WORD_COUNT, 'words.txt': WORDS });
  const options = { cwd: folder.path, timeoutMs: HANG_MS, env: { LEVIN_STATE_DIR: `${folder.path}/.state` } };
  let appId = '';
  beforeAll(async () => {
    const { stderr } = await folder.run(['job.ts', '--on', 'local[2]']);
    appId = /application (app-\S+)/.exec(stderr)?.[1] as string;
  });
  afterAll(() => folder[Symbol.dispose]());

  test('word count over 1 TB with 1,000 workers: tasks, requests, seconds and dollars within bounds that are computed by hand', async () => {
    const { code, stdout, stderr } = await runCli(
      ['simulate', '--app', appId, '--workers', '1000', '--input-bytes', '1TB', '--seeds', '1', '--json'],
      options,
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { stages, total, seconds, dollars } = JSON.parse(stdout) as Prediction;
    expect(stages.map(({ tasks }) => tasks)).toEqual([MAPS, REDUCERS]);
    const [maps, reduces] = stages as [Prediction['stages'][number], Prediction['stages'][number]];
    expect(total.invocations).toBe(MAPS + REDUCERS);
    // Every task has all 10,014 keys, so every reducer reads of each.
    expect(reduces.gets).toBe(MAPS * REDUCERS);
    // Chunks of 4 MiB, and one more for the end of the last line; the last split is smaller.
    expect(maps.gets).toBeGreaterThan((MAPS - 1) * 33);
    expect(maps.gets).toBeLessThanOrEqual(MAPS * 33);
    expect(maps.puts).toBe(MAPS);
    // 1 TB by 1,000 networks of 78 MB/s, less their bursts of 315 MB.
    expect(maps.seconds.median).toBeGreaterThan((1e12 - 1000 * 315e6) / (1000 * 78e6));
    expect(seconds.median).toBeGreaterThan(maps.seconds.median);
    // At least what invocations, GETs and PUTs cost by the price list.
    const requests = (MAPS + REDUCERS) * 0.2e-6 + (maps.gets + reduces.gets) * 0.4e-6 + MAPS * 5e-6;
    expect(dollars.median).toBeGreaterThan(requests);
    // At most 1,000 environments of 1,769 MB for the whole time, those requests, and 10 cents for items.
    expect(dollars.median).toBeLessThan(1000 * seconds.median * (1769 / 1024) * 0.0000166667 + requests + 0.1);
  });

  test('the same seed gives the same prediction in another process and time zone; another one does not', async () => {
    const args = ['simulate', '--app', appId, '--workers', '50', '--input-bytes', '10GB', '--seeds', '1', '--json'];
    const [first, again, other] = [
      await runCli(args, options),
      await runCli(args, { ...options, env: { ...options.env, TZ: 'Asia/Tokyo' } }),
      await runCli([...args, '--seed', '2'], options),
    ];

    expect(first.code).toBe(0);
    expect(again.stdout).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
  });

  test('runs the job for its profile, prints its output to stderr, and a table with what was assumed', async () => {
    const { code, stdout, stderr } = await runCli(['simulate', 'job.ts', '--workers', '50', '--input-bytes', '10GB', '--seeds', '1'], {
      cwd: folder.path,
    });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '10014\n' });
    expect(stdout).toMatch(/^job\.ts with 50 workers of 1,769 MB, 10\.0 GB of files, 5,950 × the 1\.7 MB of the profile\n/);
    expect(stdout).toMatch(
      /STAGE {2}OPERATION +TASKS +TIME +A TASK +LONGEST +INPUT +SHUFFLE READ +SHUFFLE WRITE +OUTPUT +GET +PUT +ITEMS +GB-S +COST\n/,
    );
    expect(stdout).toMatch(/^ +0 {2}reduceByKey at job\.ts:5 +75 /m);
    expect(stdout).toMatch(/^ +1 {2}count at job\.ts:6 +100 /m);
    expect(stdout).toContain(
      'n times the input of a task has n^0.00 times the keys (as those of its 2 tasks and of all of them together did in the profile)',
    );
    expect(stdout).toContain('shuffles for which the job gives a number keep it (100)');
  });

  test('a file of events serves as well as the application; one that is none says what it is', async () => {
    const file = join(folder.path, 'events.jsonl');
    const parts = globSync('.state/objects/history/*/events/*.jsonl', { cwd: folder.path }).sort();
    writeFileSync(file, parts.map((part) => readFileSync(join(folder.path, part), 'utf8')).join(''));
    const args = ['--input-bytes', '10GB', '--seeds', '1'];
    const [ofFile, ofApp] = [
      await runCli(['simulate', '--events', file, ...args], options),
      await runCli(['simulate', '--app', appId, ...args], options),
    ];

    expect(ofFile.code).toBe(0);
    expect(ofFile.stdout).toBe(ofApp.stdout);
    expect(await runCli(['simulate', '--events', join(folder.path, 'words.txt')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `levin: levin simulate: line 1 of ${join(folder.path, 'words.txt')} is no JSON; an event log has one event a line (docs/event-log.md). [NO_PROFILE]\n`,
      ),
    });
  });

  test.each([
    [['--workers', '-1'], 'levin: levin simulate: --workers is "-1"; it must be a whole number from 1 to 100000. [USAGE]\n'],
    [
      ['--input-bytes', '1XB'],
      'levin: levin simulate: --input-bytes is "1XB"; it must be a size, for example 1TB or 250GiB. Units: B, KB, MB, GB, TB, PB (powers of 1,000), KiB, MiB, GiB, TiB, PiB (powers of 1,024). [USAGE]\n',
    ],
    [['--memory-size', '64'], 'levin: levin simulate: --memory-size is "64"; it must be a whole number from 128 to 10240. [USAGE]\n'],
    [
      ['--worker', '5'],
      'levin: levin simulate: unknown option "--worker". Did you mean "--workers"? Options of the job itself stand behind --: levin simulate job.ts -- --worker [USAGE]\n',
    ],
  ])('%j is refused with what would be right', async (args, message) => {
    expect(await runCli(['simulate', 'job.ts', ...args])).toMatchObject({ code: 1, stdout: '', stderr: message });
  });

  test('a job that reads no files has nothing to scale; one that fails has no profile', async () => {
    using folder = jobFolder({
      'job.ts': jobText("if (process.argv.length > 2) throw new Error('no');", 'console.log(await lv.range(10).count());'),
    });
    const options = { cwd: folder.path };
    const unscaled = await runCli(['simulate', 'job.ts', '--input-bytes', '1GB'], options);
    const failed = await runCli(['simulate', 'job.ts', '--', 'fail'], options);

    expect(unscaled).toMatchObject({
      code: 1,
      stderr:
        '10\nlevin: levin simulate: job.ts read no files, so --input-bytes has nothing to scale. Leave it out: the run is simulated at the size that it had. [NO_INPUT_TO_SCALE]\n',
    });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(
      'levin: levin simulate: the run of job.ts that was to be profiled ended with exit code 1; what it printed stands above. [PROFILE_RUN_FAILED]\n',
    );
  });
});
