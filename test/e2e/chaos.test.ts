import { describe, expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import type { CliResult } from '../support/run-cli.ts';

const MAPS = 4;
const REDUCERS = 3;
const JOB = jobText(
  `const pairs = lv.parallelize(Array.from({ length: 1000 }, (_, n) => n), ${MAPS}).map((n) => [n % 10, n]);`,
  `const sums = await pairs.reduceByKey((a, b) => a + b, ${REDUCERS}).collect();`,
  'console.log(JSON.stringify(sums.toSorted(([a], [b]) => a - b)));',
);
/** Of 0, 10, 20 … 990 and so on: 100 numbers each. */
const ANSWER = `${JSON.stringify(Array.from({ length: 10 }, (_, k) => [k, 49_500 + 100 * k]))}\n`;

/** For a machine that does a hundred other things. */
const HANG_MS = 240_000;

async function run(master: string, chaos: string): Promise<CliResult & { readonly count: (text: RegExp) => number }> {
  using folder = jobFolder({ 'job.ts': JOB });
  const result = await folder.run(['job.ts', '--on', master, '--chaos', chaos, '--conf', 'leaseMs=500', '--conf', 'progress=none'], {
    timeoutMs: HANG_MS,
  });
  return { ...result, count: (text) => Number(text.exec(result.stderr)?.[1] ?? 0) };
}

describe('chaos: the answer is what it is without', { timeout: HANG_MS + 10_000 }, () => {
  test('local[n]: workers are terminated, answers of commits lost, calls of the object store refused', async () => {
    const { code, stdout, stderr, count } = await run('local[2]', 'task=0.4,commit=1,store=1,seed=1');

    expect({ code, stdout }).toEqual({ code: 0, stdout: ANSWER });
    expect(stderr).toContain("levin: faults are injected; --chaos 'task=0.4,commit=1,store=1,seed=1' repeats them\n");
    expect(stderr).toMatch(/levin: chaos: killed the worker of task \d of stage \d\n/);
    expect(count(/(\d+) attempts? killed/)).toBeGreaterThanOrEqual(1);
    expect(count(/(\d+) answers of commits lost/)).toBe(2 * (MAPS + REDUCERS));
    expect(count(/(\d+) calls? of the object store refused/)).toBeGreaterThanOrEqual(1);
    expect(stderr).toMatch(/refused: whether the answer is right is yours to judge\n$/);
  });

  test('local[n]: shuffle objects are deleted and damaged, attempts refused, outcomes held back', async () => {
    const { code, stdout, stderr, count } = await run('local[2]', 'shuffle=1,throttle=0.3,slow=0.5,seed=7');

    expect({ code, stdout }).toEqual({ code: 0, stdout: ANSWER });
    expect(stderr).toContain('levin: chaos: deleted the shuffle output of task ');
    expect(stderr).toContain('levin: chaos: flipped a bit in the shuffle output of task ');
    expect(stderr).toMatch(/chaos: 3 shuffle objects deleted or damaged, \d+ attempts? refused, \d+ outcomes? held back: whether/);
    expect(count(/(\d+) lost outputs made again/)).toBe(3);
  });

  test('local-cluster: executors get SIGKILL, shuffle objects get lost, and the driver is killed and started again', async () => {
    const { code, stdout, stderr, count } = await run('local-cluster[2,1,256]', 'task=0.2,shuffle=1,driver=1,seed=86');

    expect({ code, stdout }).toEqual({ code: 0, stdout: ANSWER });
    expect(stderr).toMatch(/levin: chaos: killed executor \d, which ran task \d of stage \d\n/);
    expect(stderr).toContain('levin: chaos: killed the driver after task ');
    expect(stderr).toMatch(/application app-\S+, resumed\n/);
    expect(count(/(\d+) attempts? killed/)).toBeGreaterThanOrEqual(1);
    expect(count(/(\d+) shuffle objects? deleted or damaged/)).toBeGreaterThanOrEqual(1);
    expect(stderr).toMatch(/, driver killed once: whether the answer is right is yours to judge\n$/);
  });

  test('the driver is killed twice; the exit code is that of the last one', async () => {
    // Many tasks: those that are in flight together may be committed together, and a driver dies at outcomes of its own.
    using folder = jobFolder({
      'job.ts': jobText(`console.log(await lv.range(100, { numSlices: 50 }).count());`, 'process.exitCode = 3;'),
    });
    const { code, stdout, stderr } = await folder.run(['job.ts', '--on', 'local[2]', '--chaos', 'driver=2', '--conf', 'leaseMs=500'], {
      timeoutMs: HANG_MS,
    });

    expect({ code, stdout }).toEqual({ code: 3, stdout: '100\n' });
    expect(stderr.match(/levin: chaos: killed the driver after task /g)).toHaveLength(2);
    expect(stderr).toMatch(/chaos: driver killed 2 times: whether/);
  });

  test('a setting of the job cannot have its own driver killed, and says so', async () => {
    using folder = jobFolder({
      'job.ts': JOB.replace('Context.create()', "Context.create({ chaos: 'driver=1,seed=7', master: 'local[2]' })"),
    });
    const { code, stdout, stderr } = await folder.run(['job.ts', '--conf', 'progress=none'], { timeoutMs: HANG_MS });

    expect({ code, stdout }).toEqual({ code: 0, stdout: ANSWER });
    expect(stderr).toContain('levin: driver=1 has no effect here: only levin run --chaos starts a driver again\n');
  });

  test('what is no fault is refused before anything runs', async () => {
    expect(await run('local[2]', 'driver=1,tsk=0.1')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'levin: chaos: unknown kind "tsk" in "tsk=0.1". Did you mean "task"? [INVALID_CONFIG]\n',
    });
  });
});
