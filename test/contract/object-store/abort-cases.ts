import assert from 'node:assert/strict';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import type { ContractCase } from '../contract-case.ts';
import { pattern, text } from './write-cases.ts';

type Call = (store: ObjectStore, signal: AbortSignal) => Promise<unknown>;

const CALLS: readonly Call[] = [
  (store, signal) => store.put('new', pattern(100_000), { signal }),
  (store, signal) => store.put('newer', pattern(100_000), { ifAbsent: true, signal }),
  (store, signal) => store.get('there', { signal }),
  (store, signal) => store.getRange('there', 0, 3, { signal }),
  (store, signal) => store.head('there', { signal }),
  (store, signal) => store.list('', { signal }),
  (store, signal) => store.deleteMany(['there'], { signal }),
];

export const abortCases: readonly ContractCase<ObjectStore>[] = [
  {
    name: 'a call with an aborted signal rejects with its reason and does nothing',
    async run(store) {
      await store.put('there', text('content'));
      const reason = new Error('enough');
      for (const call of CALLS) await assert.rejects(call(store, AbortSignal.abort(reason)), (error) => error === reason);
      assert.deepEqual(
        (await store.list('')).objects.map(({ key }) => key),
        ['there'],
      );
    },
  },
  {
    name: 'a call that is aborted while it runs rejects with the reason, and leaves whole objects only',
    async run(store) {
      await store.put('there', text('content'));
      for (const call of CALLS) {
        const abort = new AbortController();
        const reason = new Error('enough');
        const running = call(store, abort.signal);
        abort.abort(reason);
        await assert.rejects(running, (error) => error === reason);
      }
      for (const { key, size } of (await store.list('')).objects) {
        assert.equal(size, key === 'there' ? 7 : 100_000);
        if (key !== 'there') assert.ok(Buffer.from(await store.get(key)).equals(pattern(100_000)));
      }
    },
  },
  {
    name: 'a signal that is never aborted changes nothing',
    async run(store) {
      await store.put('there', text('content'));
      const { signal } = new AbortController();
      const results = await Promise.all(CALLS.slice(0, 6).map((call) => call(store, signal)));
      assert.equal(results.length, 6);
      assert.deepEqual(await store.get('there', { signal }), text('content'));
    },
  },
];
