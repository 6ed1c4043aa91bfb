import { expect, test } from 'vitest';
import { createHeapGauge, type HeapGauge } from '../../../engine/runtime/spill/heap-gauge.ts';

/** A heap of 1,000 bytes: `live` is what is left of `used` when it is cleaned up. */
function heapOf(heap: { used: number; live: number; cleanUps: number }): HeapGauge {
  return createHeapGauge({
    limitBytes: 1_000,
    usedBytes: () => heap.used,
    cleanUp() {
      heap.cleanUps += 1;
      heap.used = heap.live;
    },
  });
}

test('garbage does not fill a heap', () => {
  const heap = { used: 850, live: 300, cleanUps: 0 };
  const gauge = heapOf(heap);
  expect([gauge.isFull(), heap.cleanUps]).toEqual([false, 0]);
  heap.used = 851;
  expect([gauge.isFull(), heap.cleanUps]).toEqual([false, 1]);
  heap.used = 900;
  expect([gauge.isFull(), heap.cleanUps]).toEqual([false, 2]);
});

test('what is held does, again and again when it was spilled in between', () => {
  const heap = { used: 900, live: 800, cleanUps: 0 };
  const gauge = heapOf(heap);
  for (let i = 0; i < 3; i += 1) {
    Object.assign(heap, { used: 900, live: 800 });
    expect(gauge.isFull()).toBe(true);
    Object.assign(heap, { used: 900, live: 100 });
    expect(gauge.isFull()).toBe(false);
  }
});

test('what is held does, too, when V8 cleans up by itself after each spill', () => {
  const heap = { used: 860, live: 860, cleanUps: 0 };
  const gauge = heapOf(heap);
  for (let i = 0; i < 5; i += 1) {
    Object.assign(heap, { used: 860, live: 860 });
    expect(gauge.isFull()).toBe(true);
    Object.assign(heap, { used: 200, live: 200 });
    expect(gauge.isFull()).toBe(false);
  }
  expect(heap.cleanUps).toBe(5);
});

test('a heap that stays full is not cleaned up all the time', () => {
  const heap = { used: 900, live: 900, cleanUps: 0 };
  const gauge = heapOf(heap);
  expect([gauge.isFull(), gauge.isFull(), heap.cleanUps]).toEqual([true, true, 2]);
  heap.used = 950;
  expect([gauge.isFull(), heap.cleanUps]).toEqual([false, 2]);
  Object.assign(heap, { used: 951, live: 920 });
  expect([gauge.isFull(), heap.cleanUps]).toEqual([true, 3]);
});

test('this thread’s heap is cleaned up for real', () => {
  let kept: unknown[] = Array.from({ length: 2_000_000 }, (_, i) => ({ i }));
  // A heap of one byte is always cleaned up: from here on nothing of what is used is garbage.
  expect(createHeapGauge({ limitBytes: 1 }).isFull()).toBe(true);
  const used = process.memoryUsage().heapUsed;
  const limitBytes = used / 0.9;
  expect(createHeapGauge({ limitBytes }).isFull()).toBe(true);
  kept = [];
  expect([createHeapGauge({ limitBytes }).isFull(), kept.length]).toEqual([false, 0]);
});
