import type { MetadataStore } from '../metadata-store.ts';
import type { ObjectStore } from '../object-store.ts';
import type { UserFiles } from '../route-files.ts';

/** Stores behind a network: they take their time, refuse, and lose answers; and each request costs. */
export interface RemoteStores extends UserFiles {
  /** levin's own objects. */
  readonly objects: ObjectStore;
  readonly metadata: MetadataStore;
}
