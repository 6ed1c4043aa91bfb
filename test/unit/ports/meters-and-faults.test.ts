import { describe, expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { injectMetadataFaults } from '../../../engine/ports/wrappers/fault-metadata-store.ts';
import { injectObjectFaults } from '../../../engine/ports/wrappers/fault-object-store.ts';
import { meterMetadataStore } from '../../../engine/ports/wrappers/meter-metadata-store.ts';
import { meterObjectStore } from '../../../engine/ports/wrappers/meter-object-store.ts';

const TEN = Uint8Array.from({ length: 10 }, (_, i) => i);
const KEY = { partition: 'p', sort: 'a' };

describe('meters', () => {
  test('count calls of an object store by kind, failures and bytes', async () => {
    const { store, usage } = meterObjectStore(createMemoryObjectStore());
    await store.put('a', TEN);
    await store.put('a', TEN, { ifAbsent: true });
    await store.get('a');
    await store.getRange('a', 2, 5);
    await store.head('a');
    await store.list('');
    await store.list('a');
    await store.deleteMany(['a']);
    await expect(store.get('a')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    expect(usage()).toEqual({
      calls: { put: 2, get: 2, getRange: 1, head: 1, list: 2, deleteMany: 1 },
      failedCalls: 1,
      bytesRead: 13,
      bytesWritten: 20,
    });
  });

  test('count calls of a metadata store by kind, items and bytes of JSON', async () => {
    const { store, usage } = meterMetadataStore(createMemoryMetadataStore({ clock: { now: () => 0 } }));
    await store.put(KEY, { a: 1 });
    await store.put(KEY, { refused: true }, { condition: { kind: 'absent' } });
    await store.transact(
      [],
      [
        { kind: 'put', key: { ...KEY, sort: 'b' }, item: { é: 22 } },
        { kind: 'delete', key: { ...KEY, sort: 'c' } },
      ],
    );
    await store.get(KEY);
    await store.get({ ...KEY, sort: 'missing' });
    await store.query('p', '');
    await store.delete(KEY);
    await expect(store.get({ partition: '', sort: '' })).rejects.toMatchObject({ code: 'INVALID_KEY' });
    expect(usage()).toEqual({
      calls: { get: 3, put: 2, query: 1, transact: 1, delete: 1 },
      failedCalls: 1,
      itemsRead: 3,
      itemsWritten: 4,
      // {"a":1} has 7 bytes, {"é":22} has 9.
      bytesRead: 23,
      bytesWritten: 16,
      // Each read of up to 4 KB; what was no request has none.
      readUnits: 3,
      // Each put of up to 1 KB, the refused one, too, and a deletion; in a transaction each twice.
      writeUnits: 7,
    });
  });

  test('count units of items by their size', async () => {
    const { store, usage } = meterMetadataStore(createMemoryMetadataStore({ clock: { now: () => 0 } }));
    // {"a":"…"} has 8 bytes more than its text.
    await store.put(KEY, { a: 'x'.repeat(1016) });
    expect(usage()).toMatchObject({ writeUnits: 1 });
    await store.put(KEY, { a: 'x'.repeat(4089) });
    expect(usage()).toMatchObject({ writeUnits: 6 });
    await store.get(KEY);
    expect(usage()).toMatchObject({ readUnits: 2 });
    await store.transact(
      [{ key: { ...KEY, sort: 'b' }, condition: { kind: 'absent' } }],
      [{ kind: 'put', key: KEY, item: { a: 'x'.repeat(1017) } }],
    );
    expect(usage()).toMatchObject({ writeUnits: 12 });
  });
});

describe('injected faults', () => {
  test('damage a body in chunks as they damage one piece', async () => {
    const inner = createMemoryObjectStore();
    const { store } = injectObjectFaults(inner, [
      { call: 'put', nth: 1, effect: { kind: 'corrupt' } },
      { call: 'put', nth: 2, effect: { kind: 'truncate' } },
    ]);
    const chunks = { byteLength: 10, [Symbol.iterator]: () => [TEN.subarray(0, 4), TEN.subarray(4)][Symbol.iterator]() };
    await store.put('corrupt', chunks);
    await store.put('short', chunks);
    await store.put('sound', chunks);
    expect(await inner.get('corrupt')).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 4, 6, 7, 8, 9));
    expect(await inner.get('short')).toEqual(TEN.slice(0, 9));
    expect(await inner.get('sound')).toEqual(TEN);
  });

  test('strike the n-th call of a method, counted for a key where one is named, and no other', async () => {
    const { store, pending } = injectObjectFaults(createMemoryObjectStore(), [
      { call: 'put', nth: 2, effect: { kind: 'error', when: 'before' } },
      { call: 'put', nth: 2, key: 'b', effect: { kind: 'error', when: 'after' } },
      { call: 'get', nth: 9, effect: { kind: 'error', when: 'after' } },
    ]);
    await store.put('a', TEN);
    await expect(store.put('b', TEN)).rejects.toMatchObject({ code: 'INJECTED', fault: 'transient' });
    await expect(store.get('b')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    await expect(store.put('b', TEN)).rejects.toMatchObject({ code: 'INJECTED' });
    expect(await store.get('b')).toEqual(TEN);
    await store.put('b', TEN);
    expect(pending()).toEqual([{ call: 'get', nth: 9, effect: { kind: 'error', when: 'after' } }]);
  });

  test('flip one bit or cut the last byte of what is read or put', async () => {
    const inner = createMemoryObjectStore();
    const { store, pending } = injectObjectFaults(inner, [
      { call: 'put', nth: 1, effect: { kind: 'corrupt' } },
      { call: 'put', nth: 2, effect: { kind: 'truncate' } },
      { call: 'get', nth: 1, effect: { kind: 'corrupt' } },
      { call: 'getRange', nth: 1, effect: { kind: 'truncate' } },
    ]);
    await store.put('a', TEN);
    expect(await inner.get('a')).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 4, 6, 7, 8, 9));
    await store.put('b', TEN);
    expect(await inner.get('b')).toEqual(TEN.subarray(0, 9));
    expect(await store.get('b')).toEqual(Uint8Array.of(0, 1, 2, 3, 5, 5, 6, 7, 8));
    expect(await store.getRange('b', 0, 3)).toEqual(Uint8Array.of(0, 1));
    expect(await store.getRange('b', 0, 3)).toEqual(Uint8Array.of(0, 1, 2));
    expect(TEN[5]).toBe(5);
    expect(pending()).toEqual([]);
  });

  test('a call that hangs ends with its signal only, its effect done or not', async () => {
    const inner = createMemoryObjectStore();
    const { store } = injectObjectFaults(inner, [
      { call: 'put', nth: 1, effect: { kind: 'hang', when: 'before' } },
      { call: 'put', nth: 2, effect: { kind: 'hang', when: 'after' } },
    ]);
    for (const key of ['before', 'after']) {
      const abort = new AbortController();
      const put = store.put(key, TEN, { signal: abort.signal });
      const ended = await Promise.race([put.catch(() => 'ended'), new Promise((resolve) => setImmediate(resolve, 'hanging'))]);
      expect(ended).toBe('hanging');
      abort.abort(new Error('enough'));
      await expect(put).rejects.toThrow('enough');
    }
    expect((await inner.list('')).objects.map(({ key }) => key)).toEqual(['after']);
  });

  test('strike a metadata store, counted for a sort key where one is named', async () => {
    const inner = createMemoryMetadataStore({ clock: { now: () => 0 } });
    const { store, pending } = injectMetadataFaults(inner, [
      { call: 'transact', nth: 1, key: 'b', effect: { kind: 'error', when: 'after' } },
      { call: 'get', nth: 1, effect: { kind: 'error', when: 'before' } },
    ]);
    await store.transact([], [{ kind: 'put', key: KEY, item: {} }]);
    const written = store.transact(
      [{ key: { ...KEY, sort: 'b' }, condition: { kind: 'absent' } }],
      [{ kind: 'put', key: KEY, item: { a: 2 } }],
    );
    await expect(written).rejects.toMatchObject({ code: 'INJECTED' });
    await expect(store.get(KEY)).rejects.toMatchObject({ code: 'INJECTED' });
    expect(await store.get(KEY)).toEqual({ a: 2 });
    expect(pending()).toEqual([]);
  });
});
