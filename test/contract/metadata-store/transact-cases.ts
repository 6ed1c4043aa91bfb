import assert from 'node:assert/strict';
import type { Check, MetadataKey, TransactWrite } from '../../../engine/ports/metadata-store.ts';
import { assertRejects, type ContractCase } from '../contract-case.ts';
import type { MetadataSubject } from './item-cases.ts';

function key(sort: string, partition = 'p'): MetadataKey {
  return { partition, sort };
}

export const transactCases: readonly ContractCase<MetadataSubject>[] = [
  {
    name: 'a transaction writes all of its writes',
    async run({ store }) {
      await store.put(key('lease'), { epoch: 3 });
      await store.put(key('old', 'q'), { a: 1 });
      const result = await store.transact(
        [{ key: key('lease'), condition: { kind: 'equals', fields: { epoch: 3 } } }],
        [
          { kind: 'put', key: key('one'), item: { n: 1 } },
          { kind: 'put', key: key('two', 'q'), item: { n: 2 }, condition: { kind: 'absent' } },
          { kind: 'delete', key: key('old', 'q') },
        ],
      );
      assert.deepEqual(result, { written: true });
      assert.deepEqual(await store.get(key('one')), { n: 1 });
      assert.deepEqual(await store.get(key('two', 'q')), { n: 2 });
      assert.equal(await store.get(key('old', 'q')), null);
      assert.deepEqual(await store.get(key('lease')), { epoch: 3 });
    },
  },
  {
    name: 'a check that does not hold refuses the whole transaction and is named with its item',
    async run({ store }) {
      await store.put(key('lease'), { epoch: 4 });
      const result = await store.transact(
        [
          { key: key('free'), condition: { kind: 'absent' } },
          { key: key('lease'), condition: { kind: 'equals', fields: { epoch: 3 } } },
        ],
        [{ kind: 'put', key: key('one'), item: { n: 1 } }],
      );
      assert.deepEqual(result, { written: false, failed: key('lease'), current: { epoch: 4 } });
      assert.equal(await store.get(key('one')), null);
    },
  },
  {
    name: 'a write whose condition does not hold refuses the whole transaction, those before it too',
    async run({ store }) {
      await store.put(key('taken'), { by: 'them' });
      await store.put(key('kept'), { a: 1 });
      const result = await store.transact(
        [],
        [
          { kind: 'put', key: key('one'), item: { n: 1 } },
          { kind: 'delete', key: key('kept') },
          { kind: 'put', key: key('taken'), item: { by: 'me' }, condition: { kind: 'absent' } },
          { kind: 'put', key: key('three'), item: { n: 3 } },
        ],
      );
      assert.deepEqual(result, { written: false, failed: key('taken'), current: { by: 'them' } });
      assert.equal(await store.get(key('one')), null);
      assert.deepEqual(await store.get(key('kept')), { a: 1 });
      assert.deepEqual(await store.get(key('taken')), { by: 'them' });
      assert.equal(await store.get(key('three')), null);
    },
  },
  {
    name: 'a refused delete in a transaction refuses all of it',
    async run({ store }) {
      const result = await store.transact(
        [],
        [
          { kind: 'put', key: key('one'), item: {} },
          { kind: 'delete', key: key('gone'), condition: { kind: 'equals', fields: {} } },
        ],
      );
      assert.deepEqual(result, { written: false, failed: key('gone'), current: null });
      assert.equal(await store.get(key('one')), null);
    },
  },
  {
    name: 'the first condition that does not hold is named, checks before writes',
    async run({ store }) {
      await store.put(key('a'), { n: 1 });
      const absent = { kind: 'absent' } as const;
      const write: TransactWrite = { kind: 'put', key: key('a'), item: {}, condition: absent };
      const check = (sort: string): Check => ({ key: key(sort), condition: { kind: 'equals', fields: { n: 9 } } });
      assert.deepEqual(await store.transact([check('x'), check('y')], [write]), { written: false, failed: key('x'), current: null });
      assert.deepEqual(await store.transact([], [{ ...write, key: key('free') }, write, { ...write, key: key('b') }]), {
        written: false,
        failed: key('a'),
        current: { n: 1 },
      });
    },
  },
  {
    name: 'a transaction of checks alone tells whether they hold, and an empty one is written',
    async run({ store }) {
      await store.put(key('a'), { n: 1 });
      const holds: Check = { key: key('a'), condition: { kind: 'equals', fields: { n: 1 } } };
      assert.deepEqual(await store.transact([holds], []), { written: true });
      assert.deepEqual(await store.transact([{ key: key('a'), condition: { kind: 'absent' } }], []), {
        written: false,
        failed: key('a'),
        current: { n: 1 },
      });
      assert.deepEqual(await store.transact([], []), { written: true });
      assert.deepEqual(await store.get(key('a')), { n: 1 });
    },
  },
  {
    name: 'a transaction names at most 100 keys, each once',
    async run({ store }) {
      const writes = (count: number): TransactWrite[] =>
        Array.from({ length: count }, (_, i) => ({ kind: 'put', key: key(`k${i}`), item: { i } }));
      const check: Check = { key: key('check'), condition: { kind: 'absent' } };
      await assertRejects(store.transact([check], writes(100)), 'INVALID_TRANSACTION', '101 keys');
      await assertRejects(store.transact([{ ...check, key: key('k0') }], writes(1)), 'INVALID_TRANSACTION', 'twice');
      await assertRejects(store.transact([], [...writes(2), ...writes(1)]), 'INVALID_TRANSACTION', 'twice');
      assert.deepEqual(await store.query('p', ''), { items: [], next: null });
      assert.deepEqual(await store.transact([check], writes(99)), { written: true });
      assert.equal((await store.query('p', '')).items.length, 99);
    },
  },
  {
    name: 'concurrent transactions are isolated: the sum of two accounts never changes',
    async run({ store }) {
      await store.transact(
        [],
        [
          { kind: 'put', key: key('a', 'x'), item: { n: 100 } },
          { kind: 'put', key: key('b', 'y'), item: { n: 0 } },
        ],
      );
      const move = async (): Promise<void> => {
        for (;;) {
          const a = Number((await store.get(key('a', 'x')))?.['n']);
          const b = Number((await store.get(key('b', 'y')))?.['n']);
          const result = await store.transact(
            [],
            [
              { kind: 'put', key: key('a', 'x'), item: { n: a - 1 }, condition: { kind: 'equals', fields: { n: a } } },
              { kind: 'put', key: key('b', 'y'), item: { n: b + 1 }, condition: { kind: 'equals', fields: { n: b } } },
            ],
          );
          if (result.written) return;
        }
      };
      await Promise.all(Array.from({ length: 15 }, move));
      assert.deepEqual([await store.get(key('a', 'x')), await store.get(key('b', 'y'))], [{ n: 85 }, { n: 15 }]);
    },
  },
  {
    name: 'a transaction sees expired items as missing',
    async run({ store, passTime, nowMs }) {
      await store.put(key('a'), { n: 1, expiresAtMs: nowMs() + 10 });
      passTime(10);
      const equals: Check = { key: key('a'), condition: { kind: 'equals', fields: { n: 1 } } };
      assert.deepEqual(await store.transact([equals], []), { written: false, failed: key('a'), current: null });
      const put: TransactWrite = { kind: 'put', key: key('a'), item: { n: 2 }, condition: { kind: 'absent' } };
      assert.deepEqual(await store.transact([], [put]), { written: true });
      assert.deepEqual(await store.get(key('a')), { n: 2 });
    },
  },
];
