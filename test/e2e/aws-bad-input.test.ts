import { copyFileSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startEmulatedEngine } from '../../testing/emulated-engine.ts';
import { type JobFolder, jobFolder, jobText } from '../support/job-folder.ts';
import { type AwsInTests, startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

let aws: AwsInTests;
let folder: JobFolder;

beforeAll(async () => {
  aws = await startEmulatedAws({ localFiles: false });
  for (const bucket of ['books', 'out']) aws.s3.addBucket(bucket);
  aws.s3.addBucket('elsewhere', { region: 'eu-west-1' });
  aws.s3.addBucket('paid', { requesterPays: true });
  await aws.put('s3://books/a.txt', 'one\ntwo\n');
  await aws.put('s3://paid/a.txt', 'one\ntwo\n');
  folder = jobFolder({ 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'four\n' });
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await aws[Symbol.asyncDispose]();
});

afterEach(endFaults);

function endFaults(): void {
  aws.s3.endFaults();
  aws.dynamodb.endFaults();
}

interface How {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

async function run(lines: readonly string[], { args = [], env = {} }: How = {}): Promise<CliResult> {
  folder.write('job.ts', lines[0]?.startsWith('import') ? lines.join('\n') : jobText(...lines));
  return await folder.run(['--on', 'aws:test', '--conf', 'progress=none', 'job.ts', ...args], { env: { ...aws.env, ...env } });
}

/** What is said of a job that fails, without the lines before it. */
async function failure(lines: readonly string[], how: How = {}): Promise<string> {
  const { code, stdout, stderr } = await run(lines, { ...how, args: ['--quiet', ...(how.args ?? [])] });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr.replaceAll(folder.path, '');
}

const count = (path: string): readonly string[] => [`console.log(await lv.textFile('${path}').count());`];
const DENIED = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;
const LOOKING = 'levin: Cannot look for the engine "test" (its function levin-test-driver):';

test.each([
  [
    'no credentials',
    { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
    `${LOOKING} there are no AWS credentials. Log in (aws sso login), choose a profile (AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. [CredentialsProviderError: Could not load credentials from any providers] [NO_CREDENTIALS]\n`,
  ],
  [
    'a region that is none',
    { AWS_REGION: 'eu west' },
    `${LOOKING} the AWS region that is set is none. Set AWS_REGION, or the region in the profile, to a name like eu-central-1. [Region not accepted: region="eu west" is not a valid hostname component.] [NO_REGION]\n`,
  ],
] as const)('%s', async (_, env, message) => {
  const said = await failure(count('s3://books/a.txt'), { env });
  // Behind it what AWS's client said, in its own words.
  expect(said.slice(0, message.length)).toBe(message);
});

test('not deployed', async () => {
  // The rights of this engine's callers end at its own functions.
  await using another = await startEmulatedEngine();
  expect((await failure(count('s3://books/a.txt'), { env: another.env, args: ['--on', 'aws:other'] })).split('\n')[0]).toBe(
    'levin: There is no engine "other" in account 000000000000, region us-east-1. Deploy it there with: levin deploy --name other. If it is deployed elsewhere, choose its account and region (AWS_PROFILE, AWS_REGION), or name another engine: --on aws:NAME. [ENGINE_NOT_FOUND]',
  );
});

test.each([
  [
    's3://elsewhere/a.txt',
    'the bucket is in another region than the one that was asked. Use a bucket of that region, or set AWS_REGION to the region of the bucket; an engine has to be in the region that is set, too. It lies in eu-west-1. [PermanentRedirect: The bucket you are attempting to access must be addressed using the specified endpoint.] (textFile at /job.ts:4:22) [WRONG_REGION]',
  ],
  [
    's3://paid/a.txt',
    'access is denied. Allow s3:GetObject on arn:aws:s3:::paid/a.txt. If this is a requester pays bucket, accept the cost: --conf requesterPays=true. [AccessDenied: Access Denied] (textFile at /job.ts:4:22) [PERMISSION_DENIED]',
  ],
  [
    's3://nobody-has/a.txt',
    'there is no such bucket. Check its name. [NoSuchBucket: The specified bucket does not exist] (textFile at /job.ts:4:22) [BUCKET_NOT_FOUND]',
  ],
])('%s cannot be read: operation, bucket, key, file and line', async (path, message) => {
  expect(await failure(count(path))).toBe(`levin: Cannot read ${path}: ${message}\n`);
});

test('the cost of a requester pays bucket can be accepted, here and in the functions', async () => {
  expect(await run(count('s3://paid/a.txt'), { args: ['--conf', 'requesterPays=true'] })).toMatchObject({ code: 0, stdout: '2\n' });
});

test('a listing, a read by a function, and a save that are not allowed name action and resource', async () => {
  aws.s3.inject({ operation: 'ListObjectsV2', caller: 'caller', times: 1000, fault: DENIED });
  expect(await failure(count('s3://books/*.txt'))).toBe(
    'levin: Cannot list s3://books/: access is denied. Allow s3:ListBucket on arn:aws:s3:::books. If this is a requester pays bucket, accept the cost: --conf requesterPays=true. [AccessDenied: Access Denied] (textFile at /job.ts:4:22) [PERMISSION_DENIED]\n',
  );
  endFaults();
  aws.s3.inject({ operation: 'GetObject', caller: 'levin-test-executor-512', times: 1000, fault: DENIED });
  expect(await failure(["console.log(await lv.textFile('s3://books/a.txt', 1).count());"])).toBe(
    'levin: count: task 0 of stage 0 (count at job.ts:4) the same error came 2 times from the same place, last with: Cannot read s3://books/a.txt: access is denied. Allow s3:GetObject on arn:aws:s3:::books/a.txt. If this is a requester pays bucket, accept the cost: --conf requesterPays=true. [AccessDenied: Access Denied] [PERMISSION_DENIED]\n',
  );
  endFaults();
  aws.s3.inject({ operation: 'PutObject', caller: 'caller', times: 1000, fault: DENIED });
  expect(await failure(["await lv.range(3).saveAsTextFile('s3://out/numbers');"])).toMatch(
    /^levin: Cannot write s3:\/\/out\/numbers\/_levin\/pending-app-\S+: access is denied\. Allow s3:PutObject on arn:aws:s3:::out\/numbers\/_levin\/pending-app-\S+ .*\(saveAsTextFile at \/job\.ts:4:19\) \[PERMISSION_DENIED\]\n$/,
  );
});

test('a path of this machine is refused, to read and to save', async () => {
  const remedy =
    'is a path of the machine that runs the job; functions on AWS cannot reach it. Read from and save to s3:// paths; levin run --upload copies the files that a job reads to S3 itself.';
  expect(await failure(count('a.txt'))).toBe(`levin: /a.txt ${remedy} (textFile at /job.ts:4:22) [LOCAL_PATH_ON_AWS]\n`);
  const save = ["await lv.range(3).saveAsTextFile('out/numbers');"];
  expect(await failure(save)).toBe(`levin: /out/numbers ${remedy} (saveAsTextFile at /job.ts:4:19) [LOCAL_PATH_ON_AWS]\n`);
  expect(await failure(save, { args: ['--upload'] })).toContain('[LOCAL_PATH_ON_AWS]');
});

test('--upload copies what the job reads, once, and a resumed job needs it here no more', async () => {
  folder.write('c.txt', 'five\nsix\n');
  const lines = [
    "const counts = [await lv.textFile('*.txt').count(), await lv.textFile('c.txt').count()];",
    "await lv.textFile('s3://books/a.txt').saveAsTextFile('s3://out/copy');",
    "console.log(JSON.stringify([...counts, await lv.textFile('s3://books/a.txt').count()]));",
  ];
  aws.s3.inject({ operation: 'ListObjectsV2', nth: 2, times: 1000, caller: 'caller', fault: DENIED });
  const first = await run(lines, { args: ['--upload'] });
  endFaults();
  const appId = /app-\d{8}-\d{6}-\w+/.exec(first.stderr)?.[0] ?? '';
  expect(first).toMatchObject({ code: 1, stdout: '' });
  const uploads = `s3://${aws.bucket}/apps/${appId}/uploads/`;
  expect(first.stderr).toContain(`levin: 3 files (28 B) were uploaded to ${uploads}, and will be removed with the application's data\n`);
  expect(first.stderr.match(/uploaded/g)).toHaveLength(1);
  expect((await aws.list(uploads)).map((path) => path.replace(/^.*\//, '')).toSorted()).toEqual(['a.txt', 'b.txt', 'c.txt']);
  rmSync(join(folder.path, 'c.txt'));
  expect(await run(lines, { args: ['--app', appId] })).toMatchObject({ code: 0, stdout: '[6,2,2]\n' });
  expect(await aws.list(uploads)).toEqual([]);
});

test('a session that expires in the middle of a job ends it, and the application goes on after the next login', async () => {
  const lines = [
    "const lines = lv.textFile('s3://books/a.txt');",
    'const first = await lines.count();',
    'console.log(first, await lines.map((line) => line.length).collect());',
  ];
  const expired = {
    kind: 'error',
    status: 400,
    code: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
  } as const;
  for (const operation of ['PutItem', 'GetItem', 'Query', 'TransactWriteItems', 'DeleteItem'])
    aws.dynamodb.inject({ operation, caller: 'caller', nth: operation === 'TransactWriteItems' ? 8 : 40, times: 100_000, fault: expired });
  const { code, stdout, stderr } = await run(lines);
  endFaults();
  const appId = /app-\d{8}-\d{6}-\w+/.exec(stderr)?.[0] ?? '';
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(
    `the AWS session has expired. Log in again (aws sso login, or new session keys). [ExpiredTokenException: The security token included in the request is expired] What is committed is kept: resume with levin run JOB --app ${appId} --on aws:test. [CREDENTIALS_EXPIRED]\n`,
  );
  expect(await run(lines, { args: ['--app', appId, '--conf', 'leaseMs=500'] })).toMatchObject({ code: 0, stdout: '2 [ 3, 3 ]\n' });
});

test('a package with a native addon cannot run in functions, whatever platform it was built for', async () => {
  const addon = globSync(fileURLToPath(new URL('../../node_modules/@msgpackr-extract/*/node.napi.*.node', import.meta.url)))[0] as string;
  mkdirSync(join(folder.path, 'node_modules/addon'), { recursive: true });
  copyFileSync(addon, join(folder.path, 'node_modules/addon/addon.node'));
  folder.write('node_modules/addon/package.json', '{ "name": "addon", "main": "index.js" }');
  folder.write('node_modules/addon/index.js', "require('./addon.node');\nexports.twice = (n) => 2 * n;\n");
  const said = await failure([
    "import { Context } from 'levin';",
    "import addon from 'addon';",
    'await using lv = await Context.create();',
    'console.log(await lv.range(3).map((n) => addon.twice(n)).collect());',
  ]);
  expect(said).toContain(
    'The package "addon" is or loads a native addon (.node), which cannot be part of an executor bundle. Use it on the driver only, use a package written in JavaScript or WebAssembly, or run with --on local, where executors load packages from node_modules.',
  );
});

test('a function that takes the value of a secret-like variable along is warned of, once, and only where it leaves this machine', async () => {
  const lines = ['const token = process.env.GITHUB_TOKEN;', 'console.log(await lv.range(3).map((n) => `${token}${n}`.length).collect());'];
  const env = { GITHUB_TOKEN: 'ghp_0123456789' };
  const { code, stdout, stderr } = await run(lines, { env });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '[ 15, 15, 15 ]\n' });
  expect(stderr.replaceAll(folder.path, '').split('\n')).toContain(
    "levin: the function of rdd.map at /job.ts:5 captures the value of the environment variable GITHUB_TOKEN, which looks like a secret: it is stored in the engine's bucket in clear text until the application has succeeded. Use lv.secret(name), whose value functions ask for where they run, for example from Secrets Manager; or read process.env.GITHUB_TOKEN there and allow it (allowedEnv), which sends it with each task",
  );
  const local = await runCli(['run', '--on', 'local', '--conf', 'progress=none', 'job.ts'], {
    cwd: folder.path,
    env: { ...env, LEVIN_STATE_DIR: join(folder.path, '.state') },
  });
  expect(local.stderr).not.toContain('GITHUB_TOKEN');
});

test('an account with room for fewer invocations than the engine may take: the job goes on with those, and says once how to get more', async () => {
  await using small = await startEmulatedAws({ maxConcurrency: 6, accountConcurrency: 1 });
  folder.write('job.ts', jobText('console.log(await lv.range(0, 60, 1, 6).map((n) => n * 2).sum());'));
  const { code, stdout, stderr } = await folder.run(['--on', 'aws:test', '--conf', 'progress=none', 'job.ts'], { env: small.env });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '3540\n' });
  expect(stderr.split('\n').filter((line) => line.includes('no room'))).toEqual([
    'levin: AWS Lambda has no room for more invocations in this account and region: its limit of concurrent executions is reached, by this application, which may have 6 in flight, or by others. Tasks wait until there is room. New accounts have a limit of 10: ask for more in the console, Service Quotas, AWS Lambda, Concurrent executions',
  ]);
});
