import { describe, expect, test } from 'vitest';
import { doorsIn, submittedJobs, waitingJob } from '../support/lambda/submitted-jobs.ts';
import { temporaryFolder } from '../support/run-cli.ts';

const TIMEOUT_MS = 600_000;

const namesOf = (launched: readonly { readonly stageId: string; readonly partition: number }[]): readonly string[] =>
  launched.map(({ stageId, partition }) => `${stageId}/${partition}`);

const WORDS = `
import { globalThisTrace } from './trace.ts';
export default async (lv, args) => {
  console.log(globalThisTrace(args[0]));
  console.error('to stderr');
  console.log(JSON.stringify(await lv.parallelize(args, 2).map((word) => [word, 1]).reduceByKey((a, b) => a + b).collect()));
};
`;

const TRACE = `
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
export function globalThisTrace(name: string): string {
  const found = [(globalThis as { trace?: string }).trace, ...readdirSync('.'), ...readdirSync(tmpdir())];
  (globalThis as { trace?: string }).trace = name;
  for (const folder of ['.', tmpdir()]) writeFileSync(folder + '/' + name, name);
  return JSON.stringify(found);
}
`;

test('levin submit runs the driver on Lambda: logs, result and an event on the bus say what became of it; applications see nothing of each other', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using jobs = await submittedJobs({ job: WORDS });
  jobs.folder.write('trace.ts', TRACE);
  for (const words of [
    ['a', 'b', 'a'],
    ['c', 'c'],
  ]) {
    const appId = await jobs.submit('--name', 'words', ...words);
    const { stdout, ...result } = await jobs.result(appId);
    const counts = [...Map.groupBy(words, (word) => word)].map(([word, { length }]) => [word, length]);
    const [traces, answer] = stdout.split('\n');
    expect([traces, JSON.parse(answer ?? '').toSorted()]).toEqual(['[null]', counts]);
    expect(result).toMatchObject({ id: appId, name: 'words', state: 'finished', outcome: 'succeeded', message: null });
    expect(result.costDollars).toBeGreaterThan(0);
    const printed = await jobs.cli('logs', appId);
    expect([printed.code, printed.stdout]).toEqual([0, stdout]);
    expect(printed.stderr).toContain('to stderr\n');
    expect(printed.stderr).toMatch(/words \(app-\S+\) succeeded in/);
    expect(printed.stderr).not.toContain('resumed');
    expect(jobs.engine.eventbridge.events().at(-1)).toEqual({
      source: 'levin',
      detailType: 'Levin Application Ended',
      detail: { engine: 'test', appId, name: 'words', outcome: 'succeeded', message: null, cost: result.costDollars },
    });
  }
  expect(jobs.engine.eventbridge.events().length).toBe(2);
  expect(jobs.engine.lambda.environments().filter(({ functionName }) => functionName === 'levin-test-driver').length).toBe(1);
});

describe('a driver function that does not live long enough', () => {
  test('hands over in time; the old one is killed at its limit instead of returning: nothing is launched twice', {
    timeout: TIMEOUT_MS,
  }, async () => {
    using folder = temporaryFolder('levin-doors-');
    const doors = doorsIn(folder.path);
    const pids: number[] = [];
    const inFlight: number[] = [];
    let awaited: readonly number[] = [];
    await using jobs = await submittedJobs({
      job: waitingJob(8),
      maxConcurrency: 4,
      driverTimeLimitMs: 8_000,
      onLife(_, pid) {
        // The one before was just about to return.
        const before = pids.at(-1);
        if (before !== undefined) process.kill(-before, 'SIGSTOP');
        pids.push(pid);
        const waiting = jobs.launched.map(({ partition }) => partition).filter((partition) => !doors.isOpen(partition));
        inFlight.push(waiting.length);
        // A whole life has waited for these.
        doors.open(awaited);
        awaited = waiting;
      },
    });
    const appId = await jobs.submit(folder.path);
    const { stdout, outcome } = await jobs.result(appId);
    expect([stdout, outcome]).toEqual(['28\n', 'succeeded']);
    expect(namesOf(jobs.launched).length).toBe(8);
    expect(new Set(namesOf(jobs.launched)).size).toBe(8);
    expect(inFlight.filter((count) => count >= 3).length).toBeGreaterThanOrEqual(3);
    expect(jobs.lives).toEqual(jobs.lives.map((_, i) => i + 1));
    expect(jobs.engine.eventbridge.events().length).toBe(1);
  });

  test('is killed in the middle: its failure queue starts the next one, which waits for what runs', { timeout: TIMEOUT_MS }, async () => {
    using folder = temporaryFolder('levin-doors-');
    const doors = doorsIn(folder.path);
    let driver = 0;
    await using jobs = await submittedJobs({
      job: waitingJob(6),
      maxConcurrency: 3,
      onLife(life, pid) {
        driver = pid;
        if (life > 1) doors.open([0, 1, 2, 3, 4, 5]);
      },
      onLaunch() {
        if (jobs.launched.length === 3) process.kill(-driver, 'SIGKILL');
      },
    });
    const { stdout, outcome } = await jobs.result(await jobs.submit(folder.path));
    expect([stdout, outcome]).toEqual(['15\n', 'succeeded']);
    expect(jobs.lives).toEqual([1, 2]);
    expect(namesOf(jobs.launched).length).toBe(new Set(namesOf(jobs.launched)).size);
    const printed = await jobs.cli('logs', (await jobs.engine.list(`s3://${jobs.engine.bucket}/history/`))[0]?.split('/')[4] ?? '');
    expect(printed.stderr).toMatch(
      /levin: driver 2 of app-\S+ goes on \(RequestId: \S+ Error: Runtime exited with error: signal: killed\)/,
    );
  });

  test('and gets no further each time: the application fails, and says so', { timeout: TIMEOUT_MS }, async () => {
    await using jobs = await submittedJobs({ job: "console.log('here I die');\nprocess.kill(process.pid, 'SIGKILL');\n" });
    const appId = await jobs.submit();
    const { state, message, stdout } = await jobs.result(appId);
    expect([state, stdout]).toEqual(['failed', 'here I die\n']);
    expect(message).toBe(
      `Its driver was started again 5 times and got no further. The last one: The driver's process of ${appId} was killed (SIGKILL): out of memory, or a crash of Node. What is committed is kept: levin logs ${appId} says how far the 6 drivers came; give the driver function more memory or time, or split steps that take longer than its time limit.`,
    );
    expect(jobs.lives).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(jobs.engine.eventbridge.events().map(({ detail }) => detail)).toMatchObject([{ appId, outcome: 'failed', message }]);
  });
});

test('levin cancel ends a submitted application', { timeout: TIMEOUT_MS }, async () => {
  using folder = temporaryFolder('levin-doors-');
  const launched = Promise.withResolvers<void>();
  await using jobs = await submittedJobs({ job: waitingJob(2), onLaunch: () => launched.resolve() });
  const appId = await jobs.submit(folder.path);
  await launched.promise;
  const running = await jobs.cli('result', appId);
  expect([running.code, running.stdout]).toEqual([2, '']);
  expect(running.stderr).toMatch(/^job\.ts \(app-\S+\) running/);
  const { code, stdout } = await jobs.cli('cancel', appId);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Application app-\S+ was cancelled\./)]);
  const { state, message } = await jobs.result(appId);
  expect([state, message]).toEqual(['cancelled', expect.stringContaining('cancelled by levin cancel')]);
});

test('a job that fails, with its message; one that was not submitted; one that cannot be', { timeout: TIMEOUT_MS }, async () => {
  await using jobs = await submittedJobs({
    job: 'export default async (lv) => void (await lv.range(2, { numSlices: 1 }).map((x) => x.y.z).collect());\n',
  });
  const failed = await jobs.cli('result', await jobs.submit(), '--wait');
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/^job\.ts \(app-\S+\) failed after .*: .*Cannot read properties of undefined/);
  const local = await jobs.cli('submit', 'job.ts', '--on', 'local[2]');
  expect([local.code, local.stderr]).toEqual([
    1,
    'levin: levin submit: the driver would be a function, so tasks have to be, too; but master is "local[2]". Say --on aws or --on aws:ENGINE, or run the job here: levin run. [NOT_ON_AWS]\n',
  ]);
  const unknown = await jobs.cli('logs', 'app-1');
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringMatching(/^levin: There is no application app-1 in the engine "test"\..*\[APP_NOT_FOUND\]\n$/),
  ]);
});
