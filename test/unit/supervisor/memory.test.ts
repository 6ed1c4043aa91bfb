import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { planMemory } from '../../../engine/runtime/supervisor/memory-plan.ts';
import { createMemoryWatch } from '../../../engine/runtime/supervisor/memory-watch.ts';

describe('memory watch', () => {
  test('reports two high readings in a row, not one', async () => {
    const clock = createVirtualClock();
    const readings = [90, 110, 90, 110, 120, 130, 140, 10];
    const exceeded: number[] = [];
    const watch = createMemoryWatch({
      clock,
      residentBytes: () => readings.shift() ?? 0,
      limitBytes: 100,
      onExceeded: (bytes) => exceeded.push(bytes),
    });
    watch.start();
    watch.start();
    await clock.advance(200);
    expect(exceeded).toEqual([120, 140]);
    expect(readings).toEqual([]);
  });

  test('looks at nothing while it is stopped', async () => {
    const clock = createVirtualClock();
    let looks = 0;
    const watch = createMemoryWatch({ clock, residentBytes: () => (looks += 1), limitBytes: 100, onExceeded: () => undefined });
    await clock.advance(100);
    watch.start();
    await clock.advance(50);
    watch.stop();
    await clock.advance(100);
    expect([looks, clock.sleeping()]).toEqual([2, 0]);
  });

  test('looks as often when it is stopped and started again in between', async () => {
    const clock = createVirtualClock();
    let looks = 0;
    const watch = createMemoryWatch({ clock, residentBytes: () => (looks += 1), limitBytes: 1_000, onExceeded: () => undefined });
    for (let i = 0; i < 20; i++) {
      watch.start();
      await clock.advance(10);
      watch.stop();
      watch.start();
    }
    expect([looks, clock.sleeping()]).toEqual([8, 1]);
  });
});

test('an executor’s memory is divided among the heaps of its workers', () => {
  expect(planMemory(1024, 2)).toEqual({
    limitBytes: 1_073_741_824,
    resourceLimits: { maxOldGenerationSizeMb: 259, maxYoungGenerationSizeMb: 48 },
    task: {
      executionBytes: 159_706_190,
      groupBytes: 159_706_190,
      readAheadBytes: 19_963_273,
      heapLimitBytes: 271_581_184,
      residentLimitBytes: 1_073_741_824,
    },
    broadcastBytes: 159_706_190,
  });
  expect(planMemory(256, 1)).toEqual({
    limitBytes: 268_435_456,
    resourceLimits: { maxOldGenerationSizeMb: 92, maxYoungGenerationSizeMb: 28 },
    task: {
      executionBytes: 50_009_009,
      groupBytes: 50_009_009,
      readAheadBytes: 6_251_126,
      heapLimitBytes: 96_468_992,
      residentLimitBytes: 268_435_456,
    },
    broadcastBytes: 25_004_504,
  });
  expect(planMemory(128, 4).resourceLimits).toEqual({ maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 6 });
});
