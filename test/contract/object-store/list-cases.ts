import assert from 'node:assert/strict';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { assertRejects, type ContractCase } from '../contract-case.ts';
import { text } from './write-cases.ts';

/** In UTF-8 order. `/` sorts between `.` and `0`, and U+1F600 behind U+FF5E, which UTF-16 has the other way round. */
const ORDERED = ['A', 'a b', 'a!', 'a-b', 'a.b', 'a/b/c', 'a/b0', 'a/x', 'a0', 'aa', 'b/1', 'b/10', 'b/2', 'é', 'ÿ/1', '～', '😀', '😀x'];

async function fill(store: ObjectStore, keys: readonly string[]): Promise<void> {
  for (const key of keys.toReversed()) await store.put(key, text(key));
}

async function keysOf(store: ObjectStore, prefix: string, options?: Parameters<ObjectStore['list']>[1]): Promise<readonly string[]> {
  return (await store.list(prefix, options)).objects.map(({ key }) => key);
}

/** Every page's keys, as a caller reads them: until `next` is null. */
async function pagesOf(store: ObjectStore, prefix: string, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<ObjectStore['list']>> = await store.list(prefix, { limit, ...(after === null ? {} : { after }) });
    assert.ok(page.objects.length <= limit);
    pages.push(page.objects.map(({ key }) => key));
    after = page.next;
    assert.ok(pages.length < 1000, 'the list never ends');
  } while (after !== null);
  return pages;
}

export const listCases: readonly ContractCase<ObjectStore>[] = [
  {
    name: 'a list is in the order of UTF-8 bytes',
    async run(store) {
      await fill(store, ORDERED);
      assert.deepEqual(await keysOf(store, ''), ORDERED);
    },
  },
  {
    name: 'a list holds exactly the keys that start with the prefix',
    async run(store) {
      await fill(store, ORDERED);
      assert.deepEqual(await keysOf(store, 'a/'), ['a/b/c', 'a/b0', 'a/x']);
      assert.deepEqual(await keysOf(store, 'a/b'), ['a/b/c', 'a/b0']);
      assert.deepEqual(await keysOf(store, 'a/b/'), ['a/b/c']);
      assert.deepEqual(await keysOf(store, 'a/b/c'), ['a/b/c']);
      assert.deepEqual(await keysOf(store, 'a.'), ['a.b']);
      assert.deepEqual(await keysOf(store, 'b/1'), ['b/1', 'b/10']);
      assert.deepEqual(await keysOf(store, '😀'), ['😀', '😀x']);
    },
  },
  {
    name: 'the list of an unknown prefix is empty',
    async run(store) {
      assert.deepEqual(await store.list(''), { objects: [], next: null });
      await fill(store, ['a/b']);
      for (const prefix of ['x', 'x/y/', 'a/bc', 'a/b/', 'a/b/c', 'b'])
        assert.deepEqual(await store.list(prefix), { objects: [], next: null });
    },
  },
  {
    name: 'pages of any size give every key once, in order',
    async run(store) {
      await fill(store, ORDERED);
      for (const limit of [1, 2, 3, 7, 17, 18, 19]) assert.deepEqual((await pagesOf(store, '', limit)).flat(), ORDERED);
      assert.deepEqual((await pagesOf(store, 'a', 2)).flat(), ORDERED.slice(1, 10));
    },
  },
  {
    name: 'a list goes on after any key, stored or not',
    async run(store) {
      await fill(store, ORDERED);
      const afters: readonly (readonly [string, number])[] = [
        ['', 0],
        ['a.b', 5],
        ['a.c', 5],
        ['a/', 5],
        ['a/b', 5],
        ['a/b/', 5],
        ['a/b/c', 6],
        ['a/b/cc', 6],
        ['a/zz', 8],
        ['a0', 9],
        ['～', 16],
        ['😀', 17],
        ['😀x', 18],
      ];
      for (const [after, from] of afters) assert.deepEqual(await keysOf(store, '', { after }), ORDERED.slice(from), `after "${after}"`);
      assert.deepEqual(await keysOf(store, 'b/', { after: 'a' }), ['b/1', 'b/10', 'b/2']);
      assert.deepEqual(await keysOf(store, 'b/', { after: 'c' }), []);
    },
  },
  {
    name: 'a list goes on where it was although its keys were deleted',
    async run(store) {
      await fill(store, ORDERED);
      const seen: string[] = [];
      let after: string | null = '';
      while (after !== null) {
        const page: Awaited<ReturnType<ObjectStore['list']>> = await store.list('', { limit: 4, after });
        seen.push(...page.objects.map(({ key }) => key));
        await store.deleteMany(page.objects.map(({ key }) => key));
        after = page.next;
      }
      assert.deepEqual(seen, ORDERED);
    },
  },
  {
    name: 'a page has at most 1,000 keys unless asked otherwise',
    async run(store) {
      const keys = Array.from({ length: 1003 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
      await Promise.all(keys.map((key) => store.put(key, Uint8Array.of(1))));
      const first = await store.list('many/');
      assert.deepEqual(
        first.objects.map(({ key }) => key),
        keys.slice(0, 1000),
      );
      assert.notEqual(first.next, null);
      assert.deepEqual(await keysOf(store, 'many/', { after: first.next ?? '' }), keys.slice(1000));
      assert.deepEqual(await keysOf(store, 'many/', { limit: 2000 }), keys);
    },
  },
  {
    name: 'a limit that is no positive whole number is INVALID_LIMIT',
    async run(store) {
      for (const limit of [0, -1, 1.5, Number.NaN]) await assertRejects(store.list('', { limit }), 'INVALID_LIMIT', String(limit));
    },
  },
];
