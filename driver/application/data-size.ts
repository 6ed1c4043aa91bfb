import type { ListPage, ObjectStore } from '../../engine/ports/object-store.ts';

/** Bytes of all objects with this prefix. */
export async function dataSize(objects: ObjectStore, prefix: string): Promise<number> {
  let bytes = 0;
  let after: string | null = null;
  do {
    const page: ListPage = await objects.list(prefix, after === null ? {} : { after });
    for (const { size } of page.objects) bytes += size;
    after = page.next;
  } while (after !== null);
  return bytes;
}
