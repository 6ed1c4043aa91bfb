import { describe, expect, test } from 'vitest';
import { runSwarm } from './swarm/run-swarm.ts';

const SEEDS = 2_000;

describe('a swarm of seeds', () => {
  test(`${SEEDS} histories with faults end with the right answer, and break no promise on the way`, { timeout: 600_000 }, async () => {
    const reports = await runSwarm({ from: 0, count: SEEDS, shards: 2 });
    const failures = reports.flatMap((report) => report.failures);
    expect(failures.map(({ seed, shape, wrong }) => `npm run simulate -- --seed ${seed}   (${shape}) ${wrong}`)).toEqual([]);
    expect(reports.reduce((all, { count }) => all + count, 0)).toBe(SEEDS);
    // Every kind of fault and every shape of job was there, and drivers died.
    const kinds = new Set(reports.flatMap(({ totals }) => Object.keys(totals.faults)));
    const shapes = new Set(reports.flatMap(({ totals }) => Object.keys(totals.shapes)));
    expect([...kinds].sort()).toEqual([...ALL_KINDS]);
    expect(shapes.size).toBe(31);
    expect(reports.reduce((all, { totals }) => all + totals.drivers, 0)).toBeGreaterThan(SEEDS * 1.3);
  });
});

const ALL_KINDS: readonly string[] = [
  'corrupt',
  'crash',
  'deafExecutor',
  'delete',
  'duplicate',
  'flippedRead',
  'lostInvocation',
  'lostResponse',
  'outOfMemory',
  'partialBatch',
  'pause',
  'slow',
  'slowNode',
  'stuck',
  'takeOver',
  'taskError',
  'throttle',
  'unavailable',
];
