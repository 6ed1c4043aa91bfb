import { expect, test } from 'vitest';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { createRetryPolicy } from '../../../engine/ports/wrappers/retry-policy.ts';

const throttled = new LevinError({ code: 'THROTTLED', fault: 'transient', message: 'Later.', details: { effect: 'none' } });
const lost = new LevinError({ code: 'CONNECTION_LOST', fault: 'transient', message: 'lost' });

/** Runs a call that fails so; the pauses, and how it ended. */
async function pausesOf(
  errors: readonly Error[],
  options: { readonly next?: number; readonly throttledMs?: number } = {},
): Promise<{ pauses: number[]; end: unknown }> {
  const pauses: number[] = [];
  const clock = { sleep: async (ms: number): Promise<void> => void pauses.push(ms) };
  const { next = 1, throttledMs } = options;
  const policy = createRetryPolicy({
    clock,
    random: { next: () => next },
    attempts: 3,
    ...(throttledMs === undefined ? {} : { throttledMs }),
  });
  const left = [...errors];
  const end = await policy
    .run(undefined, async () => {
      const error = left.shift();
      if (error !== undefined) throw error;
      return 'done';
    })
    .catch((error: unknown) => error);
  return { pauses, end };
}

test('a call that is throttled does not use up its attempts: it waits, and its pauses have a budget', async () => {
  const many = Array.from({ length: 12 }, () => throttled);
  expect(await pausesOf([lost, ...many, lost])).toEqual({
    pauses: [50, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000, 5000, 100],
    end: 'done',
  });
  expect(await pausesOf([lost, lost, ...many, lost])).toMatchObject({ end: lost });
  // 50 + 100 + 200 + 400 are within 1,000 ms; 800 more are not.
  expect(await pausesOf(many, { throttledMs: 1000 })).toEqual({ pauses: [50, 100, 200, 400], end: throttled });
});

test('a budget is spent by the bounds of pauses, so that no luck makes it last for ever', async () => {
  const { pauses, end } = await pausesOf(
    Array.from({ length: 1000 }, () => throttled),
    { next: 0 },
  );
  expect(end).toBe(throttled);
  expect(pauses.length).toBeLessThan(25);
});

test('nobody comes back before the service asks him to', async () => {
  const later = new LevinError({
    code: 'THROTTLED',
    fault: 'transient',
    message: 'Later.',
    details: { effect: 'none', retryAfterMs: 7000 },
  });
  expect(await pausesOf([later], { next: 0 })).toEqual({ pauses: [7000], end: 'done' });
  expect(await pausesOf([later], { throttledMs: 6999 })).toEqual({ pauses: [], end: later });
});
