import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { mapBounded } from '../../../engine/ports/map-bounded.ts';

test('gives results in order and never has more calls in flight than allowed', async () => {
  const clock = createVirtualClock();
  let inFlight = 0;
  let most = 0;
  const running = mapBounded([50, 10, 40, 20, 30], { concurrency: 2 }, async (ms) => {
    most = Math.max(most, ++inFlight);
    await clock.sleep(ms);
    inFlight--;
    return ms * 2;
  });
  await clock.advance(200);
  expect(await running).toEqual([100, 20, 80, 40, 60]);
  expect(most).toBe(2);
});

test('the first failure aborts the others, which are waited for, and is thrown as it was', async () => {
  const clock = createVirtualClock();
  const failure = new Error('the first');
  const ended: string[] = [];
  const running = mapBounded(['slow', 'bad', 'never'], { concurrency: 2 }, async (name, signal) => {
    if (name === 'bad') {
      await clock.sleep(5);
      throw failure;
    }
    try {
      await clock.sleep(1000, { signal });
    } finally {
      ended.push(name);
    }
  });
  const outcome = expect(running).rejects.toBe(failure);
  await clock.advance(5);
  await outcome;
  expect(ended).toEqual(['slow']);
});

test('an aborted signal ends it with its reason', async () => {
  const reason = new Error('enough');
  await expect(mapBounded([1], { concurrency: 1, signal: AbortSignal.abort(reason) }, async () => 1)).rejects.toBe(reason);
  const abort = new AbortController();
  const running = mapBounded([1, 2, 3], { concurrency: 1, signal: abort.signal }, async (n) => {
    if (n === 2) abort.abort(reason);
    return n;
  });
  await expect(running).rejects.toBe(reason);
});

test('of nothing it gives nothing', async () => {
  expect(await mapBounded([], { concurrency: 4 }, async () => 1)).toEqual([]);
});
