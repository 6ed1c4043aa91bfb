import { describe, expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';

const JOB = jobText(
  'const pairs = lv.range(40_000, undefined, { numSlices: 2 }).map((i) => [i % 97, `some text ${i % 1000}`]);',
  'const lengths = await pairs.groupByKey(2).mapValues((texts) => texts.map((t) => t.length).reduce((a, b) => a + b)).collect();',
  'console.log(JSON.stringify(lengths.toSorted((a, b) => a[0] - b[0])));',
);

/** Kilobytes of shuffle output, as the summary has it. */
function shuffledKb(stderr: string): number {
  const [, size = '0', unit = ''] = /shuffle: ([\d.]+) (\w+) written/.exec(stderr) ?? [];
  return Number(size) * (/mi?b/i.test(unit) ? 1024 : /ki?b/i.test(unit) ? 1 : 1 / 1024);
}

describe('shuffleCompression', () => {
  test.for(['local[2]', 'local-cluster[1,1,256]'])('stores less and gives the same on %s', async (master) => {
    using folder = jobFolder({ 'job.ts': JOB });
    const run = async (env: NodeJS.ProcessEnv) => await folder.run(['job.ts', '--on', master], { env });
    const plain = await run({});
    const packed = await run({ LEVIN_SHUFFLE_COMPRESSION: 'zstd' });
    expect(plain.code, plain.stderr).toBe(0);
    expect(packed.code, packed.stderr).toBe(0);
    expect(packed.stdout).toBe(plain.stdout);
    expect(JSON.parse(packed.stdout)).toHaveLength(97);
    expect(shuffledKb(plain.stderr)).toBeGreaterThan(500);
    expect(shuffledKb(packed.stderr)).toBeLessThan(shuffledKb(plain.stderr) / 2);
  });

  test('is zstd on Lambda, and may be switched off', async () => {
    await using aws = await startEmulatedAws();
    using folder = jobFolder({ 'job.ts': JOB });
    const run = async (env: NodeJS.ProcessEnv) => await folder.run(['job.ts', '--on', aws.master], { env: { ...aws.env, ...env } });
    const packed = await run({});
    const plain = await run({ LEVIN_SHUFFLE_COMPRESSION: 'none' });
    expect([packed.code, plain.code], packed.stderr + plain.stderr).toEqual([0, 0]);
    expect(packed.stdout).toBe(plain.stdout);
    expect(shuffledKb(plain.stderr)).toBeGreaterThan(500);
    expect(shuffledKb(packed.stderr)).toBeLessThan(shuffledKb(plain.stderr) / 2);
  });
});
