import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type LocalStackEngine, startLocalStackEngine } from '../../testing/localstack/localstack-engine.ts';
import { cutBlocks, packageFolder, packedPackage, readRepositoryFile, tableRows } from '../support/consumer.ts';
import { jobFolder } from '../support/job-folder.ts';
import { eventsOn, runOnAws } from '../support/lambda/run-on-aws.ts';
import { expectNoTraces } from '../support/lambda/traces.ts';
import { CHAPTERS, mostFrequentWords } from '../support/plain-words.ts';
import { runCli, runNode, temporaryFolder } from '../support/run-cli.ts';
import { failedAttempts, ranAgain, succeededTasks } from '../support/run-events.ts';
import { START_TIMEOUT_MS } from './start-timeout.ts';

/** A guard against jobs that hang; the slowest takes a minute on a busy machine. */
const JOB_MS = 240_000;
const job = (name: string): string => fileURLToPath(new URL(`../e2e/jobs/${name}.ts`, import.meta.url));

let engine: LocalStackEngine;
const ranTasks = new Set<string>();

beforeAll(async () => {
  // LocalStack tells of a killed container when the time limit is over.
  engine = await startLocalStackEngine({ timeLimitMs: 30_000, driverTimeLimitMs: 45_000 });
}, START_TIMEOUT_MS);

afterAll(async () => {
  console.log(`${ranTasks.size} containers ran tasks: ${[...ranTasks].join(', ')}`);
  await engine[Symbol.asyncDispose]();
}, START_TIMEOUT_MS);

/** Short ids, as the functions themselves see them. */
async function containerIds(): Promise<readonly string[]> {
  const containers = await engine.containers();
  const ids = containers.map(({ id }) => id.slice(0, 12));
  for (const id of ids) ranTasks.add(id);
  expect(containers.filter(({ functionName }) => functionName !== 'levin-test-executor-512')).toEqual([]);
  return ids;
}

test('two applications and two bundles in one warm container see nothing of each other', { timeout: JOB_MS }, async () => {
  await expectNoTraces(engine);
  expect(await containerIds()).toHaveLength(1);
});

test('the README’s job gives what plain JavaScript gives, from files in S3 and in containers', { timeout: JOB_MS }, async () => {
  await engine.makeBucket('books');
  for (const file of globSync(CHAPTERS)) await engine.put(`s3://books/${basename(file)}`, readFileSync(file));
  const { result, invocations } = await runOnAws(engine, job('lambda-words'), { args: ['s3://books/*.txt', '8'], timeoutMs: JOB_MS });
  expect(result).toEqual(mostFrequentWords(8));
  const environments = new Set(invocations.map(({ environment }) => environment?.id));
  expect(environments.size).toBe((await containerIds()).length);
});

test('every operation gives what plain JavaScript gives', { timeout: JOB_MS }, async () => {
  using folder = jobFolder({ 'job.ts': readFileSync(job('operations'), 'utf8') });
  const { code, stdout, stderr } = await folder.run(['--on', engine.master, '--quiet', 'job.ts', '2'], {
    env: engine.env,
    timeoutMs: JOB_MS,
  });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '44 checks\n', stderr: '' });
  await containerIds();
});

test('a container that is killed in the middle of a job: its task alone runs again, elsewhere', { timeout: JOB_MS }, async () => {
  await engine.makeBucket('marks');
  const running = runOnAws(engine, job('lambda-waits'), {
    args: ['marks/waiting'],
    env: { LEVIN_ALLOWED_ENV: 'AWS_ENDPOINT_URL' },
    timeoutMs: JOB_MS,
  });
  const host = await vi.waitFor(() => engine.text('s3://marks/waiting'), { timeout: JOB_MS, interval: 200 });
  const killed = (await engine.containers()).find(({ id }) => id.startsWith(host));
  expect(await containerIds()).toContain(host);
  if (killed !== undefined) await engine.kill(killed);
  const { result, events } = await running;
  expect(result).toEqual([0, 10, 20, 30]);
  expect(failedAttempts(events)).toEqual(['0: 1#0 executor-lost']);
  expect(ranAgain(events)).toEqual(['0: 1#1']);
  expect(succeededTasks(events)).toEqual(['0: 0/0', '0: 1/0', '0: 2/0', '0: 3/0']);
  expect(await containerIds()).not.toContain(host);
});

test('a job that was submitted runs without this machine, and its driver hands over to the next before its time is over', {
  timeout: JOB_MS,
}, async () => {
  using state = temporaryFolder('levin-submitted-');
  const options = { cwd: state.path, env: { LEVIN_STATE_DIR: state.path, LEVIN_MASTER: engine.master, ...engine.env }, timeoutMs: JOB_MS };
  // Four actions of 15 s are more than a driver's 45.
  const submitted = await runCli(['submit', job('lambda-slow'), '15', '4'], options);
  expect([submitted.code, submitted.stderr]).toEqual([0, expect.any(String)]);
  const appId = submitted.stdout.trim();
  const { stdout } = await runCli(['result', appId, '--wait', '--json'], options);
  expect(JSON.parse(stdout)).toMatchObject({ id: appId, state: 'finished', outcome: 'succeeded', stdout: '[1,3,5,7]\n' });
  const events = await eventsOn(engine, appId);
  expect(events.filter(({ kind }) => kind === 'logStarted').length).toBeGreaterThan(1);
  // A driver that goes on waits for what runs, and launches nothing twice.
  const launched = events.flatMap((event) => (event.kind === 'taskStarted' ? [`${event.stage}: ${event.partition}`] : []));
  expect(launched.toSorted()).toEqual(['0: 0', '0: 1', '1: 0', '1: 1', '2: 0', '2: 1', '3: 0', '3: 1']);
  expect(failedAttempts(events)).toEqual([]);
});

test('the README’s job runs from the packed package in a fresh folder, and takes its files to the engine itself', {
  timeout: JOB_MS,
}, async () => {
  using place = temporaryFolder('levin-packed-');
  const folder = await packageFolder(join(place.path, 'consumer'), [await packedPackage(place.path)]);
  mkdirSync(join(folder, 'books'));
  for (const file of globSync(CHAPTERS)) cpSync(file, join(folder, 'books', basename(file)));
  writeFileSync(join(folder, 'job.ts'), cutBlocks(readRepositoryFile('README.md'))[0]?.code ?? '');
  const { code, stdout, stderr } = await runNode(['node_modules/levin/bin/levin.js', 'run', 'job.ts', '--on', engine.master, '--upload'], {
    cwd: folder,
    env: { ...engine.env, LEVIN_STATE_DIR: join(folder, '.state') },
    timeoutMs: JOB_MS,
  });
  expect({ code, rows: tableRows(stdout) }, stderr).toEqual({ code: 0, rows: mostFrequentWords(10) });
});
