import assert from 'node:assert/strict';
import type { MetadataStore } from '../../../engine/ports/metadata-store.ts';
import type { ContractCase } from '../contract-case.ts';
import { KEY, type MetadataSubject } from './item-cases.ts';

type Call = (store: MetadataStore, signal: AbortSignal) => Promise<unknown>;

const NEW = { partition: 'p', sort: 'new' };

const CALLS: readonly Call[] = [
  (store, signal) => store.get(KEY, { signal }),
  (store, signal) => store.query(KEY.partition, '', { signal }),
  (store, signal) => store.put(NEW, { a: 1 }, { signal }),
  (store, signal) => store.put(NEW, { a: 1 }, { condition: { kind: 'absent' }, signal }),
  (store, signal) => store.transact([], [{ kind: 'put', key: NEW, item: { a: 1 } }], { signal }),
  (store, signal) => store.delete(KEY, { signal }),
];

export const abortCases: readonly ContractCase<MetadataSubject>[] = [
  {
    name: 'a call with an aborted signal rejects with its reason and does nothing',
    async run({ store }) {
      await store.put(KEY, { a: 1 });
      const reason = new Error('enough');
      for (const call of CALLS) await assert.rejects(call(store, AbortSignal.abort(reason)), (error) => error === reason);
      assert.deepEqual(await store.get(KEY), { a: 1 });
      assert.equal(await store.get(NEW), null);
    },
  },
  {
    name: 'a call that is aborted while it runs rejects with the reason, and others go on',
    async run({ store }) {
      await store.put(KEY, { a: 1 });
      const other = { partition: 'p', sort: 'other' };
      for (const call of CALLS) {
        const abort = new AbortController();
        const reason = new Error('enough');
        const running = call(store, abort.signal);
        const undisturbed = store.put(other, { b: 2 });
        abort.abort(reason);
        await assert.rejects(running, (error) => error === reason);
        assert.deepEqual(await undisturbed, { written: true });
        assert.deepEqual(await store.get(other), { b: 2 });
      }
    },
  },
  {
    name: 'a signal that is never aborted changes nothing',
    async run({ store }) {
      const { signal } = new AbortController();
      for (const call of CALLS) await call(store, signal);
      assert.deepEqual(await store.get(NEW, { signal }), { a: 1 });
    },
  },
];
