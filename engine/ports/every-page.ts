import type { ListPage, ObjectInfo } from './object-store.ts';

/** All objects of a listing, page by page. */
export async function everyPage(list: (options: { readonly after?: string }) => Promise<ListPage>): Promise<readonly ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  let after: string | null = null;
  do {
    const page: ListPage = await list(after === null ? {} : { after });
    found.push(...page.objects);
    after = page.next;
  } while (after !== null);
  return found;
}
