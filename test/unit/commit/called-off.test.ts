import { describe, expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { calledOffIn, createCallsOff, watchCalledOff } from '../../../engine/runtime/called-off.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';

const first = { appId: 'a', attemptId: 'one' };

describe('who calls attempts off', () => {
  test('makes the item before anything else, once, and keeps it up to date', async () => {
    const metadata = createMemoryMetadataStore({ clock: createVirtualClock() });
    const calls = createCallsOff(metadata);
    const key = await calls.ready(first);
    expect(await calls.ready({ appId: 'a', attemptId: 'two' })).toBe(key);
    expect(await metadata.get(key)).toEqual({ attempts: [] });
    for (const attemptId of ['one', 'two', 'three']) calls.callOff(attemptId);
    await calls.written();
    expect(await metadata.get(key)).toEqual({ attempts: ['one', 'two', 'three'] });
    calls.over('two');
    calls.callOff('four');
    await calls.written();
    expect(await metadata.get(key)).toEqual({ attempts: ['one', 'three', 'four'] });
  });

  test('writes few items for many at once, the last of them at the end', async () => {
    const metadata = createMemoryMetadataStore({ clock: createVirtualClock() });
    let writes = 0;
    const calls = createCallsOff({
      ...metadata,
      put(...put) {
        writes++;
        return metadata.put(...put);
      },
    });
    const key = await calls.ready(first);
    for (let i = 0; i < 800; i++) calls.callOff(`attempt-${i}`);
    await calls.written();
    expect(calledOffIn(await metadata.get(key))?.size).toBe(800);
    expect(writes).toBe(2);
  });

  test('loses none that is called off while the item is made, however long that takes or often that fails', async () => {
    const metadata = createMemoryMetadataStore({ clock: createVirtualClock() });
    const slow = Promise.withResolvers<void>();
    let puts = 0;
    const calls = createCallsOff({
      ...metadata,
      async put(...put) {
        puts++;
        if (puts === 1) throw new Error('refused');
        if (puts === 2) await slow.promise;
        return await metadata.put(...put);
      },
    });
    const refused = calls.ready(first);
    calls.callOff('one');
    await expect(refused).rejects.toThrow('refused');
    const ready = calls.ready(first);
    calls.callOff('two');
    slow.resolve();
    const key = await ready;
    await calls.written();
    expect(await metadata.get(key)).toEqual({ attempts: ['one', 'two'] });
  });

  test('tries again to make the item when it could not be made', async () => {
    const metadata = createMemoryMetadataStore({ clock: createVirtualClock() });
    let refusals = 1;
    const calls = createCallsOff({
      ...metadata,
      put: (...put) => (refusals-- > 0 ? Promise.reject(new Error('refused')) : metadata.put(...put)),
    });
    await expect(calls.ready(first)).rejects.toThrow('refused');
    expect(await metadata.get(await calls.ready(first))).toEqual({ attempts: [] });
  });

  test('names attempts of other drivers wherever those look, and not in an item of its own', async () => {
    const metadata = createMemoryMetadataStore({ clock: createVirtualClock() });
    const of = (attemptId: string) => metadata.get(metadataKeys.calledOff('a', attemptId));
    const before = createCallsOff(metadata);
    await before.ready({ appId: 'a', attemptId: 'zero' });
    before.callOff('zero');
    await before.written();
    await createCallsOff(metadata).ready({ appId: 'a', attemptId: 'half' });
    await createCallsOff(metadata).ready({ appId: 'b', attemptId: 'other' });
    const calls = createCallsOff(metadata);
    await calls.ready(first);
    calls.callOff('one');
    await Promise.all([calls.callOffOthers('a', ['x', 'y']), calls.callOffOthers('a', ['z'])]);
    await calls.written();
    expect([await of('zero'), await of('half'), await of('one')]).toEqual([
      { attempts: ['zero', 'x', 'y', 'z'] },
      { attempts: ['x', 'y', 'z'] },
      { attempts: ['one'] },
    ]);
    expect(await metadata.get(metadataKeys.calledOff('b', 'other'))).toEqual({ attempts: [] });
  });

  test('says when attempts of others could not be named, and names them with the next ones', async () => {
    const metadata = createMemoryMetadataStore({ clock: createVirtualClock() });
    await createCallsOff(metadata).ready({ appId: 'a', attemptId: 'zero' });
    let refusals = 1;
    const calls = createCallsOff({
      ...metadata,
      put: (...put) => (refusals-- > 0 ? Promise.reject(new Error('refused')) : metadata.put(...put)),
    });
    await expect(calls.callOffOthers('a', ['x'])).rejects.toThrow('refused');
    await calls.callOffOthers('a', ['y']);
    expect(await metadata.get(metadataKeys.calledOff('a', 'zero'))).toEqual({ attempts: ['x', 'y'] });
  });
});

describe('an executor', () => {
  const watched = (items: readonly (ReadonlySet<string> | null | 'fails')[]) => {
    const clock = createVirtualClock();
    let looks = 0;
    const look = async (): Promise<ReadonlySet<string> | null> => {
      const item = items[Math.min(looks++, items.length - 1)];
      if (item === 'fails' || item === undefined) throw new Error('no answer');
      return item;
    };
    return { clock, looks: () => looks, watch: watchCalledOff({ look, clock, everyMs: 3000 }) };
  };

  test('looks after three seconds and not before, and no more when its invocation has ended', async () => {
    const { clock, looks, watch } = watched([new Set()]);
    await clock.advance(2_999);
    expect(looks()).toBe(0);
    await clock.advance(3_001);
    expect(looks()).toBe(2);
    watch.end();
    await clock.advance(60_000);
    expect(looks()).toBe(2);
    expect(clock.sleeping()).toBe(0);
  });

  test('stops the attempt that is called off, and begins none that is', async () => {
    const { clock, watch } = watched([new Set(['other']), 'fails', new Set(['one', 'two'])]);
    const aborted = (attemptId: string): Promise<string> =>
      watch.run(
        attemptId,
        (signal) =>
          new Promise((resolve) => {
            if (signal.aborted) resolve('at once');
            signal.addEventListener('abort', () => resolve(`after ${clock.monotonic()} ms`));
          }),
      );
    const one = aborted('one');
    await clock.advance(10_000);
    expect(await one).toBe('after 9000 ms');
    expect(await aborted('two')).toBe('at once');
    expect(await watch.run('three', async (signal) => signal.aborted)).toBe(false);
    watch.end();
  });

  test('stops everything when the item is gone', async () => {
    const { clock, watch } = watched([null]);
    await clock.advance(3_000);
    expect(await watch.run('any', async (signal) => signal.aborted)).toBe(true);
    watch.end();
  });
});
