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

test('variables that the application allows reach its functions, and those that a function has itself stay', async () => {
  await using aws = await startEmulatedAws({ maxConcurrency: 1 });
  const greet = async (env: NodeJS.ProcessEnv): Promise<unknown> =>
    (await aws.run(job('lambda-environment'), { env: { ...env, LEVIN_ALLOWED_ENV: 'GREETING,AWS_REGION' } })).result;
  expect(await greet({ GREETING: 'ahoy', AWS_REGION: 'eu-north-1' })).toEqual([{ greeting: 'ahoy', region: 'us-east-1' }]);
  // In the same warm environment.
  expect(await greet({})).toEqual([{ greeting: null, region: 'us-east-1' }]);
  expect(aws.lambda.environments()).toHaveLength(1);
});
