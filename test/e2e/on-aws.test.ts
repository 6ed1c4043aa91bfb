import { expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { CHAPTERS, mostFrequentWords } from '../support/plain-words.ts';

const WORDS = jobText(
  'const top = await lv',
  `  .textFile(${JSON.stringify(CHAPTERS)})`,
  '  .flatMap((line) => line.toLowerCase().match(/\\p{L}+/gu) ?? [])',
  '  .map((word) => [word, 1])',
  '  .reduceByKey((a, b) => a + b)',
  '  .takeOrdered(10, ([, n]) => -n);',
  'console.log(JSON.stringify(top));',
);

test('levin run --on aws finds the engine, runs the README’s job as invocations, and says what was asked of S3 and DynamoDB', async () => {
  await using aws = await startEmulatedAws({ memorySizesMb: [512] });
  using folder = jobFolder({ 'job.ts': WORDS });
  const { code, stdout, stderr } = await folder.run(['--on', 'aws:test', 'job.ts'], { env: aws.env });
  expect({ code, stdout: JSON.parse(stdout || 'null'), stderr }).toEqual({
    code: 0,
    stdout: mostFrequentWords(10),
    stderr: expect.any(String),
  });
  expect(stderr).toContain('job.ts on aws:test, application app-');
  expect(stderr).toMatch(/requests: .*\d PUT/);
  expect(aws.lambda.environments().length).toBeGreaterThan(0);
});
