import { describe, expect, test } from 'vitest';
import { createSystemClock } from '../../../engine/adapters/local/system-clock.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';

describe('virtual clock', () => {
  test('stands still until it is moved', async () => {
    const clock = createVirtualClock({ startMs: 500 });
    expect([clock.now(), clock.monotonic()]).toEqual([500, 0]);
    await clock.advance(1500);
    expect([clock.now(), clock.monotonic()]).toEqual([2000, 1500]);
  });

  test('wakes sleepers in order of time, then of the call, each at its own time', async () => {
    const clock = createVirtualClock();
    const woken: [string, number][] = [];
    const sleep = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push([name, clock.monotonic()]);
    };
    const all = Promise.all([sleep('late', 30), sleep('first', 10), sleep('second', 10), sleep('never yet', 31), sleep('now', 0)]);
    await clock.advance(30);
    expect(woken).toEqual([
      ['now', 0],
      ['first', 10],
      ['second', 10],
      ['late', 30],
    ]);
    expect(clock.sleeping()).toBe(1);
    await clock.advance(1);
    await all;
  });

  test('lets a woken sleeper sleep again within the same advance', async () => {
    const clock = createVirtualClock();
    const ticks: number[] = [];
    const ticking = (async () => {
      for (let i = 0; i < 4; i++) {
        await clock.sleep(10);
        await Promise.resolve().then(() => {});
        ticks.push(clock.monotonic());
      }
    })();
    await clock.advance(35);
    expect(ticks).toEqual([10, 20, 30]);
    await clock.advance(5);
    await ticking;
    expect(ticks).toEqual([10, 20, 30, 40]);
  });

  test('moves to the next sleeper, and says when there is none', async () => {
    const clock = createVirtualClock();
    const sleeping = clock.sleep(1234);
    expect(await clock.advanceToNext()).toBe(true);
    await sleeping;
    expect(clock.monotonic()).toBe(1234);
    expect(await clock.advanceToNext()).toBe(false);
  });

  test('an aborted sleep rejects with the reason and is forgotten', async () => {
    const clock = createVirtualClock();
    const abort = new AbortController();
    const sleeping = clock.sleep(10, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(clock.sleep(10, { signal: abort.signal })).rejects.toThrow('enough');
    expect(clock.sleeping()).toBe(0);
  });

  test('wall time can be skewed against monotonic time', async () => {
    const clock = createVirtualClock({ startMs: 1000 });
    clock.skewWall(-400);
    await clock.advance(10);
    expect([clock.now(), clock.monotonic()]).toEqual([610, 10]);
  });
});

describe('system clock', () => {
  test('sleeps at least as long as it was asked to', async () => {
    const clock = createSystemClock();
    for (const ms of [0, 1, 2.5, 20]) {
      const start = clock.monotonic();
      await clock.sleep(ms);
      expect(clock.monotonic() - start).toBeGreaterThanOrEqual(ms);
    }
  });

  test('an aborted sleep rejects with the reason, not with an AbortError', async () => {
    const clock = createSystemClock();
    const reason = new Error('enough');
    const abort = new AbortController();
    const sleeping = clock.sleep(60_000, { signal: abort.signal });
    abort.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(clock.sleep(0, { signal: abort.signal })).rejects.toBe(reason);
  });

  test('tells wall time', () => {
    const before = Date.now();
    const told = createSystemClock().now();
    expect([before <= told, told <= Date.now()]).toEqual([true, true]);
  });
});
