import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Only so that something quadratic fails rather than hangs. */
const HANG_MS = 120_000;

interface Measured {
  readonly count: number;
  readonly attempts: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly indexObjects: number;
  readonly located: Readonly<Record<number, number>>;
  readonly peakMb: number;
}

/** The driver alone in a process, for its memory. */
async function driverOf(maps: number, reducers: number): Promise<Measured> {
  const bench = fileURLToPath(new URL('../../../bench/driver.ts', import.meta.url));
  const child = spawn(process.execPath, [bench, String(maps), String(reducers)], { stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(await text(child.stdout)) as Measured;
}

test('10,000 maps × 1,000 reducers: 10 million locations in bounded memory, store calls in proportion', { timeout: HANG_MS }, async () => {
  const [small, large] = [await driverOf(1000, 1000), await driverOf(10_000, 1000)];

  expect([small.count, small.attempts, small.indexObjects]).toEqual([1000, 2000, 1]);
  expect([large.count, large.attempts, large.indexObjects]).toEqual([1000, 11_000, 5]);
  // A commit a task; the rest is the journal, the index objects and parts of the event log.
  expect((large.calls['put'] as number) - 11_000).toBeLessThan(30);
  expect(large.calls['transact'] as number).toBeLessThan(30);
  expect(large.calls['query']).toBe(small.calls['query']);

  // From 200 to 3,199 bytes a block, each size equally often: 10,000 of them.
  const bytes = (reducer: number): number => {
    let sum = 0;
    for (let map = 0; map < 10_000; map++) sum += 200 + ((map * 31 + reducer * 17) % 3000);
    return sum;
  };
  const asked = [0, 199, 398, 597, 796, 995];
  expect(large.located).toEqual(Object.fromEntries(asked.map((reducer) => [reducer, bytes(reducer)])));

  // 40 MB of offsets, 60 MB of index objects in the store, commits, events, and what V8 has not cleaned up yet. One list of all locations takes 3 GB.
  expect(large.peakMb).toBeLessThan(1_200);
});
