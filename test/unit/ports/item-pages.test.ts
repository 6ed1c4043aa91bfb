import { expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { itemPages } from '../../../engine/ports/item-pages.ts';

test('a partition comes page by page in order, only what has the prefix, and what is deleted meanwhile does not disturb it', async () => {
  const store = createMemoryMetadataStore({ clock: { now: () => 0 } });
  const sorts = ['a1', 'b1', 'b2', 'b3', 'b4', 'b5', 'c1'];
  for (const sort of sorts) await store.put({ partition: 'p', sort }, { is: sort });
  await store.put({ partition: 'q', sort: 'b9' }, { is: 'other' });
  const inTwos = {
    query: (partition: string, prefix: string, options?: object) => store.query(partition, prefix, { ...options, limit: 2 }),
  };

  const pages: string[][] = [];
  for await (const items of itemPages(inTwos, 'p', 'b')) {
    pages.push(items.map(({ key }) => key.sort));
    await Promise.all(items.map(({ key }) => store.delete(key)));
  }
  expect(pages).toEqual([['b1', 'b2'], ['b3', 'b4'], ['b5']]);

  const rest: unknown[] = [];
  for await (const items of itemPages(inTwos, 'p')) rest.push(...items.map(({ item }) => item['is']));
  expect(rest).toEqual(['a1', 'c1']);
});

test('a partition without items, and one whose query fails', async () => {
  const store = createMemoryMetadataStore({ clock: { now: () => 0 } });
  const found: unknown[] = [];
  for await (const items of itemPages(store, 'nothing')) found.push(...items);
  expect(found).toEqual([]);

  const failing = { query: () => Promise.reject(new Error('refused')) };
  await expect(itemPages(failing, 'p').next()).rejects.toThrow('refused');
});
