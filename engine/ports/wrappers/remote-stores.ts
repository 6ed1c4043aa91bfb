import type { MetadataStore } from '../metadata-store.ts';
import type { ObjectStore } from '../object-store.ts';
import type { StagedFiles } from '../staged-files.ts';

/** Stores behind a network: they take their time, refuse, and lose answers; and each request costs. */
export interface RemoteStores {
  /** levin's own objects. */
  readonly objects: ObjectStore;
  /** The user's files. */
  readonly files: ObjectStore;
  /** Of the same keys as the files. */
  readonly staged: StagedFiles;
  readonly metadata: MetadataStore;
}
