import assert from 'node:assert/strict';
import type { MetadataStore, QueryPage } from '../../../engine/ports/metadata-store.ts';
import { assertRejects, type ContractCase } from '../contract-case.ts';
import type { MetadataSubject } from './item-cases.ts';

/** In UTF-8 order; UTF-16 has the last three the other way round. */
const ORDERED = [' ', '#1', '#10', '#2', 'A', 'a', 'a#', 'aa', 'b', 'é', '～', '😀', '😀x'];

async function fill(store: MetadataStore): Promise<void> {
  for (const sort of ORDERED.toReversed()) await store.put({ partition: 'p', sort }, { is: sort });
  await store.put({ partition: 'p2', sort: 'a' }, { is: 'other' });
  await store.put({ partition: 'P', sort: 'a' }, { is: 'other' });
}

async function allSorts(store: MetadataStore, prefix: string, limit?: number): Promise<readonly string[]> {
  const sorts: string[] = [];
  let after: string | null = null;
  do {
    const options: { limit?: number; after?: string } = { ...(limit === undefined ? {} : { limit }), ...(after === null ? {} : { after }) };
    const page: QueryPage = await store.query('p', prefix, options);
    assert.ok(page.items.length <= (limit ?? 1000));
    for (const { key, item } of page.items) {
      assert.deepEqual([key.partition, item], ['p', { is: key.sort }]);
      sorts.push(key.sort);
    }
    after = page.next;
  } while (after !== null);
  return sorts;
}

export const queryCases: readonly ContractCase<MetadataSubject>[] = [
  {
    name: 'a query gives one partition in the order of UTF-8 bytes',
    async run({ store }) {
      await fill(store);
      assert.deepEqual(await allSorts(store, ''), ORDERED);
    },
  },
  {
    name: 'a query gives exactly the sort keys with the prefix',
    async run({ store }) {
      await fill(store);
      assert.deepEqual(await allSorts(store, '#1'), ['#1', '#10']);
      assert.deepEqual(await allSorts(store, 'a'), ['a', 'a#', 'aa']);
      assert.deepEqual(await allSorts(store, '～'), ['～']);
      assert.deepEqual(await allSorts(store, '😀'), ['😀', '😀x']);
      assert.deepEqual(await store.query('p', 'nothing'), { items: [], next: null });
      assert.deepEqual(await store.query('nothing', ''), { items: [], next: null });
    },
  },
  {
    name: 'pages of any size give every item once, in order',
    async run({ store }) {
      await fill(store);
      for (const limit of [1, 2, 5, 12, 13, 14]) assert.deepEqual(await allSorts(store, '', limit), ORDERED);
      assert.deepEqual(await allSorts(store, 'a', 1), ['a', 'a#', 'aa']);
    },
  },
  {
    name: 'a query goes on after any sort key, stored or not',
    async run({ store }) {
      await fill(store);
      const after = async (prefix: string, sort: string): Promise<readonly string[]> =>
        (await store.query('p', prefix, { after: sort })).items.map(({ key }) => key.sort);
      assert.deepEqual(await after('', ''), ORDERED);
      assert.deepEqual(await after('', 'a'), ORDERED.slice(6));
      assert.deepEqual(await after('', 'a!'), ORDERED.slice(6));
      assert.deepEqual(await after('', '～'), ORDERED.slice(11));
      assert.deepEqual(await after('a', '#'), ['a', 'a#', 'aa']);
      assert.deepEqual(await after('a', 'a#'), ['aa']);
      assert.deepEqual(await after('a', 'b'), []);
    },
  },
  {
    name: 'a page has at most 1,000 items unless asked otherwise',
    async run({ store }) {
      const sorts = Array.from({ length: 1003 }, (_, i) => String(i).padStart(4, '0'));
      await Promise.all(sorts.map((sort) => store.put({ partition: 'p', sort }, { is: sort })));
      const first = await store.query('p', '');
      assert.equal(first.items.length, 1000);
      assert.deepEqual((await store.query('p', '', { after: first.next ?? '' })).items.length, 3);
      assert.deepEqual(await allSorts(store, ''), sorts);
      assert.equal((await store.query('p', '', { limit: 2000 })).items.length, 1003);
    },
  },
  {
    name: 'expired items neither appear nor end a query early',
    async run({ store, passTime, nowMs }) {
      for (let i = 0; i < 20; i++) {
        const sort = String(i).padStart(2, '0');
        await store.put({ partition: 'p', sort }, i % 10 === 9 ? { is: sort } : { is: sort, expiresAtMs: nowMs() + 5 });
      }
      passTime(5);
      assert.deepEqual(await allSorts(store, '', 3), ['09', '19']);
    },
  },
  {
    name: 'a limit that is no positive whole number is INVALID_LIMIT',
    async run({ store }) {
      for (const limit of [0, -1, 1.5, Number.NaN]) await assertRejects(store.query('p', '', { limit }), 'INVALID_LIMIT', String(limit));
    },
  },
];
