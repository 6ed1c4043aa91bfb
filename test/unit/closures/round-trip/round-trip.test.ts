import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type CaseResult, PIPELINES, type Pipeline } from './pipeline.ts';

/**
 * Every case that works, through every way in which code gets to executors: a driver process loads the case files as jobs,
 * ships their functions, and a worker thread with the executor's copy of the code runs them.
 */
describe.each(PIPELINES)('shipped through the %s', (pipeline) => {
  const results = runCases(pipeline);

  test.each(results.map((result) => [result.row, result.name, result] as const))('%s: %s', (_, __, result) => {
    expect(result).toMatchObject({ shippedOk: true, unshippedOk: true, detail: '' });
  });

  test('every case of the table is there, and eight more', () => {
    const more = results.filter(({ row }) => row.startsWith('cycles through') || row.startsWith('warning'));
    expect([results.length - more.length, more.length]).toEqual([108, 8]);
    expect(new Set(results.map(({ row }) => row)).size).toBe(31);
  });
});

function runCases(pipeline: Pipeline): readonly CaseResult[] {
  const driver = fileURLToPath(new URL('./case-driver.ts', import.meta.url));
  const run = spawnSync(process.execPath, ['--enable-source-maps', driver, pipeline], { encoding: 'utf8', timeout: 120_000 });
  if (run.status !== 0) throw new Error(`The driver of the ${pipeline} cases failed:\n${run.stderr}${run.error?.message ?? ''}`);
  return JSON.parse(run.stdout) as readonly CaseResult[];
}
