import type { RequestUsage } from '../../types/request-usage.ts';
import { meterMetadataStore } from './meter-metadata-store.ts';
import { meterObjectStore } from './meter-object-store.ts';
import { meterStagedFiles } from './meter-staged-files.ts';
import type { RemoteStores } from './remote-stores.ts';

export interface MeteredStores {
  readonly stores: RemoteStores;
  /** What went through all of them up to now. */
  usage(): RequestUsage;
}

/** Counts requests of all stores together, as they are billed. A call of a port is one request: an adapter that makes more of it counts them itself. */
export function meterStores(inner: RemoteStores): MeteredStores {
  const objects = meterObjectStore(inner.objects);
  const files = meterObjectStore(inner.files);
  const staged = meterStagedFiles(inner.staged);
  const metadata = meterMetadataStore(inner.metadata);
  return {
    stores: { objects: objects.store, files: files.store, staged: staged.staged, metadata: metadata.store },
    usage() {
      const [o, f, s, m] = [objects.usage(), files.usage(), staged.usage(), metadata.usage()];
      const of = (call: keyof typeof o.calls): number => o.calls[call] + f.calls[call];
      return {
        puts: of('put') + s.calls.mark + s.calls.stage + s.calls.publish,
        gets: of('get') + of('getRange'),
        heads: of('head'),
        lists: of('list') + s.calls.list,
        deletes: of('deleteMany') + s.calls.discard,
        itemReads: m.calls.get + m.calls.query,
        itemWrites: m.calls.put + m.calls.delete + m.calls.transact,
        readUnits: m.readUnits,
        writeUnits: m.writeUnits,
        bytesRead: o.bytesRead + f.bytesRead,
        bytesWritten: o.bytesWritten + f.bytesWritten + s.bytesWritten,
      };
    },
  };
}
