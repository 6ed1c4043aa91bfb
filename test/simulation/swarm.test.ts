import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SWARM = fileURLToPath(new URL('./swarm/main.ts', import.meta.url));
const SEEDS = 2_000;
const SHARDS = 2;

interface Report {
  readonly count: number;
  readonly failures: readonly { readonly seed: string; readonly shape: string; readonly wrong: string }[];
  readonly totals: {
    readonly drivers: number;
    readonly faults: Readonly<Record<string, number>>;
    readonly shapes: Readonly<Record<string, number>>;
  };
}

function runShard(shard: number): Promise<Report> {
  const count = SEEDS / SHARDS;
  const args = [SWARM, '--json', '--from', String(shard * count), '--count', String(count)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(`the shard said nothing: ${error?.message} ${stderr}`));
      else resolve(JSON.parse(stdout) as Report);
    });
  });
}

describe('a swarm of seeds', () => {
  test(`${SEEDS} histories with faults end with the right answer, and break no promise on the way`, { timeout: 600_000 }, async () => {
    const reports = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => runShard(shard)));
    const failures = reports.flatMap((report) => report.failures);
    expect(failures.map(({ seed, shape, wrong }) => `npm run simulate -- --seed ${seed}   (${shape}) ${wrong}`)).toEqual([]);
    expect(reports.reduce((all, { count }) => all + count, 0)).toBe(SEEDS);
    // Every kind of fault and every shape of job was there, and drivers died.
    const kinds = new Set(reports.flatMap(({ totals }) => Object.keys(totals.faults)));
    const shapes = new Set(reports.flatMap(({ totals }) => Object.keys(totals.shapes)));
    expect([...kinds].sort()).toEqual([...ALL_KINDS]);
    expect(shapes.size).toBe(15);
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
  'partialBatch',
  'pause',
  'slow',
  'slowNode',
  'stuck',
  'takeOver',
  'throttle',
  'unavailable',
];
