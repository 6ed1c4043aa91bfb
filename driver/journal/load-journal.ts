import { itemPages } from '../../engine/ports/item-pages.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import type { JournalEntry } from './journal-entry.ts';
import { journalCorrupt } from './journal-errors.ts';
import { type BlobStore, decodeEntry, loadBytes } from './journal-item.ts';
import { createReplay, type Replay } from './replay.ts';

export interface LoadJournal extends BlobStore {
  readonly metadata: MetadataStore;
}

/** Reads what earlier drivers of the application wrote. Read it after taking the lease: then nobody adds to it. */
export async function loadJournal(options: LoadJournal): Promise<Replay> {
  const entries: { epoch: number; entry: JournalEntry }[] = [];
  for await (const items of itemPages(options.metadata, metadataKeys.journalPartition(options.appId)))
    for (const { key, item } of items) {
      if (Number(key.sort) !== entries.length)
        throw journalCorrupt(options.appId, `entry ${entries.length}`, `is missing before ${key.sort}`);
      entries.push(await decodeEntry(options, key.sort, item));
    }
  return createReplay({ appId: options.appId, entries, loadBytes: (stored) => loadBytes(options, stored) });
}
