import { describe, expect, test } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { ObjectChunks } from '../../../engine/ports/object-body.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { createWriteResend, resendObjectStore } from '../../../engine/ports/wrappers/resend-object-store.ts';
import { type Scripted, type SlowStore, slowStore } from '../../support/slow-store.ts';

const BYTES = new TextEncoder().encode('the only content of this key');
const MB = 1_000_000;

/** As long as nothing is known, a put is late after 400 ms and its transfer, and an answer 400 ms after the last byte. */
function worldOf(script: readonly Scripted[], share = 1): { clock: VirtualClock; slow: SlowStore; store: ObjectStore } {
  const clock = createVirtualClock();
  const left = [...script];
  const slow = slowStore(clock, () => left.shift() ?? { ms: 10 });
  return { clock, slow, store: resendObjectStore(slow.store, { clock, resend: createWriteResend({ share }) }) };
}

async function run<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let open = true;
  const done = (): void => {
    open = false;
  };
  promise.then(done, done);
  while (open && (await clock.advanceToNext()));
  return promise;
}

describe('a plain put', () => {
  test('whose answer is late after its body was sent is sent again: the second timer', async () => {
    const { clock, slow, store } = worldOf([{ sendMs: 5, ms: 60_000, zombie: true }, { ms: 30 }]);
    const body = new Uint8Array(15 * MB);
    expect((await run(clock, store.put('key', body))).stored).toBe(true);
    // Timer 1 would have waited 600 ms; of what is sent, 4 MB may be on their way for another 56.
    expect(slow.log.map(({ atMs, end }) => [Math.round(atMs), end])).toEqual([
      [0, 'aborted'],
      [461, 'answered'],
    ]);
    // The first one arrives after all, and changes nothing.
    await clock.advance(100_000);
    expect((await slow.inner.get('key')).length).toBe(15 * MB);
    expect(clock.sleeping()).toBe(0);
  });

  test('whose body does not get through is sent again: the first timer', async () => {
    const { clock, slow, store } = worldOf([{ sendMs: 60_000, ms: 10 }, { ms: 30 }]);
    await run(clock, store.put('key', new Uint8Array(15 * MB)));
    expect(slow.log.map(({ atMs, end }) => [atMs, end])).toEqual([
      [0, 'aborted'],
      [600, 'answered'],
    ]);
  });

  test('is sent again once: the second request has all the time that it needs', async () => {
    const { clock, slow, store } = worldOf([{ ms: 60_000 }, { ms: 60_000 }]);
    await run(clock, store.put('key', BYTES));
    expect(slow.log.map(({ atMs, end }) => [Math.round(atMs), end])).toEqual([
      [0, 'aborted'],
      [400, 'answered'],
    ]);
    expect(await slow.inner.get('key')).toEqual(BYTES);
  });

  test('in chunks is read anew only after the first reading has ended', async () => {
    const { clock, store, slow } = worldOf([{ ms: 60_000 }]);
    let reading = 0;
    let most = 0;
    const body: ObjectChunks = {
      byteLength: 4,
      *[Symbol.iterator]() {
        most = Math.max(most, ++reading);
        try {
          yield BYTES.subarray(0, 2);
          yield BYTES.subarray(2, 4);
        } finally {
          reading--;
        }
      },
    };
    await run(clock, store.put('key', body));
    expect(most).toBe(1);
    expect(await slow.inner.get('key')).toEqual(BYTES.subarray(0, 4));
  });

  test('that fails in time fails: that is for the retry', async () => {
    const error = new LevinError({ code: 'CONNECTION_LOST', fault: 'transient', message: 'lost' });
    const { clock, slow, store } = worldOf([{ ms: 100, error }]);
    await expect(run(clock, store.put('key', BYTES))).rejects.toBe(error);
    expect(slow.log).toHaveLength(1);
    expect(clock.sleeping()).toBe(0);
  });

  test('ends with the reason when it is aborted, in its first and in its second request', async () => {
    for (const atMs of [100, 500]) {
      const { clock, store } = worldOf([{ ms: 60_000 }, { ms: 60_000 }]);
      const abort = new AbortController();
      const reason = new Error('enough');
      const outcome = expect(store.put('key', BYTES, { signal: abort.signal })).rejects.toBe(reason);
      await clock.advance(atMs);
      abort.abort(reason);
      await outcome;
      expect(clock.sleeping()).toBe(0);
    }
  });
});

test('an if-absent put is never sent again, and neither is one of more than 16 MB', async () => {
  for (const [bytes, options] of [[BYTES, { ifAbsent: true }] as const, [new Uint8Array(16 * 1024 * 1024 + 1), {}] as const]) {
    const { clock, slow, store } = worldOf([{ ms: 600_000 }]);
    await run(clock, store.put('key', bytes, options));
    expect(slow.log).toHaveLength(1);
  }
});

test('one put in a hundred is sent again, and one more at the start', async () => {
  const { clock, slow, store } = worldOf(
    Array.from({ length: 2000 }, () => ({ ms: 60_000 })),
    0.01,
  );
  await run(clock, Promise.all(Array.from({ length: 1000 }, (_, i) => store.put(`key-${i}`, BYTES))));
  expect(slow.log.length).toBeGreaterThan(1000);
  expect(slow.log.length).toBeLessThanOrEqual(1011);
});
