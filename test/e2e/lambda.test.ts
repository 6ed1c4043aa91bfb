import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { expectNoTraces } from '../support/lambda/traces.ts';
import { CHAPTERS, mostFrequentWords } from '../support/plain-words.ts';

const job = (name: string): string => fileURLToPath(new URL(`./jobs/${name}.ts`, import.meta.url));
test('the README’s job runs as invocations of the built executor function, with data in S3 and metadata in DynamoDB', async () => {
  await using aws = await startEmulatedAws();
  const { result, invocations } = await aws.run(job('lambda-words'), { args: [CHAPTERS, '8'] });
  expect(result).toEqual(mostFrequentWords(8));
  expect(invocations.length).toBeGreaterThan(4);
  const environments = new Set(invocations.map(({ environment }) => environment?.id));
  expect(environments.size).toBeLessThanOrEqual(2);
  expect(invocations.filter(({ environment }) => environment?.cold).length).toBe(environments.size);
});

test('two applications and two bundles in one warm environment see nothing of each other', async () => {
  await using aws = await startEmulatedAws({ maxConcurrency: 1 });
  const environment = await expectNoTraces(aws);
  expect(aws.lambda.environments().map(({ id }) => id)).toEqual([environment]);
});

test('a task that fills the memory of its function runs again in the next larger one, and no other does', async () => {
  await using aws = await startEmulatedAws({ memorySizesMb: [256, 1024] });
  const { result, invocations } = await aws.run(job('lambda-holds'), { args: ['200'] });
  expect(result).toEqual([0, 1, 2, 3]);
  const sizes = invocations.map(({ functionName }) => functionName.replace('levin-test-executor-', ''));
  expect(sizes.toSorted((a, b) => Number(a) - Number(b))).toEqual(['256', '256', '256', '256', '1024']);
});

test('stages that ask for memory run in functions that have it, and the others in the smallest', async () => {
  await using aws = await startEmulatedAws({ memorySizesMb: [512, 1024] });
  const { result, events } = await aws.run(job('with-resources'));
  const counts = [
    ['be', 2],
    ['not', 1],
    ['or', 1],
    ['to', 2],
  ];
  expect(result).toEqual([counts, { memoryMb: 1024 }]);
  const begun = events.flatMap((event) => (event.kind === 'taskStarted' ? [`stage ${event.stage}: ${event.memorySizeMb}`] : []));
  expect(begun.toSorted()).toEqual(['stage 0: 512', 'stage 0: 512', 'stage 0: 512', 'stage 1: 1024', 'stage 1: 1024']);
});

test('variables that the application allows reach its functions, and those that a function has itself stay', async () => {
  await using aws = await startEmulatedAws({ maxConcurrency: 1 });
  const greet = async (env: NodeJS.ProcessEnv): Promise<unknown> =>
    (await aws.run(job('lambda-environment'), { env: { ...env, LEVIN_ALLOWED_ENV: 'GREETING,AWS_REGION' } })).result;
  expect(await greet({ GREETING: 'ahoy', AWS_REGION: 'eu-north-1' })).toEqual([{ greeting: 'ahoy', region: 'us-east-1' }]);
  // In the same warm environment.
  expect(await greet({})).toEqual([{ greeting: null, region: 'us-east-1' }]);
  expect(aws.lambda.environments()).toHaveLength(1);
});

test('the log of a function has what each attempt printed and how it ended, with the ids by which it is found, and CloudWatch’s metrics', async () => {
  await using aws = await startEmulatedAws({ maxConcurrency: 1 });
  const { result, events } = await aws.run(job('lambda-prints'));
  expect(result).toEqual([0, 1]);
  const appId = events.flatMap((event) => (event.kind === 'appStarted' ? [event.appId] : []))[0];
  const lines = aws.lambda
    .logOf('levin-test-executor-512')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const ids = (task: number, attempt: number): object => ({
    app: appId,
    stage: '0',
    task: `${task}`,
    attempt: `${attempt}`,
    attemptId: expect.any(String),
  });
  const metrics = (failed: number, cold: number): object => ({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'levin',
          Dimensions: [['service', 'memoryMb']],
          Metrics: [
            { Name: 'AttemptDuration', Unit: 'Milliseconds' },
            { Name: 'FailedAttempts', Unit: 'Count' },
            { Name: 'ColdStarts', Unit: 'Count' },
            { Name: 'MemoryUsed', Unit: 'Megabytes' },
          ],
        },
      ],
    },
    service: 'test',
    memoryMb: '512',
    AttemptDuration: expect.any(Number),
    FailedAttempts: failed,
    ColdStarts: cold,
    MemoryUsed: expect.any(Number),
  });
  expect(lines).toEqual([
    { level: 'warn', message: 'task 0', ...ids(0, 0) },
    { level: 'info', message: 'committed', ...ids(0, 0), ...metrics(0, 1) },
    { level: 'warn', message: 'task 1', ...ids(1, 0) },
    {
      level: 'warn',
      message: expect.stringContaining('not yet'),
      failure: 'user-error',
      code: 'USER_ERROR',
      ...ids(1, 0),
      ...metrics(1, 0),
    },
    { level: 'warn', message: 'task 1', ...ids(1, 1) },
    { level: 'info', message: 'committed', ...ids(1, 1), ...metrics(0, 0) },
  ]);
});
