import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { type AwsInTests, startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { runCli } from '../support/run-cli.ts';

/** One task that says that it has begun, and then takes far longer than a test. */
const ENDLESS = (folder: string): string =>
  jobText(
    "import { writeFileSync } from 'node:fs';",
    'await lv.range(1, { numSlices: 1 }).map(async (x) => {',
    `  writeFileSync(${JSON.stringify(join(folder, 'begun'))}, '');`,
    '  for (;;) await new Promise((resolve) => setTimeout(resolve, 100));',
    '  return x;',
    '}).count();',
  );

interface Cancelled {
  readonly code: number | null;
  readonly stderr: string;
  /** Invocations in flight when the command had ended. */
  readonly busyAtEnd: number;
}

const busy = (aws: AwsInTests): number => aws.lambda.environments().filter((environment) => environment.busy).length;

/** Presses Ctrl-C when the task runs, and as often as told: twice while the function hears nothing, so that there is something to wait for. */
async function cancel(aws: AwsInTests, times: 1 | 2): Promise<Cancelled> {
  using folder = jobFolder({});
  folder.write('job.ts', ENDLESS(folder.path));
  let driver: ChildProcess | null = null;
  let stderr = '';
  let pressed = 0;
  const press = (): void => {
    pressed++;
    if (times === 2) aws.dynamodb.inject({ operation: 'GetItem', times: 1_000, fault: { kind: 'silence', when: 'before' } });
    driver?.kill('SIGINT');
  };
  const begun = setInterval(() => {
    if (!existsSync(join(folder.path, 'begun'))) return;
    clearInterval(begun);
    press();
  }, 50);
  const { code } = await folder.run(['--on', 'aws:test', 'job.ts'], {
    env: aws.env,
    onStart: (child) => {
      driver = child;
    },
    onStderr(text) {
      stderr += text;
      if (pressed < times && stderr.includes('Cancelling what runs.')) press();
    },
  });
  clearInterval(begun);
  return { code, stderr, busyAtEnd: busy(aws) };
}

/** Tasks that say that they have begun, and then take far longer than a test. */
const TWO_ENDLESS = (folder: string): string =>
  jobText(
    "import { writeFileSync } from 'node:fs';",
    'console.log(lv.applicationId);',
    'await lv.range(2, { numSlices: 2 }).map(async (x) => {',
    `  writeFileSync(${JSON.stringify(join(folder, 'begun'))} + x, '');`,
    '  for (;;) await new Promise((resolve) => setTimeout(resolve, 100));',
    '  return x;',
    '}).count();',
  );

const SAID =
  /Cancelling what runs\. 1 invocation is in flight and told to stop; until it has, it is paid for, at most \d+ GB-seconds \(\$0\.\d+\)\. Press Ctrl-C again to leave at once\./;

test('Ctrl-C stops what runs on Lambda, waits for it, and says what is paid for until then; twice leaves at once', async () => {
  await using aws = await startEmulatedAws({ maxConcurrency: 1 });
  const once = await cancel(aws, 1);
  expect(once).toMatchObject({ code: 130, stderr: expect.stringMatching(SAID), busyAtEnd: 0 });
  expect(once.stderr).not.toContain('may go on');
  expect(once.stderr).toContain('cancelled by SIGINT');

  const twice = await cancel(aws, 2);
  expect(twice).toMatchObject({ code: 130, stderr: expect.stringMatching(SAID), busyAtEnd: 1 });
  expect(twice.stderr).not.toContain('cancelled by SIGINT');
});

test('what a killed driver has launched stops, too, when the application is cancelled that another driver has resumed', async () => {
  await using aws = await startEmulatedAws({ maxConcurrency: 2, memorySizesMb: [1024], timeLimitMs: 600_000 });
  using folder = jobFolder({});
  folder.write('job.ts', TWO_ENDLESS(folder.path));
  const env = { ...aws.env, LEVIN_LEASE_MS: '1000' };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const id = Promise.withResolvers<string>();
  const started = Promise.withResolvers<ChildProcess>();
  const first = folder.run(['--on', 'aws:test', 'job.ts'], {
    env,
    onStdout: (text) => id.resolve(text.trim()),
    onStart: started.resolve,
  });
  const appId = await id.promise;
  await until(() => [0, 1].every((x) => existsSync(join(folder.path, `begun${x}`))));
  (await started.promise).kill('SIGKILL');
  await first;

  const resumed = Promise.withResolvers<void>();
  const second = folder.run(['--on', 'aws:test', 'job.ts', '--app', appId], { env, onStdout: () => resumed.resolve() });
  await resumed.promise;
  expect(busy(aws)).toBe(2);
  const cancelled = await runCli(['cancel', appId, '--on', 'aws:test'], { cwd: folder.path, env });
  expect([cancelled.code, cancelled.stderr]).toEqual([0, '']);
  const { code, stderr } = await second;
  expect(code).toBe(143);
  expect(stderr).toContain('Cancelling what runs. Press Ctrl-C again to leave at once.');
  const [, gbSeconds = ''] =
    /2 attempts of earlier drivers may still run, and are told to stop; until they have, they are paid for, at most ([\d,]+) GB-seconds \(\$0\.\d+\)\./.exec(
      stderr,
    ) ?? [];
  // Twice ten minutes with a gigabyte, less what has passed since the driver took over.
  expect(Number(gbSeconds.replace(',', ''))).toBeGreaterThan(600);
  expect(Number(gbSeconds.replace(',', ''))).toBeLessThanOrEqual(1200);
  await until(() => busy(aws) === 0);
});
