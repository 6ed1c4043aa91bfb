import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createInvocationRamp } from '../../../engine/ports/wrappers/invocation-ramp.ts';

function takeAll(ramp: ReturnType<typeof createInvocationRamp>, nowMs: number): number {
  let taken = 0;
  while (ramp.take(nowMs)) taken++;
  return taken;
}

test('a thousand go at once, then a hundred a second, as many as may be at most', () => {
  const ramp = createInvocationRamp(1_500);
  expect([0, 500, 1_000, 4_999, 5_000, 60_000].map((nowMs) => takeAll(ramp, nowMs))).toEqual([1000, 50, 50, 399, 1, 0]);
  expect(ramp.freeInMs(60_000)).toBe(null);
});

test('of a small account all go at once', () => {
  const ramp = createInvocationRamp(250);
  expect(takeAll(ramp, 0)).toBe(250);
});

test('rises no further than a thousand above what has ever been in flight', () => {
  const ramp = createInvocationRamp(10_000);
  expect(takeAll(ramp, 0)).toBe(1000);
  expect(ramp.limit(600_000)).toBe(2000);
  expect(takeAll(ramp, 600_000)).toBe(1000);
  expect(takeAll(ramp, 600_010)).toBe(1);
});

test('a refusal halves what is in flight, once for all that were sent before, and it grows again by a tenth a second', () => {
  const ramp = createInvocationRamp(250);
  takeAll(ramp, 0);
  ramp.ended({ sentMs: 0, nowMs: 100, refused: true });
  expect(ramp.limit(100)).toBe(125);
  for (let i = 0; i < 149; i++) ramp.ended({ sentMs: 0, nowMs: 100, refused: true });
  expect(ramp.limit(100)).toBe(125);
  // 100 are left.
  expect(takeAll(ramp, 100)).toBe(25);
  expect(ramp.limit(1_100)).toBe(150);
  expect(takeAll(ramp, 1_100)).toBe(25);
  // One of those sent since: 150 are in flight.
  ramp.ended({ sentMs: 1_100, nowMs: 1_150, refused: true });
  expect([ramp.limit(1_150), ramp.limit(2_150), ramp.limit(6_150)]).toEqual([75, 90, 150]);
});

test('one goes at last, and every quarter of a second, however often it is refused', () => {
  const ramp = createInvocationRamp(64);
  let sent = takeAll(ramp, 0);
  const inFlight: number[] = [];
  for (let round = 0; round < 8; round++) {
    inFlight.push(sent);
    for (let i = 0; i < sent; i++) ramp.ended({ sentMs: round, nowMs: round + 1, refused: true });
    sent = takeAll(ramp, round + 1);
  }
  expect(inFlight).toEqual([64, 32, 16, 8, 4, 2, 1, 0]);
  const sentMs: number[] = [];
  for (let nowMs = 8; nowMs < 1_100; nowMs++) {
    if (!ramp.take(nowMs)) continue;
    sentMs.push(nowMs);
    ramp.ended({ sentMs: nowMs, nowMs: nowMs + 1, refused: true });
  }
  expect(sentMs).toEqual([257, 508, 759, 1010]);
});

type Step = { readonly afterMs: number; readonly what: 'take' | 'answered' | 'refused' };

test('whatever is answered and refused: never more than the cap, and who waits as long as it says gets in', () => {
  const steps = fc.array(
    fc.record<Step>({ afterMs: fc.integer({ min: 0, max: 2_000 }), what: fc.constantFrom('take', 'take', 'answered', 'refused') }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), steps, (cap, all) => {
      const ramp = createInvocationRamp(cap);
      const sent: number[] = [];
      let nowMs = 0;
      for (const { afterMs, what } of all) {
        nowMs += afterMs;
        if (what === 'take') {
          if (ramp.take(nowMs)) sent.push(nowMs);
          else {
            const freeInMs = ramp.freeInMs(nowMs);
            if (freeInMs === null) continue;
            nowMs += freeInMs;
            expect(ramp.take(nowMs)).toBe(true);
            sent.push(nowMs);
          }
        } else {
          const sentMs = sent.shift();
          if (sentMs !== undefined) ramp.ended({ sentMs, nowMs, refused: what === 'refused' });
        }
        expect(sent.length).toBeLessThanOrEqual(cap);
        expect(ramp.limit(nowMs)).toBeGreaterThanOrEqual(0);
        expect(ramp.limit(nowMs)).toBeLessThanOrEqual(cap);
      }
    }),
  );
});
