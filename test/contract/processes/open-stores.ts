import { join } from 'node:path';
import { createDirectoryObjectStore } from '../../../engine/adapters/local/directory-object-store.ts';
import { createSqliteMetadataStore, type SqliteMetadataStore } from '../../../engine/adapters/local/sqlite-metadata-store.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';

/** The two stores that processes of one machine share, below one folder. */
export function openStores(folder: string): { readonly objects: ObjectStore; readonly metadata: SqliteMetadataStore } {
  return {
    objects: createDirectoryObjectStore({ root: join(folder, 'objects') }),
    metadata: createSqliteMetadataStore({ file: join(folder, 'state.db'), clock: { now: () => Date.now() } }),
  };
}

/** The body of object `i` of writer `name`: its length and every byte tell what they should be. */
export function bodyOf(name: string, i: number): Uint8Array {
  return new Uint8Array(50_000 + (i % 7) * 40_000).fill((name.charCodeAt(0) + i) & 0xff);
}
