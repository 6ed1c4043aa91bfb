import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type JobFolder, jobFolder } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import type { CliResult } from '../support/run-cli.ts';

const TRAINING = readFileSync(new URL('./jobs/barrier-training.ts', import.meta.url), 'utf8');
const HALF = 100;

/** `label,1,x,y` */
const POINTS = Array.from({ length: 2 * HALF }, (_, i) => {
  const [x, y] = [Math.round(1000 * Math.sin(i)), Math.round(1000 * Math.cos(7 * i))];
  return [x > 0.3 * y ? 1 : 0, 1, (x + 1000) / 1000, (y + 1000) / 1000].map((value) => value.toFixed(3));
});

/** The same training in one loop, which sums as two tasks of half of the points do. */
function sequentialModel(): readonly number[] {
  const model = [0, 0, 0];
  for (let round = 0; round < 10; round++) {
    const total = [0, 0, 0];
    for (const half of [POINTS.slice(0, HALF), POINTS.slice(HALF)]) {
      const sum = [0, 0, 0];
      for (const [label, ...texts] of half) {
        const x = texts.map(Number);
        let score = 0;
        for (let i = 0; i < 3; i++) score += (x[i] as number) * (model[i] as number);
        const error = 1 / (1 + Math.exp(-score)) - Number(label);
        for (let i = 0; i < 3; i++) sum[i] = (sum[i] as number) + (x[i] as number) * error;
      }
      for (let i = 0; i < 3; i++) total[i] = (total[i] as number) + (sum[i] as number);
    }
    for (let i = 0; i < 3; i++) model[i] = (model[i] as number) - (total[i] as number) / 100;
  }
  return model;
}

/** Partition 1 dies in its fourth round, the first time. */
const dying = (how: string): string =>
  TRAINING.replace(
    'const all =',
    `if (round === 3 && context?.partitionId() === 1 && context.attemptNumber() === 0) ${how};\n      const all =`,
  );

async function train(folder: JobFolder, master: string, env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  const lines = POINTS.map((point) => point.join(','));
  // Lines of equal length: the file is cut in its middle.
  folder.write('points.csv', `${lines.join('\n')}\n`);
  return await folder.run(['job.ts', '--on', master, ...(master.startsWith('aws') ? ['--upload'] : []), 'points.csv'], {
    env,
    timeoutMs: 120_000,
  });
}

describe('data-parallel training in a barrier stage', () => {
  test.each(['local[2]', 'local-cluster[2,1,512]'])('gives the sequential model, to the last bit (%s)', async (master) => {
    using folder = jobFolder({ 'job.ts': TRAINING });
    const { stdout, stderr, code } = await train(folder, master);
    expect([JSON.parse(stdout || 'null'), code]).toEqual([[sequentialModel(), sequentialModel()], 0]);
    expect(stderr).toContain('1 job, 1 stage, 2 tasks, 0 retries');
  });

  test.each([
    ['local[2]', 'process.exit(3)', 'called process.exit(3)'],
    ['local-cluster[2,1,512]', "process.kill(process.pid, 'SIGKILL')", 'was killed by SIGKILL'],
  ])('begins anew as a whole when a member dies, and gives the same (%s)', async (master, how, said) => {
    using folder = jobFolder({ 'job.ts': dying(how) });
    const { stdout, stderr, code } = await train(folder, master);
    expect([JSON.parse(stdout || 'null'), code]).toEqual([[sequentialModel(), sequentialModel()], 0]);
    expect(stderr).toContain('All tasks of stage 0');
    expect(stderr).toContain(said);
    // Both tasks ran twice, and one attempt failed by itself.
    expect(stderr).toContain('1 job, 1 stage, 2 tasks, 2 retries');
    expect(stderr).toContain('1 failed attempt, 1 warning');
  });

  test('runs as invocations on aws, also when one of them fails', async () => {
    await using aws = await startEmulatedAws({ memorySizesMb: [512] });
    using folder = jobFolder({ 'job.ts': dying("throw new Error('the first time')") });
    const { stdout, stderr, code } = await train(folder, 'aws:test', aws.env);
    expect([JSON.parse(stdout || 'null'), code, stderr]).toEqual([
      [sequentialModel(), sequentialModel()],
      0,
      expect.stringContaining('2 retries'),
    ]);
  });
});

const job = (...lines: readonly string[]): string =>
  [
    "import { BarrierTaskContext, Context, TaskContext } from 'levin';",
    'await using lv = await Context.create();',
    'const told = async (work: Promise<unknown>) => console.log(await work.catch((error) => `${error.code}: ${error.message}`));',
    ...lines,
  ].join('\n');

test('what cannot run together is refused when the action is called, with the reason', async () => {
  using folder = jobFolder({
    'job.ts': job(
      'const two = lv.range(4, { numSlices: 2 });',
      'const own = <T,>(rdd: { barrier(): any }) => rdd.barrier().mapPartitions((xs: Iterable<T>) => [...xs]);',
      'await told(own(lv.range(4, { numSlices: 3 })).collect());',
      'await told(own(two).take(1));',
      'await told(own(lv.range(4, { numSlices: 4 }).coalesce(2)).count());',
      'await told(own(two).zip(own(two)).count());',
      'await told(own(two.repartition(2)).map((x: number) => x + 1).sum());',
      'await told(two.map(() => BarrierTaskContext.get() === null).count());',
      'console.log(BarrierTaskContext.get());',
    ),
  });
  const { stdout, code } = await folder.run(['job.ts', '--on', 'local[2]', '--quiet']);
  const lines = stdout.trim().split('\n');
  expect([lines.slice(0, 5), code]).toEqual([
    [
      'BARRIER_TOO_LARGE: collect: stage 0 (collect at job.ts:6) runs all its 3 tasks together (barrier), but only 2 can run at once here. Use at most 2 partitions before barrier(), or run it where there is more room (--on).',
      'BARRIER_NOT_ALLOWED: take: stage 1 (take at job.ts:7) runs all its 2 tasks together (barrier), but take asks for 1 of them only. Use collect() and take what you need of it, or save what the barrier stage gives and go on from there.',
      'BARRIER_NOT_ALLOWED: count: stage 2 (count at job.ts:8) runs all its 2 tasks together (barrier), but in it are RDDs with other numbers of partitions (coalesce, union, cartesian). Use repartition(n), which is a stage of its own, in place of coalesce(n), or before barrier().',
      'BARRIER_NOT_ALLOWED: count: stage 3 (count at job.ts:9) runs all its 2 tasks together (barrier), but it puts two barrier RDDs together. Save what one of them gives, or shuffle it (repartition), and put them together then.',
      '10',
    ],
    0,
  ]);
  expect(lines[5]).toContain('is not part of a barrier stage. Use rdd.barrier().mapPartitions(…), or TaskContext.get().');
  expect(lines[6]).toBe('null');
});

test('tasks that do not make the same calls fail, and say what differs', async () => {
  using folder = jobFolder({
    'job.ts': job(
      'await told(lv.range(2, { numSlices: 2 }).barrier().mapPartitionsWithIndex(async (p, xs) => {',
      '  if (p === 1) await BarrierTaskContext.get()?.barrier();',
      '  return [...xs];',
      '}).collect());',
    ),
  });
  const { stdout, code } = await folder.run(['job.ts', '--on', 'local[2]', '--quiet']);
  expect(stdout).toMatch(
    /^BARRIER_UNEQUAL: collect: task 1 of stage 0 .* partition 0 has ended after 0 calls, while others wait\. All tasks must make the same calls in the same order\.\n$/,
  );
  expect(code).toBe(0);
});

test.each(['local[2]', 'local-cluster[1,2,512]'])('tasks meet though one worker keeps the data of both (%s)', async (master) => {
  using folder = jobFolder({
    'job.ts': job(
      "const { threadId } = await import('node:worker_threads');",
      "const where = lv.range(2, { numSlices: 2 }).map(async () => (await import('node:worker_threads')).threadId).cache();",
      '// One after the other, in the worker that is up.',
      'const kept = await where.take(2);',
      'const met = await where.barrier().mapPartitions(async ([computed]) => {',
      "  const here = (await import('node:worker_threads')).threadId;",
      '  const others = await BarrierTaskContext.get()?.allGather(String(here));',
      '  return [new Set(others).size, computed];',
      '}).collect();',
      'console.log(kept[0] === kept[1], kept.includes(threadId), met.filter((_, i) => i % 2 === 0));',
    ),
  });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', master]);
  expect([stdout, code]).toEqual(['true false [ 2, 2 ]\n', 0]);
  expect(stderr).toContain('0 retries');
});
