import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { createReadHedge, hedgeObjectStore } from '../../../engine/ports/wrappers/hedge-object-store.ts';
import { type Scripted, type SlowStore, slowStore } from '../../support/slow-store.ts';

const BYTES = new TextEncoder().encode('0123456789');
const lost = new LevinError({ code: 'CONNECTION_LOST', fault: 'transient', message: 'The answer was lost.' });
const gone = new LevinError({ code: 'OBJECT_NOT_FOUND', fault: 'user', message: 'no' });

interface World {
  readonly clock: VirtualClock;
  readonly slow: SlowStore;
  readonly store: ObjectStore;
}

/** As long as nothing is known, a read is late after 200 ms. */
async function worldOf(script: readonly Scripted[], share = 0.01): Promise<World> {
  const clock = createVirtualClock();
  const left = [...script];
  const slow = slowStore(clock, () => left.shift() ?? { ms: 10 });
  await slow.inner.put('key', BYTES);
  return { clock, slow, store: hedgeObjectStore(slow.store, { clock, hedge: createReadHedge({ share }) }) };
}

/** Runs until the promise settles: its outcome, and when. */
async function settle<T>(clock: VirtualClock, promise: Promise<T>): Promise<{ value?: T; error?: unknown; atMs: number }> {
  let end: { value?: T; error?: unknown; atMs: number } | undefined;
  promise.then(
    (value) => {
      end = { value, atMs: clock.monotonic() };
    },
    (error: unknown) => {
      end = { error, atMs: clock.monotonic() };
    },
  );
  while (end === undefined && (await clock.advanceToNext()));
  return end ?? { error: 'never', atMs: Number.NaN };
}

describe('a read that is late', () => {
  test('is asked again, the first answer counts, and the other request is aborted', async () => {
    const { clock, slow, store } = await worldOf([{ ms: 5000 }, { ms: 30 }]);
    expect(await settle(clock, store.get('key'))).toEqual({ value: BYTES, atMs: 230 });
    expect(slow.log.map(({ atMs, end }) => [atMs, end])).toEqual([
      [0, 'aborted'],
      [200, 'answered'],
    ]);
    expect(clock.sleeping()).toBe(0);
  });

  test('counts if it comes before its second request', async () => {
    const { clock, slow, store } = await worldOf([{ ms: 210 }, { ms: 30 }]);
    expect(await settle(clock, store.getRange('key', 2, 4))).toEqual({ value: BYTES.slice(2, 4), atMs: 210 });
    expect(slow.log.map(({ end }) => end)).toEqual(['answered', 'aborted']);
  });

  test('is late later the more bytes it moves: 75 MB take a second', async () => {
    const { clock, slow, store } = await worldOf([{ ms: 5000 }]);
    await settle(clock, store.getRange('key', 0, 75_000_000));
    expect(slow.log.map(({ atMs }) => atMs)).toEqual([0, 1200]);
  });

  test('fails when both fail; a transient failure of one leaves it to the other', async () => {
    const both = await worldOf([
      { ms: 300, error: lost },
      { ms: 500, error: lost },
    ]);
    expect(await settle(both.clock, both.store.head('key'))).toEqual({ error: lost, atMs: 700 });
    const one = await worldOf([{ ms: 300, error: lost }, { ms: 500 }]);
    expect(await settle(one.clock, one.store.get('key'))).toEqual({ value: BYTES, atMs: 700 });
  });

  test('fails at once for a reason that stays', async () => {
    const { clock, slow, store } = await worldOf([{ ms: 5000 }, { ms: 20, error: gone }]);
    expect(await settle(clock, store.get('key'))).toEqual({ error: gone, atMs: 220 });
    expect(slow.log.map(({ end }) => end)).toEqual(['aborted', 'failed']);
  });

  test('ends with the reason when it is aborted, and so do both requests', async () => {
    const { clock, slow, store } = await worldOf([{ ms: 5000 }, { ms: 5000 }]);
    const abort = new AbortController();
    const reason = new Error('enough');
    const outcome = expect(store.get('key', { signal: abort.signal })).rejects.toBe(reason);
    await clock.advance(1000);
    abort.abort(reason);
    await outcome;
    await clock.advance(0);
    expect(slow.log.map(({ end, signal }) => [end, signal?.reason])).toEqual([
      ['aborted', reason],
      ['aborted', reason],
    ]);
    expect(clock.sleeping()).toBe(0);
  });
});

test('a read that fails before it is late is not asked again: that is for the retry', async () => {
  const { clock, slow, store } = await worldOf([{ ms: 50, error: lost }]);
  expect(await settle(clock, store.get('key'))).toEqual({ error: lost, atMs: 50 });
  expect(slow.log).toHaveLength(1);
});

test('nothing but reads is ever asked again', async () => {
  const { clock, slow, store } = await worldOf(
    Array.from({ length: 4 }, () => ({ ms: 9000 })),
    1,
  );
  const calls = [store.put('a', BYTES), store.put('b', BYTES, { ifAbsent: true }), store.list(''), store.deleteMany(['a'])];
  await settle(clock, Promise.all(calls));
  expect(slow.log.map(({ call }) => call)).toEqual(['put', 'put', 'list', 'deleteMany']);
});

test('what is late is learned: twice the time in which 95 of 100 answers come, but no less than 50 ms', async () => {
  const lateAfter = async (usualMs: readonly number[]): Promise<number> => {
    const clock = createVirtualClock();
    let nth = 0;
    let last = false;
    const slow = slowStore(clock, () => ({ ms: last ? 60_000 : (usualMs[nth++ % usualMs.length] as number) }));
    await slow.inner.put('key', BYTES);
    const store = hedgeObjectStore(slow.store, { clock, hedge: createReadHedge({ share: 1 }) });
    for (let i = 0; i < 320; i++) await settle(clock, store.head('key'));
    last = true;
    const before = clock.monotonic();
    await settle(clock, store.head('key'));
    return (slow.log.at(-1)?.atMs as number) - before;
  };
  expect(await lateAfter([4])).toBe(50);
  expect(await lateAfter([100])).toBe(200);
  expect(await lateAfter([30, 60, 90, 120])).toBe(240);
  expect(await lateAfter([...Array.from({ length: 9 }, () => 40), 140])).toBe(280);
  expect(await lateAfter([...Array.from({ length: 39 }, () => 40), 140])).toBe(80);
});

/** When a range of so many bytes is late after 320 reads of ranges that took so long. */
async function rangeLateMs(took: (nth: number) => number, read: number, asked: number): Promise<number> {
  const clock = createVirtualClock();
  let last = false;
  let nth = 0;
  const slow = slowStore(clock, () => ({ ms: last ? 600_000 : took(nth++) }));
  await slow.inner.put('key', BYTES);
  const small: ObjectStore = { ...slow.store, getRange: (key, _start, _end, options) => slow.store.getRange(key, 0, 1, options) };
  const store = hedgeObjectStore(small, { clock, hedge: createReadHedge({ share: 1 }) });
  const range = (bytes: number): Promise<unknown> => settle(clock, store.getRange('key', 0, bytes));
  for (let i = 0; i < 320; i++) await range(read);
  last = true;
  const before = clock.monotonic();
  await range(asked);
  return (slow.log.at(-1)?.atMs as number) - before;
}

test('what a transfer takes is no latency: ranges of 7.5 MB in 150 ms are one of 50 ms', async () => {
  expect(await rangeLateMs(() => 150, 7_500_000, 0)).toBe(100);
  expect(await rangeLateMs(() => 150, 7_500_000, 15_000_000)).toBe(300);
});

test('requests that were overtaken count as slow ones: where every tenth is, the second request waits longer', async () => {
  expect(await rangeLateMs((nth) => (nth % 11 === 0 ? 60_000 : 40), 1, 0)).toBeGreaterThan(400);
});

test('no more than ten second requests are saved up', async () => {
  const clock = createVirtualClock();
  let ms = 10;
  const slow = slowStore(clock, () => ({ ms }));
  await slow.inner.put('key', BYTES);
  const store = hedgeObjectStore(slow.store, { clock, hedge: createReadHedge() });
  for (let i = 0; i < 3000; i++) await settle(clock, store.head('key'));
  ms = 60_000;
  await settle(clock, Promise.all(Array.from({ length: 50 }, () => store.head('key'))));
  expect(slow.log).toHaveLength(3000 + 50 + 10);
});

test('however slow the service gets, one read in a hundred is asked again, and one more at the start', async () => {
  const clock = createVirtualClock();
  const always = slowStore(clock, () => ({ ms: 60_000 }));
  await always.inner.put('key', BYTES);
  const hedged = hedgeObjectStore(always.store, { clock, hedge: createReadHedge() });
  for (let round = 0; round < 3; round++) await settle(clock, Promise.all(Array.from({ length: 1000 }, () => hedged.get('key'))));
  expect(always.log.length).toBeGreaterThan(3000);
  expect(always.log.length).toBeLessThanOrEqual(3000 + 1 + 30);
});

const scripted = fc.record({
  ms: fc.integer({ min: 0, max: 3000 }),
  failure: fc.constantFrom(null, null, null, lost, gone),
});

test('whatever is slow or fails: a hedged read is never later than the first request alone, and leaves nothing behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(scripted, scripted), { minLength: 1, maxLength: 20 }), async (reads) => {
      for (const [first, second] of reads) {
        const script = [first, second].map(({ ms, failure }) => ({ ms, ...(failure === null ? {} : { error: failure }) }));
        const { clock, slow, store } = await worldOf(script, 1);
        const { value, error, atMs } = await settle(clock, store.get('key'));
        const alone = first.failure === null ? { value: BYTES } : { error: first.failure };
        if (first.ms < 200) expect({ ...(value === undefined ? { error } : { value }), atMs }).toEqual({ ...alone, atMs: first.ms });
        if (first.failure === null) expect(error === undefined || error === gone).toBe(true);
        if (first.failure !== lost) expect(atMs).toBeLessThanOrEqual(first.ms);
        if (value !== undefined) expect(value).toEqual(BYTES);
        expect(slow.log.length).toBeLessThanOrEqual(2);
        await clock.advance(0);
        expect(slow.log.filter(({ end }) => end === 'open')).toEqual([]);
        expect(clock.sleeping()).toBe(0);
      }
    }),
    { numRuns: 60 },
  );
});
