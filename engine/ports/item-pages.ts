import type { MetadataStore, QueryPage } from './metadata-store.ts';

/** The items of a partition whose sort key starts with the prefix, page by page: each is asked for when the one before has been dealt with. */
export async function* itemPages(
  metadata: Pick<MetadataStore, 'query'>,
  partition: string,
  sortPrefix = '',
): AsyncGenerator<QueryPage['items'], void, undefined> {
  let after: string | null = null;
  do {
    const page: QueryPage = await metadata.query(partition, sortPrefix, after === null ? {} : { after });
    yield page.items;
    after = page.next;
  } while (after !== null);
}
