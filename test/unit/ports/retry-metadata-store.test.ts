import { describe, expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { Condition, MetadataStore, TransactWrite } from '../../../engine/ports/metadata-store.ts';
import { injectMetadataFaults, type MetadataFault } from '../../../engine/ports/wrappers/fault-metadata-store.ts';
import { meterMetadataStore } from '../../../engine/ports/wrappers/meter-metadata-store.ts';
import { retryMetadataStore } from '../../../engine/ports/wrappers/retry-metadata-store.ts';
import { sameItem } from '../../../engine/ports/wrappers/same-item.ts';

const KEY = { partition: 'p', sort: 'commit' };
const LEASE = { partition: 'p', sort: 'lease' };
const ABSENT: Condition = { kind: 'absent' };
const equals = (fields: Extract<Condition, { kind: 'equals' }>['fields']): Condition => ({ kind: 'equals', fields });

const fault = (call: keyof MetadataStore, when: 'before' | 'after'): MetadataFault => ({ call, nth: 1, effect: { kind: 'error', when } });

function memory(): MetadataStore {
  return createMemoryMetadataStore({ clock: { now: () => 0 } });
}

function failing(inner: MetadataStore, faults: readonly MetadataFault[]): MetadataStore {
  return retryMetadataStore(injectMetadataFaults(inner, faults).store, { clock: { sleep: async () => {} }, random: { next: () => 0.5 } });
}

/** After the first call of `method` has failed, before anything is looked up: somebody else does something. */
function meanwhile(inner: MetadataStore, when: 'before' | 'after', other: () => Promise<unknown>): MetadataStore {
  let struck = false;
  return {
    ...inner,
    async put(key, item, options) {
      if (struck) return inner.put(key, item, options);
      struck = true;
      if (when === 'after') await inner.put(key, item, options);
      await other();
      throw new LevinError({ code: 'CONNECTION_LOST', fault: 'transient', message: 'The answer was lost.' });
    },
  };
}

function retried(store: MetadataStore): MetadataStore {
  return retryMetadataStore(store, { clock: { sleep: async () => {} }, random: { next: () => 0 } });
}

describe('a conditional put whose answer was lost', () => {
  test('was done when its item stands there', async () => {
    const inner = memory();
    expect(await failing(inner, [fault('put', 'after')]).put(KEY, { winner: 'a1' }, { condition: ABSENT })).toEqual({ written: true });
    expect(await inner.get(KEY)).toEqual({ winner: 'a1' });
  });

  test('is made again when its condition still holds', async () => {
    const inner = memory();
    await inner.put(KEY, { version: 3 });
    const store = failing(inner, [fault('put', 'before')]);
    expect(await store.put(KEY, { version: 4 }, { condition: equals({ version: 3 }) })).toEqual({ written: true });
    expect(await inner.get(KEY)).toEqual({ version: 4 });
  });

  test('that raises a version is not done twice', async () => {
    const inner = meterMetadataStore(memory());
    await inner.store.put(KEY, { version: 3 });
    const store = failing(inner.store, [fault('put', 'after')]);
    expect(await store.put(KEY, { version: 4 }, { condition: equals({ version: 3 }) })).toEqual({ written: true });
    expect(inner.usage().calls.put).toBe(2);
  });

  test('stays unknown when something else stands there: it may have won and been replaced', async () => {
    for (const when of ['before', 'after'] as const) {
      const inner = memory();
      const store = retried(meanwhile(inner, when, () => inner.put(KEY, { winner: 'a2' })));
      await expect(store.put(KEY, { winner: 'a1' }, { condition: ABSENT })).rejects.toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        message:
          'Whether "p" / "commit" was written is unknown: the store failed after it may have done it. Read what stands there and decide by its content.',
        cause: { code: 'CONNECTION_LOST' },
      });
      expect(await inner.get(KEY)).toEqual({ winner: 'a2' });
    }
  });

  test('is not made again under a condition that its own effect keeps: that could undo what was built on it', async () => {
    const inner = memory();
    await inner.put(LEASE, { epoch: 3, n: 1 });
    const store = retried(meanwhile(inner, 'after', () => inner.put(LEASE, { epoch: 3, n: 3 })));
    await expect(store.put(LEASE, { epoch: 3, n: 2 }, { condition: equals({ epoch: 3 }) })).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
    expect(await inner.get(LEASE)).toEqual({ epoch: 3, n: 3 });
  });

  test('is settled also when the lost call arrives after we looked', async () => {
    const inner = memory();
    let gets = 0;
    const late: MetadataStore = {
      ...inner,
      async get(key, options) {
        const item = await inner.get(key, options);
        if (gets++ === 0) await inner.put(KEY, { winner: 'a1' }, { condition: ABSENT });
        return item;
      },
    };
    expect(await failing(late, [fault('put', 'before')]).put(KEY, { winner: 'a1' }, { condition: ABSENT })).toEqual({ written: true });
  });

  test('needs no settling when the store said that nothing was done', async () => {
    const inner = meterMetadataStore(memory());
    await inner.store.put(KEY, { winner: 'a2' });
    const error = new LevinError({ code: 'STORE_BUSY', fault: 'transient', message: 'Later.', details: { effect: 'none' } });
    const store = failing(inner.store, [{ call: 'put', nth: 1, effect: { kind: 'error', when: 'before', error } }]);
    expect(await store.put(KEY, { winner: 'a1' }, { condition: ABSENT })).toEqual({ written: false, current: { winner: 'a2' } });
    expect(inner.usage().calls.get).toBe(0);
  });
});

describe('other writes whose answer was lost', () => {
  test('puts and deletes without a condition are made again', async () => {
    const inner = memory();
    const store = failing(inner, [fault('put', 'after'), fault('delete', 'after')]);
    expect(await store.put(KEY, { a: 1 })).toEqual({ written: true });
    expect(await inner.get(KEY)).toEqual({ a: 1 });
    expect(await store.delete(KEY)).toEqual({ written: true });
  });

  test('a conditional delete is made again while its condition holds, and stays unknown when the item is gone', async () => {
    const inner = memory();
    await inner.put(KEY, { a: 1 });
    expect(await failing(inner, [fault('delete', 'before')]).delete(KEY, { condition: equals({ a: 1 }) })).toEqual({ written: true });
    await inner.put(KEY, { a: 1 });
    const lost = failing(inner, [fault('delete', 'after')]).delete(KEY, { condition: equals({ a: 1 }) });
    await expect(lost).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  });

  test('a fenced append was done when its entry stands there, although the fence has moved since', async () => {
    const inner = memory();
    await inner.put(LEASE, { epoch: 3 });
    const entry: TransactWrite = { kind: 'put', key: KEY, item: { entry: 'by epoch 3' }, condition: ABSENT };
    const fence = [{ key: LEASE, condition: equals({ epoch: 3 }) }];
    const moved: MetadataStore = {
      ...inner,
      async transact(checks, writes, options) {
        const result = await inner.transact(checks, writes, options);
        await inner.put(LEASE, { epoch: 4 });
        return result;
      },
    };
    expect(await failing(moved, [fault('transact', 'after')]).transact(fence, [entry])).toEqual({ written: true });
    expect(await inner.get(KEY)).toEqual({ entry: 'by epoch 3' });
  });

  test('a fenced append that was not done is refused by a fence that has moved', async () => {
    const inner = memory();
    await inner.put(LEASE, { epoch: 4 });
    const entry: TransactWrite = { kind: 'put', key: KEY, item: { entry: 'by epoch 3' }, condition: ABSENT };
    const result = await failing(inner, [fault('transact', 'before')]).transact([{ key: LEASE, condition: equals({ epoch: 3 }) }], [entry]);
    expect(result).toEqual({ written: false, failed: LEASE, current: { epoch: 4 } });
    expect(await inner.get(KEY)).toBeNull();
  });

  test('a fenced write without a witness stays unknown', async () => {
    const inner = memory();
    await inner.put(LEASE, { epoch: 3 });
    const store = failing(inner, [fault('transact', 'after')]);
    const write: TransactWrite = { kind: 'put', key: KEY, item: { a: 1 } };
    await expect(store.transact([{ key: LEASE, condition: equals({ epoch: 3 }) }], [write])).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
  });

  test('reads and checks alone are made again', async () => {
    const inner = memory();
    await inner.put(KEY, { a: 1 });
    const store = failing(inner, [fault('get', 'after'), fault('query', 'after'), fault('transact', 'after')]);
    expect(await store.get(KEY)).toEqual({ a: 1 });
    expect((await store.query('p', '')).items).toEqual([{ key: KEY, item: { a: 1 } }]);
    expect(await store.transact([{ key: KEY, condition: equals({ a: 1 }) }], [])).toEqual({ written: true });
  });
});

test('items are the same whatever the order of their fields, and different in any value', () => {
  expect(sameItem({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
  for (const other of [
    { a: 1 },
    { a: 1, b: [{ c: null }, 1] },
    { a: 1, b: [1, { c: 0 }] },
    { a: 1, b: { 0: 1, 1: { c: null } } },
    { a: 1, b: [1, { d: null }] },
  ]) {
    expect(sameItem({ a: 1, b: [1, { c: null }] }, other)).toBe(false);
  }
});
