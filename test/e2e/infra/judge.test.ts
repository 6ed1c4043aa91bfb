import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { expect, test } from 'vitest';
import { stackName } from '../../../engine/types/aws-engine.ts';
import type { ApplicationEnded } from '../../../engine/types/driver-event.ts';
import { LevinStack } from '../../../infra/levin-stack.ts';
import { type Principal, RIGHTS } from '../../../infra/rights.ts';
import { TEST_ENGINE } from '../../../testing/engine-functions.ts';
import { enginePolicies } from '../../support/infra/engine-policies.ts';
import {
  callsOf,
  deniedCalls,
  EMULATED_ACCOUNT,
  EMULATED_REGION,
  type JudgedCall,
  type Policies,
  unusedRights,
} from '../../support/infra/judge-calls.ts';
import { startScheduled } from '../../support/infra/start-scheduled.ts';
import { cdkApp, engineTemplate } from '../../support/infra/synth-engine.ts';
import { jobFolder, jobText } from '../../support/job-folder.ts';
import { startEmulatedAws } from '../../support/lambda/emulated-aws.ts';
import { runCli } from '../../support/run-cli.ts';

const NAMES = {
  region: EMULATED_REGION,
  account: EMULATED_ACCOUNT,
  bucket: stackName(TEST_ENGINE),
  table: stackName(TEST_ENGINE),
};
/** Against hanging. */
const GUARD_MS = 300_000;

const MADE_WITH = { engineName: TEST_ENGINE, memorySizes: [512], readable: ['s3://books'], writable: ['s3://out'] };

/** Reads, shuffles, writes, writes again over it, brings more than fits a commit item, and looks for one object. */
const GOOD = [
  "const words = lv.textFile('s3://books/*.txt').flatMap((line) => line.split(' ')).map((word) => [word, 1]);",
  'const counts = words.reduceByKey((a, b) => a + b).map(([word, n]) => `${word} ${n}`);',
  "for (let i = 0; i < 2; i++) await counts.saveAsTextFile('s3://out/counts', { mode: 'overwrite' });",
  "console.log(JSON.stringify((await lv.textFile('s3://out/counts').collect()).sort()));",
  'console.log((await lv.range(0, 5000, { numPartitions: 1 }).map((n) => `number ${n}`).collect()).length);',
  "console.log(await lv.textFile('s3://books/a.txt').count());",
];

/** One task stages its file, the other fails. */
const FAILING = [
  "const failing = lv.range(0, 20, { numPartitions: 2 }).map((n) => { if (n === 15) throw new Error('no'); return `record ${n}`; });",
  "await failing.saveAsTextFile('s3://out/failed');",
];

test(
  'everything that drivers and functions ask for is allowed by the synthesised policies, and nothing is allowed that they never need',
  async () => {
    using folder = jobFolder({ 'job.ts': jobText(...GOOD, ...FAILING), 'good.ts': jobText(...GOOD) });
    using cdk = cdkApp();
    const stack = new LevinStack(cdk.app, stackName(TEST_ENGINE), MADE_WITH);
    stack.engine.addSchedule(ScheduleExpression.rate(Duration.days(1)), join(folder.path, 'good.ts'));
    const template = Template.fromStack(stack);
    const policies = enginePolicies(template, NAMES);

    await using aws = await startEmulatedAws({ localFiles: false });
    for (const bucket of ['books', 'out']) await aws.makeBucket(bucket);
    await aws.put('s3://books/a.txt', 'to be or not\n');
    await aws.put('s3://books/b.txt', 'to be\n');
    const levin = async (...args: readonly string[]): Promise<string> => {
      const done = await runCli([...args, '--on', aws.master], { cwd: folder.path, env: aws.env });
      expect(done.code, done.stderr).toBe(0);
      return done.stdout.trim();
    };
    const { code, stdout, stderr } = await folder.run(['--on', aws.master, 'job.ts'], { env: aws.env });
    expect(code, stderr).toBe(1);
    expect(stdout.split('\n')).toEqual(['["be 2","not 1","or 1","to 2"]', '5000', '1', '']);
    const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '';
    for (const args of [['apps'], ['gc', appId]]) await levin(...args);
    await levin('result', await levin('submit', 'good.ts'), '--wait');
    await startScheduled(aws, { template, assembly: cdk.folder, names: NAMES, dueAt: '2026-11-23T03:00:00Z' });
    const isScheduled = (id: string): boolean => id.startsWith('app-20261123-030000-');
    const ends = (): readonly ApplicationEnded[] =>
      aws.eventbridge
        .events()
        .map(({ detail }) => detail as ApplicationEnded)
        .filter(({ appId: id }) => isScheduled(id));
    await expect
      .poll(ends, { timeout: GUARD_MS, interval: 200 })
      .toEqual([expect.objectContaining({ engine: TEST_ENGINE, outcome: 'succeeded' })]);
    const applications = JSON.parse(await levin('apps', '--json')) as readonly { readonly id: string }[];
    expect(applications.filter(({ id }) => isScheduled(id)).length).toBe(1);

    const calls = callsOf(aws);
    expect(deniedCalls(calls, policies)).toEqual([]);
    expect(unusedRights(calls, seen(policies))).toEqual([]);
  },
  GUARD_MS,
);

/** Without the rights that no test can see used; each says why in `RIGHTS`. */
function seen({ of, bucket }: Policies): Policies {
  const kinds = Object.keys(of).map((caller): [string, Principal] => [
    caller,
    caller === 'caller' || caller === 'scheduler' ? caller : caller.endsWith('-driver') ? 'driver' : 'executor',
  ]);
  const left = kinds.map(([caller, principal]) => [
    caller,
    of[caller]?.filter(({ Sid = '' }) => RIGHTS[principal][Number(/\d+$/.exec(Sid)?.[0])]?.unseen === undefined),
  ]);
  return { of: Object.fromEntries(left) as Policies['of'], bucket };
}

test('a call that no policy allows is found, and so is a right that nobody uses', () => {
  const policies = enginePolicies(engineTemplate(MADE_WITH), NAMES);
  const executor = `${stackName(TEST_ENGINE)}-executor-512`;
  const foreign: JudgedCall = { caller: executor, action: 's3:PutObject', resource: 'arn:aws:s3:::books/a.txt' };
  expect(deniedCalls([foreign], policies)).toEqual([`${executor}: s3:PutObject on arn:aws:s3:::books/a.txt`]);
  const read: JudgedCall = { caller: executor, action: 's3:GetObject', resource: 'arn:aws:s3:::books/a.txt' };
  const unused = unusedRights([read], { of: { [executor]: policies.of[executor] ?? [] }, bucket: [] });
  expect(unused).not.toContain(`${executor}: s3:GetObject on arn:aws:s3:::books/*`);
  expect(unused).toContain(`${executor}: s3:GetObject on arn:aws:s3:::out/*`);
});
