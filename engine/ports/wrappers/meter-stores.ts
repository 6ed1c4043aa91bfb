import { addRequests, NO_REQUESTS, type RequestUsage } from '../../types/request-usage.ts';
import type { MetadataStore } from '../metadata-store.ts';
import type { ObjectStore } from '../object-store.ts';
import type { UserFiles } from '../route-files.ts';
import { meterMetadataStore } from './meter-metadata-store.ts';
import { type MeteredObjectStore, meterObjectStore } from './meter-object-store.ts';
import { meterStagedFiles } from './meter-staged-files.ts';
import type { RemoteStores } from './remote-stores.ts';

export interface MeteredStores {
  readonly stores: RemoteStores;
  /** What went through all of them up to now. */
  usage(): RequestUsage;
}

export interface MeteredFiles {
  readonly stores: UserFiles;
  usage(): RequestUsage;
}

/** One store, and what went through it up to now. */
export interface Metered<Store> {
  readonly store: Store;
  usage(): RequestUsage;
}

/** Counts requests of all stores together, as they are billed. A call of a port is one request: an adapter that makes more of it counts them itself. */
export function meterStores(inner: RemoteStores): MeteredStores {
  const objects = meterObjects(inner.objects);
  const files = meterFiles(inner);
  const metadata = meterItems(inner.metadata);
  return {
    stores: { ...files.stores, objects: objects.store, metadata: metadata.store },
    usage: () => [objects.usage(), metadata.usage()].reduce(addRequests, files.usage()),
  };
}

/** The same of levin's own objects alone. */
export function meterObjects(inner: ObjectStore): Metered<ObjectStore> {
  const { store, usage } = meterObjectStore(inner);
  return { store, usage: () => objectRequests(usage()) };
}

/** The same of metadata alone. */
export function meterItems(inner: MetadataStore): Metered<MetadataStore> {
  const { store, usage } = meterMetadataStore(inner);
  return {
    store,
    usage() {
      const { calls, readUnits, writeUnits } = usage();
      const items = { itemReads: calls.get + calls.query, itemWrites: calls.put + calls.delete + calls.transact };
      return { ...NO_REQUESTS, ...items, readUnits, writeUnits };
    },
  };
}

/** The same of the user's files alone. */
export function meterFiles(inner: UserFiles): MeteredFiles {
  const files = meterObjectStore(inner.files);
  const staged = meterStagedFiles(inner.staged);
  return {
    stores: { files: files.store, staged: staged.staged },
    usage() {
      const { calls, bytesWritten } = staged.usage();
      const ofStaged = {
        ...NO_REQUESTS,
        puts: calls.mark + calls.stage + calls.publish,
        lists: calls.list,
        deletes: calls.discard,
        bytesWritten,
      };
      return addRequests(objectRequests(files.usage()), ofStaged);
    },
  };
}

function objectRequests({ calls, bytesRead, bytesWritten }: ReturnType<MeteredObjectStore['usage']>): RequestUsage {
  return {
    ...NO_REQUESTS,
    puts: calls.put,
    gets: calls.get + calls.getRange,
    heads: calls.head,
    lists: calls.list,
    deletes: calls.deleteMany,
    bytesRead,
    bytesWritten,
  };
}
