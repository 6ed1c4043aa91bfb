import assert from 'node:assert/strict';
import type { MetadataItem, MetadataKey, MetadataStore } from '../../../engine/ports/metadata-store.ts';
import { assertRejects, type ContractCase } from '../contract-case.ts';

/** A store and the wall clock by which its items expire. */
export interface MetadataSubject {
  readonly store: MetadataStore;
  /** Moves that clock on. */
  passTime(ms: number): void;
  nowMs(): number;
}

export const KEY: MetadataKey = { partition: 'any#1', sort: 'item' };

const LAYERS_32: MetadataItem = JSON.parse(`${'{"in":'.repeat(32)}1${'}'.repeat(32)}`);
const LAYERS_33: MetadataItem = JSON.parse(`${'{"in":'.repeat(33)}1${'}'.repeat(33)}`);

const INVALID_KEYS: readonly MetadataKey[] = [
  { partition: '', sort: 'a' },
  { partition: 'a', sort: '' },
  { partition: 'nul\0', sort: 'a' },
  { partition: 'a', sort: 'nul\0' },
  { partition: 'half\ud800', sort: 'a' },
  { partition: 'a', sort: '\udc00' },
  { partition: 'x'.repeat(2049), sort: 'a' },
  { partition: 'a', sort: 'x'.repeat(1025) },
  { partition: 'a', sort: `${'é'.repeat(512)}x` },
];

const INVALID_ITEMS: readonly unknown[] = [
  { a: Number.NaN },
  { a: Number.POSITIVE_INFINITY },
  { a: undefined },
  { a: 1n },
  { a: () => 1 },
  { a: Symbol('s') },
  { a: new Date(0) },
  { a: new Map() },
  { a: [1, [Number.NaN]] },
  { a: new Array(2) },
  { expiresAtMs: 'soon' },
  { expiresAtMs: null },
  LAYERS_33,
];

export const itemCases: readonly ContractCase<MetadataSubject>[] = [
  {
    name: 'a put item is read back as it was',
    async run({ store }) {
      const item = {
        text: 'é 😀 \0 \ud800 "quoted"',
        numbers: [0, -1.5, 1e300, 5e-324, 2 ** 53 - 1],
        flags: [true, false, null],
        nested: { list: [{ a: 1 }, [], {}], __proto__field: 1 },
        '': 'empty name',
      };
      assert.deepEqual(await store.put(KEY, item), { written: true });
      assert.deepEqual(await store.get(KEY), item);
      await store.put(KEY, {});
      assert.deepEqual(await store.get(KEY), {});
    },
  },
  {
    name: 'get of a missing item gives null',
    async run({ store }) {
      await store.put(KEY, { a: 1 });
      assert.equal(await store.get({ partition: 'any#1', sort: 'other' }), null);
      assert.equal(await store.get({ partition: 'any#2', sort: 'item' }), null);
    },
  },
  {
    name: 'the last of two puts stands whole',
    async run({ store }) {
      await store.put(KEY, { a: 1, b: 2 });
      await store.put(KEY, { c: 3 });
      assert.deepEqual(await store.get(KEY), { c: 3 });
    },
  },
  {
    name: 'a delete takes the item away, and one of a missing item is written',
    async run({ store }) {
      await store.put(KEY, { a: 1 });
      await store.put({ ...KEY, sort: 'item2' }, { a: 2 });
      assert.deepEqual(await store.delete(KEY), { written: true });
      assert.equal(await store.get(KEY), null);
      assert.deepEqual(await store.delete(KEY), { written: true });
      assert.deepEqual(await store.get({ ...KEY, sort: 'item2' }), { a: 2 });
    },
  },
  {
    name: 'items belong to the caller: changing one changes nothing in the store',
    async run({ store }) {
      const item = { list: [1, 2] };
      await store.put(KEY, item);
      item.list.push(3);
      const read = (await store.get(KEY)) as { list: number[] };
      read.list.push(4);
      const queried = (await store.query(KEY.partition, '')).items[0]?.item as { list: number[] };
      queried.list.push(5);
      const refused = await store.put(KEY, {}, { condition: { kind: 'absent' } });
      assert.deepEqual(refused, { written: false, current: { list: [1, 2] } });
      assert.deepEqual(await store.get(KEY), { list: [1, 2] });
    },
  },
  {
    name: 'every method refuses a key that is none with INVALID_KEY',
    async run({ store }) {
      for (const key of INVALID_KEYS) {
        await assertRejects(store.get(key), 'INVALID_KEY');
        await assertRejects(store.put(key, {}), 'INVALID_KEY');
        await assertRejects(store.delete(key), 'INVALID_KEY');
        await assertRejects(store.transact([{ key, condition: { kind: 'absent' } }], []), 'INVALID_KEY');
        await assertRejects(
          store.transact(
            [],
            [
              { kind: 'put', key: KEY, item: {} },
              { kind: 'delete', key },
            ],
          ),
          'INVALID_KEY',
        );
        if (key.sort !== '') await assertRejects(store.query(key.partition, key.sort), 'INVALID_KEY');
      }
      assert.equal(await store.get(KEY), null);
      const longest = { partition: `${'é'.repeat(1024)}`, sort: `${'é'.repeat(512)}` };
      await store.put(longest, { a: 1 });
      assert.deepEqual(await store.get(longest), { a: 1 });
    },
  },
  {
    name: 'what JSON would lose is INVALID_ITEM',
    async run({ store }) {
      for (const item of INVALID_ITEMS) {
        await assertRejects(store.put(KEY, item as MetadataItem), 'INVALID_ITEM', 'any#1');
        await assertRejects(store.transact([], [{ kind: 'put', key: KEY, item: item as MetadataItem }]), 'INVALID_ITEM');
      }
      assert.equal(await store.get(KEY), null);
      await store.put(KEY, LAYERS_32);
      assert.deepEqual(await store.get(KEY), LAYERS_32);
    },
  },
  {
    name: 'an item of more than 400 KB is ITEM_TOO_LARGE',
    async run({ store }) {
      // {"a":"…"} adds 8 bytes.
      const largest = { a: 'x'.repeat(409_600 - 8) };
      await store.put(KEY, largest);
      assert.deepEqual(await store.get(KEY), largest);
      await assertRejects(store.put(KEY, { a: `${largest.a}x` }), 'ITEM_TOO_LARGE', '409601 bytes');
      await assertRejects(store.transact([], [{ kind: 'put', key: KEY, item: { a: 'é'.repeat(204_797) } }]), 'ITEM_TOO_LARGE');
      assert.deepEqual(await store.get(KEY), largest);
    },
  },
  {
    name: 'an expired item is as if it were not there',
    async run({ store, passTime, nowMs }) {
      await store.put(KEY, { a: 1, expiresAtMs: nowMs() + 1000 });
      await store.put({ ...KEY, sort: 'item2' }, { a: 2 });
      assert.deepEqual(await store.put(KEY, {}, { condition: { kind: 'absent' } }), {
        written: false,
        current: { a: 1, expiresAtMs: nowMs() + 1000 },
      });
      passTime(1000);
      assert.equal(await store.get(KEY), null);
      assert.deepEqual(
        (await store.query(KEY.partition, '')).items.map(({ key }) => key.sort),
        ['item2'],
      );
      const refused = { written: false, current: null };
      assert.deepEqual(await store.put(KEY, {}, { condition: { kind: 'equals', fields: { a: 1 } } }), refused);
      assert.deepEqual(await store.delete(KEY, { condition: { kind: 'equals', fields: {} } }), refused);
      assert.deepEqual(await store.put(KEY, { a: 3 }, { condition: { kind: 'absent' } }), { written: true });
      assert.deepEqual(await store.get(KEY), { a: 3 });
    },
  },
];
