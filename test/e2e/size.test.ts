import { expect, test } from 'vitest';
import { expectedOf, runSize, type SizeScenario } from '../soak/size.ts';

// A tenth of what `npm run soak` runs, in few partitions, so that one task has many times its memory.
const SCENARIOS: readonly SizeScenario[] = [
  {
    job: 'sort-size',
    executors: 2,
    executorMb: 256,
    records: 1_600_000,
    valueBytes: 240,
    maps: 8,
    reducers: 2,
    keys: null,
    timeoutMs: 180_000,
  },
  {
    job: 'group-size',
    executors: 2,
    executorMb: 192,
    records: 1_200_000,
    valueBytes: 240,
    maps: 8,
    reducers: 2,
    keys: 2_000,
    timeoutMs: 180_000,
  },
];

test.each(SCENARIOS)('$job: more data than memory goes through, in order and complete', { timeout: 240_000 }, async (scenario) => {
  const result = await runSize(scenario);
  expect(result, result.stderr).toMatchObject({ code: 0, found: expectedOf(scenario), failedAttempts: 0, leftBehind: [] });
  expect(result.peakBytes).toBeLessThan(result.allowedBytes);
  expect(result.spills).toBeGreaterThan(scenario.reducers * 3);
  expect(result.diskBytesSpilled).toBeGreaterThan(scenario.records * scenario.valueBytes * 0.8);
  expect(result.stderr).toMatch(/spilled [\d.]+ [MG]B in \d+ spills/);
});
