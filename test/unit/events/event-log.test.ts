import { describe, expect, test } from 'vitest';
import { createEventBus } from '../../../driver/events/event-bus.ts';
import { createEventLog, type EventLog, readEventLog, readEventParts } from '../../../driver/events/event-log.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createVirtualClock, type VirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import type { AppEvent } from '../../../engine/types/app-event.ts';
import { anEvent } from '../../support/events.ts';

function warning(message: string): AppEvent {
  return { timeMs: 1, kind: 'warning', code: 'X', message };
}

function open(objects: ObjectStore, epoch = 1): { log: EventLog; clock: VirtualClock; errors: unknown[] } {
  const clock = createVirtualClock();
  const errors: unknown[] = [];
  return { log: createEventLog({ objects, appId: 'app-1', epoch, clock, onError: (error) => errors.push(error) }), clock, errors };
}

async function keysOf(objects: ObjectStore): Promise<readonly string[]> {
  return (await objects.list('history/')).objects.map(({ key }) => key);
}

describe('parts', () => {
  test('a part is closed 5 s after its first event, not before', async () => {
    const objects = createMemoryObjectStore();
    const { log, clock } = open(objects);
    log.write(warning('a'));
    await clock.advance(4999);
    log.write(warning('b'));
    expect(await keysOf(objects)).toEqual([]);
    await clock.advance(1);
    expect(await keysOf(objects)).toEqual(['history/app-1/events/1-000000.jsonl']);
    log.write(warning('c'));
    await clock.advance(4999);
    expect(await keysOf(objects)).toHaveLength(1);
    await clock.advance(1);
    expect(await keysOf(objects)).toEqual(['history/app-1/events/1-000000.jsonl', 'history/app-1/events/1-000001.jsonl']);
    expect(new TextDecoder().decode(await objects.get('history/app-1/events/1-000000.jsonl'))).toBe(
      '{"timeMs":1,"kind":"warning","code":"X","message":"a"}\n{"timeMs":1,"kind":"warning","code":"X","message":"b"}\n',
    );
  });

  test('a part is closed at 1 MB of UTF-8', async () => {
    const objects = createMemoryObjectStore();
    const { log, clock } = open(objects);
    // 54 bytes of JSON around the text, 1,048,574 in all.
    log.write(warning('é'.repeat(524_260)));
    await clock.advance(0);
    expect(await keysOf(objects)).toHaveLength(0);
    log.write(warning(''));
    await clock.advance(0);
    expect(await keysOf(objects)).toHaveLength(1);
  });

  test('the timer of a part that was closed by its size does not close the next one early', async () => {
    const objects = createMemoryObjectStore();
    const { log, clock } = open(objects);
    log.write(warning('x'.repeat(1_048_576)));
    await clock.advance(3000);
    log.write(warning('second'));
    await clock.advance(4999);
    expect(await keysOf(objects)).toHaveLength(1);
    await clock.advance(1);
    expect(await keysOf(objects)).toHaveLength(2);
  });

  test('close stores the rest and waits for it; nothing sleeps afterwards', async () => {
    const objects = createMemoryObjectStore();
    const { log, clock } = open(objects);
    log.write(warning('a'));
    await log.close();
    expect(await readEventLog(objects, 'app-1')).toEqual([warning('a')]);
    expect(clock.sleeping()).toBe(0);
    await log.close();
    expect(await keysOf(objects)).toHaveLength(1);
  });

  test('no event, no part', async () => {
    const objects = createMemoryObjectStore();
    await open(objects).log.close();
    expect(await keysOf(objects)).toEqual([]);
  });
});

describe('reading', () => {
  test('events come in the order they were written, over parts, pages and drivers', async () => {
    const objects = createMemoryObjectStore();
    const expected: AppEvent[] = [];
    // Text order would put driver 10 before driver 9.
    for (const epoch of [1, 9, 10]) {
      const { log, clock } = open(objects, epoch);
      for (let i = 0; i < 450; i++) {
        const event = warning(`${epoch}/${i}`);
        expected.push(event);
        log.write(event);
        await clock.advance(5000);
      }
      await log.close();
    }
    expect(await readEventLog(objects, 'app-1')).toEqual(expected);
  });

  test('part by part has no more than one of them at hand', async () => {
    const objects = createMemoryObjectStore();
    const { log, clock } = open(objects);
    for (const text of ['a', 'b']) {
      log.write(warning(text));
      await clock.advance(5000);
    }
    const got: string[] = [];
    const get: typeof objects.get = async (key, options) => {
      got.push(key);
      return await objects.get(key, options);
    };
    const seen: unknown[] = [];
    for await (const part of readEventParts({ ...objects, get }, 'app-1')) seen.push([part, got.length]);
    expect(seen).toEqual([
      [[warning('a')], 1],
      [[warning('b')], 2],
    ]);
  });

  test('applications whose names begin alike are kept apart', async () => {
    const objects = createMemoryObjectStore();
    const log = createEventLog({ objects, appId: 'app-12', epoch: 1, clock: createVirtualClock(), onError: () => undefined });
    log.write(warning('of 12'));
    await log.close();
    expect(await readEventLog(objects, 'app-1')).toEqual([]);
  });

  test('a log of a later format is refused', async () => {
    const objects = createMemoryObjectStore();
    const { log } = open(objects);
    log.write({ timeMs: 1, kind: 'logStarted', version: 2, levin: '3.0.0', epoch: 1 });
    await log.close();
    await expect(readEventLog(objects, 'app-1')).rejects.toMatchObject({
      code: 'EVENT_LOG_TOO_NEW',
      message:
        'The event log history/app-1/events/1-000000.jsonl has format 2, written by levin 3.0.0; this levin reads formats up to 1. Install levin 3.0.0 or newer.',
    });
  });

  test('bigints in details of errors become text', async () => {
    const objects = createMemoryObjectStore();
    const { log } = open(objects);
    const failed = anEvent.taskFailed(0) as AppEvent & { readonly kind: 'taskEnded' };
    const failure = { ...failed.failure, error: { ...failed.failure?.error, fields: { n: 12n } } };
    log.write({ ...failed, timeMs: 1, failure } as AppEvent);
    await log.close();
    expect(await readEventLog(objects, 'app-1')).toMatchObject([{ failure: { error: { fields: { n: '12' } } } }]);
  });
});

describe('a store that fails', () => {
  function failing(failures: number): ObjectStore {
    const objects = createMemoryObjectStore();
    let left = failures;
    return {
      ...objects,
      put: (key, body, options) => (left-- > 0 ? Promise.reject(new Error(`no ${key}`)) : objects.put(key, body, options)),
    };
  }

  test('is said once, and events go on', async () => {
    const objects = failing(2);
    const { log, clock, errors } = open(objects);
    for (const message of ['a', 'b', 'c']) {
      log.write(warning(message));
      await clock.advance(5000);
    }
    await log.close();
    expect(errors).toEqual([new Error('no history/app-1/events/1-000000.jsonl')]);
    expect(await readEventLog(objects, 'app-1')).toEqual([warning('c')]);
  });

  test('may be warned of on the same bus without end', async () => {
    const clock = createVirtualClock();
    const bus = createEventBus(clock);
    const seen: string[] = [];
    const onError = (error: unknown): void => bus.emit({ kind: 'warning', code: 'EVENT_LOG', message: String(error) });
    const log = createEventLog({ objects: failing(1000), appId: 'app-1', epoch: 1, clock, onError });
    bus.subscribe(log.write);
    bus.subscribe((event) => seen.push(event.kind === 'warning' ? event.message : event.kind));
    bus.emit(anEvent.appStarted());
    for (let i = 0; i < 5; i++) await clock.advance(5000);
    await log.close();
    expect(seen).toEqual(['appStarted', 'Error: no history/app-1/events/1-000000.jsonl']);
  });

  test('one slow part does not overtake the next', async () => {
    const objects = createMemoryObjectStore();
    const first = Promise.withResolvers<void>();
    const order: string[] = [];
    const slow: ObjectStore = {
      ...objects,
      async put(key, body, options) {
        if (order.length === 0) await first.promise;
        order.push(key);
        return await objects.put(key, body, options);
      },
    };
    const { log, clock } = open(slow);
    log.write(warning('a'));
    await clock.advance(5000);
    log.write(warning('b'));
    await clock.advance(5000);
    expect(order).toEqual([]);
    first.resolve();
    await log.close();
    expect(order).toEqual(['history/app-1/events/1-000000.jsonl', 'history/app-1/events/1-000001.jsonl']);
  });
});
