import { createJournalWriter, type JournalWriter } from '../../../driver/journal/journal-writer.ts';
import { loadJournal } from '../../../driver/journal/load-journal.ts';
import type { Replay } from '../../../driver/journal/replay.ts';
import { fenceOf } from '../../../driver/lease/lease.ts';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { MetadataStore } from '../../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';

export interface JournalFixture {
  readonly metadata: MetadataStore;
  readonly objects: ObjectStore;
  /** A driver with this epoch, which holds the lease from now on. */
  readonly driver: (epoch: number, nextSeq?: number, store?: MetadataStore) => Promise<JournalWriter>;
  readonly load: () => Promise<Replay>;
}

export function journalFixture(): JournalFixture {
  const metadata = createMemoryMetadataStore({ clock: { now: () => 0 } });
  const objects = createMemoryObjectStore();
  const appId = 'app-1';
  return {
    metadata,
    objects,
    async driver(epoch, nextSeq = 0, store = metadata) {
      const fence = fenceOf(appId, epoch);
      await metadata.put(fence.key, { epoch });
      return createJournalWriter({ metadata: store, objects, appId, nextSeq, lease: { epoch, fence } });
    },
    load: () => loadJournal({ metadata, objects, appId }),
  };
}
