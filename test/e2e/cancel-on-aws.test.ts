import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { type AwsInTests, startEmulatedAws } from '../support/lambda/emulated-aws.ts';

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
