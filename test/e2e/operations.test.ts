import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { docstringExamples } from '../support/docstring-examples.ts';
import { jobFolder, jobText } from '../support/job-folder.ts';

const OPERATIONS = readFileSync(new URL('./jobs/operations.ts', import.meta.url), 'utf8');

describe.each([
  ['local', '1'],
  ['local[3]', '4'],
  ['local[2]', '150'],
  ['local-cluster[2,1,512]', '3'],
])('on %s with %s slices', (master, slices) => {
  test('every operation gives what plain JavaScript gives', async () => {
    using folder = jobFolder({ 'job.ts': OPERATIONS });
    const { stdout, stderr, code } = await folder.run(['job.ts', '--on', master, '--quiet', slices]);
    expect(stderr).toBe('');
    expect([stdout, code]).toEqual(['44 checks\n', 0]);
  });
});

// By what the processor did: others may keep it busy meanwhile. Ten times the maps take about ten times as long; a hundred times, were it quadratic.
test('a lineage of 50,000 maps neither overflows nor slows', async () => {
  using folder = jobFolder({
    'job.ts': jobText(
      'const chain = (n: number) => { let rdd = lv.range(10, { numSlices: 1 }); for (let i = 0; i < n; i++) rdd = rdd.map((x) => x + 1); return rdd; };',
      'const time = async (n: number) => { const start = process.cpuUsage(); const sum = await chain(n).reduce((a, b) => a + b); if (sum !== 45 + 10 * n) throw new Error(String(sum)); const { user, system } = process.cpuUsage(start); return user + system; };',
      'await time(500);',
      'const [few, many] = [await time(5_000), await time(50_000)];',
      "console.log(many < 40 * few ? 'linear' : `${few} µs, then ${many} µs`);",
    ),
  });
  const { stdout, code } = await folder.run(['job.ts', '--on', 'local[1]', '--quiet']);
  expect([stdout, code]).toEqual(['linear\n', 0]);
});

test('the examples of the public docstrings give what they say', async () => {
  const examples = [
    'driver/api/rdd.ts',
    'driver/api/context.ts',
    'engine/runtime/broadcast.ts',
    'engine/closures/runtime/task-context.ts',
  ].flatMap((file) => docstringExamples(fileURLToPath(new URL(`../../${file}`, import.meta.url)), file));
  const checked = examples.filter(({ check }) => check !== null);
  const lines = examples.flatMap(({ where, statements, check }) => [
    '{',
    ...statements,
    ...(check === null ? [] : [`check(${JSON.stringify(where)}, ${check.expression.replace(/;$/, '')}, ${check.expected});`]),
    '}',
  ]);
  using folder = jobFolder({
    'job.ts': [
      "import { isDeepStrictEqual } from 'node:util';",
      "import { BarrierTaskContext, StorageLevel, TaskContext } from 'levin';",
      jobText(
        'let n = 0;',
        'const check = (where: string, a: unknown, b: unknown) => { n++; if (!isDeepStrictEqual(a, b)) console.log(`${where}: ${JSON.stringify(a)}, not ${JSON.stringify(b)}`); };',
        ...lines,
        'console.log(`${n} examples`);',
      ),
    ].join('\n'),
  });
  const { stdout, stderr, code } = await folder.run(['job.ts', '--on', 'local[2]', '--quiet']);
  expect(stderr).toBe('');
  expect(stdout.split('\n').filter((line) => !line.startsWith('[stage'))).toEqual([`${checked.length} examples`, '']);
  expect(code).toBe(0);
  expect(checked.length).toBeGreaterThanOrEqual(24);
});
