import assert from 'node:assert/strict';
import type { Condition, MetadataItem } from '../../../engine/ports/metadata-store.ts';
import type { ContractCase } from '../contract-case.ts';
import { KEY, type MetadataSubject } from './item-cases.ts';

const ABSENT: Condition = { kind: 'absent' };

function equals(fields: Extract<Condition, { kind: 'equals' }>['fields']): Condition {
  return { kind: 'equals', fields };
}

const ITEM: MetadataItem = { n: 1, s: 'one', yes: true, none: null, list: [1], object: {}, zero: 0, text: '1' };

const HOLDING: readonly Condition[] = [
  equals({}),
  equals({ n: 1 }),
  equals({ n: 1, s: 'one', yes: true }),
  equals({ none: null }),
  equals({ missing: null }),
  equals({ toString: null }),
  equals({ zero: 0 }),
];

const NOT_HOLDING: readonly Condition[] = [
  ABSENT,
  equals({ n: 2 }),
  equals({ n: 1, s: 'two' }),
  equals({ s: 'two', n: 1 }),
  equals({ n: '1' }),
  equals({ text: 1 }),
  equals({ yes: 1 }),
  equals({ zero: null }),
  equals({ zero: false }),
  equals({ none: 0 }),
  equals({ missing: '' }),
  equals({ n: null }),
  equals({ list: null }),
  equals({ object: null }),
];

export const conditionCases: readonly ContractCase<MetadataSubject>[] = [
  {
    name: 'absent holds where there is no item, equals where each named field equals',
    async run({ store }) {
      for (const condition of HOLDING) {
        await store.put(KEY, ITEM);
        assert.deepEqual(await store.put(KEY, { new: true }, { condition }), { written: true });
        assert.deepEqual(await store.get(KEY), { new: true });
        await store.put(KEY, ITEM);
        assert.deepEqual(await store.delete(KEY, { condition }), { written: true });
        assert.equal(await store.get(KEY), null);
        assert.deepEqual(await store.put(KEY, ITEM, { condition: ABSENT }), { written: true });
      }
    },
  },
  {
    name: 'a refused put gives the item that stands there and changes nothing',
    async run({ store }) {
      await store.put(KEY, ITEM);
      for (const condition of NOT_HOLDING) {
        assert.deepEqual(await store.put(KEY, { new: true }, { condition }), { written: false, current: ITEM });
        assert.deepEqual(await store.get(KEY), ITEM);
      }
    },
  },
  {
    name: 'a refused delete gives the item that stands there and changes nothing',
    async run({ store }) {
      await store.put(KEY, ITEM);
      for (const condition of NOT_HOLDING) {
        assert.deepEqual(await store.delete(KEY, { condition }), { written: false, current: ITEM });
        assert.deepEqual(await store.get(KEY), ITEM);
      }
    },
  },
  {
    name: 'equals never holds of a missing item',
    async run({ store }) {
      for (const condition of [equals({}), equals({ n: null }), equals({ n: 1 })]) {
        assert.deepEqual(await store.put(KEY, ITEM, { condition }), { written: false, current: null });
        assert.deepEqual(await store.delete(KEY, { condition }), { written: false, current: null });
        assert.equal(await store.get(KEY), null);
      }
      assert.deepEqual(await store.delete(KEY, { condition: ABSENT }), { written: true });
    },
  },
  {
    name: 'of many concurrent conditional puts one is written, and the others learn the winner',
    async run({ store }) {
      const results = await Promise.all(
        Array.from({ length: 200 }, async (_, i) => ({ i, result: await store.put(KEY, { winner: i }, { condition: ABSENT }) })),
      );
      const winners = results.filter(({ result }) => result.written);
      assert.equal(winners.length, 1);
      const current = { winner: winners[0]?.i };
      for (const { result } of results) if (!result.written) assert.deepEqual(result.current, current);
      assert.deepEqual(await store.get(KEY), current);
    },
  },
  {
    name: 'concurrent compare-and-set loses no update',
    async run({ store }) {
      await store.put(KEY, { count: 0 });
      const increment = async (): Promise<void> => {
        for (;;) {
          const count = Number((await store.get(KEY))?.['count']);
          if ((await store.put(KEY, { count: count + 1 }, { condition: equals({ count }) })).written) return;
        }
      };
      await Promise.all(Array.from({ length: 20 }, increment));
      assert.deepEqual(await store.get(KEY), { count: 20 });
    },
  },
];
