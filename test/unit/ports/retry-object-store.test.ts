import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { ObjectChunks } from '../../../engine/ports/object-body.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { injectObjectFaults } from '../../../engine/ports/wrappers/fault-object-store.ts';
import type { Fault } from '../../../engine/ports/wrappers/fault-plan.ts';
import { meterObjectStore } from '../../../engine/ports/wrappers/meter-object-store.ts';
import { retryObjectStore } from '../../../engine/ports/wrappers/retry-object-store.ts';

type ObjectFault = Fault<keyof ObjectStore>;

const noPause = { sleep: async (): Promise<void> => {} };
const MINE = new TextEncoder().encode('attempt 1 was here');
const THEIRS = new TextEncoder().encode('attempt 2 was here');

function failing(inner: ObjectStore, faults: readonly ObjectFault[]): ObjectStore {
  return retryObjectStore(injectObjectFaults(inner, faults).store, { clock: noPause, random: { next: () => 0.5 } });
}

const lostAnswer: ObjectFault = { call: 'put', nth: 1, effect: { kind: 'error', when: 'after' } };
const lostCall: ObjectFault = { call: 'put', nth: 1, effect: { kind: 'error', when: 'before' } };

describe('an if-absent put whose answer was lost', () => {
  test('is ours when our bytes stand there', async () => {
    const inner = createMemoryObjectStore();
    const put = await failing(inner, [lostAnswer]).put('key', MINE, { ifAbsent: true });
    expect(put).toEqual({ stored: true, etag: (await inner.head('key')).etag });
    expect(await inner.get('key')).toEqual(MINE);
  });

  test('is ours, too, when it was never done and the second call stored it', async () => {
    const inner = createMemoryObjectStore();
    expect((await failing(inner, [lostCall]).put('key', MINE, { ifAbsent: true })).stored).toBe(true);
  });

  test('is not ours when other bytes stand there, of the same or another length', async () => {
    for (const theirs of [THEIRS, new Uint8Array(3)]) {
      const inner = createMemoryObjectStore();
      await inner.put('key', theirs);
      expect(await failing(inner, [lostAnswer]).put('key', MINE, { ifAbsent: true })).toEqual({ stored: false });
      expect(await inner.get('key')).toEqual(theirs);
    }
  });

  test('stays unknown when it is too large to be read back', async () => {
    const large = new Uint8Array(1024 * 1024 + 1);
    const put = failing(createMemoryObjectStore(), [lostAnswer]).put('key', large, { ifAbsent: true });
    await expect(put).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      fault: 'transient',
      message:
        'Whether the object "key" was written is unknown: the store failed after it may have done it. Read what stands there and decide by its content.',
      cause: { code: 'INJECTED' },
    });
  });

  test('is settled though looking fails, too: a look takes none of the attempts to put', async () => {
    const inner = createMemoryObjectStore();
    const late = (call: 'head' | 'get', nth: number): ObjectFault => ({ call, nth, effect: { kind: 'error', when: 'before' } });
    const faults = [lostAnswer, late('head', 1), late('head', 2), late('get', 1), late('get', 2)];
    const store = retryObjectStore(injectObjectFaults(inner, faults).store, { clock: noPause, random: { next: () => 0.5 }, attempts: 3 });
    expect((await store.put('key', MINE, { ifAbsent: true })).stored).toBe(true);
  });

  test('is put again when the object was deleted before we looked', async () => {
    const inner = createMemoryObjectStore();
    const deleting: ObjectStore = {
      ...inner,
      async head(key, options) {
        await inner.deleteMany([key]);
        return inner.head(key, options);
      },
    };
    expect((await failing(deleting, [lostAnswer]).put('key', MINE, { ifAbsent: true })).stored).toBe(true);
    expect(await inner.get('key')).toEqual(MINE);
  });

  test('is not read back when the first call said that it did nothing', async () => {
    const inner = meterObjectStore(createMemoryObjectStore());
    await inner.store.put('key', MINE);
    const error = new LevinError({ code: 'THROTTLED', fault: 'transient', message: 'Later.', details: { effect: 'none' } });
    const store = failing(inner.store, [{ ...lostCall, effect: { kind: 'error', when: 'before', error } }]);
    expect(await store.put('key', MINE, { ifAbsent: true })).toEqual({ stored: false });
    expect(inner.usage().calls).toMatchObject({ put: 2, head: 0, get: 0 });
  });

  test('two writers that race through lost answers have one winner', async () => {
    for (const [mine, theirs] of [
      [lostAnswer, lostAnswer],
      [lostCall, lostAnswer],
      [lostAnswer, lostCall],
    ] as const) {
      const inner = createMemoryObjectStore();
      const results = await Promise.all([
        failing(inner, [mine]).put('key', MINE, { ifAbsent: true }),
        failing(inner, [theirs]).put('key', THEIRS, { ifAbsent: true }),
      ]);
      expect(results.filter(({ stored }) => stored)).toHaveLength(1);
      expect(await inner.get('key')).toEqual(results[0].stored ? MINE : THEIRS);
    }
  });
});

describe('retries', () => {
  test('pause with full jitter, doubling up to a bound, and end after the last attempt with its error', async () => {
    const clock = createVirtualClock();
    const pauses: number[] = [];
    const errors = Array.from({ length: 6 }, (_, i) => new LevinError({ code: `FAILED_${i}`, fault: 'transient', message: 'no' }));
    const faults = errors.map((error, i): ObjectFault => ({ call: 'get', nth: i + 1, effect: { kind: 'error', when: 'before', error } }));
    const store = retryObjectStore(injectObjectFaults(createMemoryObjectStore(), faults).store, {
      clock: {
        async sleep(ms, options) {
          pauses.push(ms);
          await clock.sleep(ms, options);
        },
      },
      random: { next: () => 0.25 },
      attempts: 6,
      baseMs: 100,
      maxPauseMs: 600,
    });
    const outcome = expect(store.get('key')).rejects.toBe(errors[5]);
    await clock.advance(10_000);
    await outcome;
    expect(pauses).toEqual([25, 50, 100, 150, 150]);
  });

  test('are made for transient failures only', async () => {
    for (const fault of ['user', 'resource', 'internal'] as const) {
      const error = new LevinError({ code: 'NO', fault, message: 'no' });
      const inner = meterObjectStore(
        injectObjectFaults(createMemoryObjectStore(), [{ call: 'get', nth: 1, effect: { kind: 'error', when: 'before', error } }]).store,
      );
      await expect(retryObjectStore(inner.store, { clock: noPause, random: { next: () => 0 } }).get('key')).rejects.toBe(error);
      expect(inner.usage().calls.get).toBe(1);
    }
    const plain = new Error('a bug');
    await expect(
      failing(createMemoryObjectStore(), [{ call: 'head', nth: 1, effect: { kind: 'error', when: 'before', error: plain } }]).head('key'),
    ).rejects.toBe(plain);
  });

  test('end at once when the call is aborted in a pause', async () => {
    const clock = createVirtualClock();
    const abort = new AbortController();
    const reason = new Error('enough');
    const inner = injectObjectFaults(createMemoryObjectStore(), [{ call: 'list', nth: 1, effect: { kind: 'error', when: 'before' } }]);
    const store = retryObjectStore(inner.store, { clock, random: { next: () => 1 } });
    const outcome = expect(store.list('', { signal: abort.signal })).rejects.toBe(reason);
    await clock.advance(1);
    abort.abort(reason);
    await outcome;
    expect(clock.sleeping()).toBe(0);
  });
});

describe('a body in chunks', () => {
  const inChunks = (text: string): { body: ObjectChunks; iterations: () => number } => {
    let iterations = 0;
    const bytes = new TextEncoder().encode(text);
    const chunks = function* (): Generator<Uint8Array> {
      iterations++;
      for (const byte of bytes) yield Uint8Array.of(byte);
    };
    return { body: { byteLength: bytes.length, [Symbol.iterator]: chunks }, iterations: () => iterations };
  };

  test('is iterated anew for each try', async () => {
    for (const fault of [lostCall, lostAnswer]) {
      const inner = createMemoryObjectStore();
      const { body, iterations } = inChunks('attempt 1 was here');
      expect((await failing(inner, [fault]).put('key', body)).stored).toBe(true);
      expect(await inner.get('key')).toEqual(MINE);
      expect(iterations()).toBe(fault === lostCall ? 1 : 2);
    }
  });

  test('whose if-absent answer was lost is compared with what stands there', async () => {
    for (const [standing, stored] of [
      [MINE, true],
      [THEIRS, false],
    ] as const) {
      const inner = createMemoryObjectStore();
      await inner.put('key', standing);
      const { body } = inChunks('attempt 1 was here');
      expect((await failing(inner, [lostAnswer]).put('key', body, { ifAbsent: true })).stored).toBe(stored);
    }
  });

  test('whose iteration fails is not tried again', async () => {
    const body: ObjectChunks = {
      byteLength: 1,
      [Symbol.iterator]: () => {
        throw new LevinError({ code: 'SCRATCH_DROPPED', fault: 'internal', message: 'Gone.' });
      },
    };
    const inner = meterObjectStore(createMemoryObjectStore());
    await expect(failing(inner.store, []).put('key', body)).rejects.toMatchObject({ code: 'SCRATCH_DROPPED' });
    expect(inner.usage().calls.put).toBe(1);
  });
});
