import { join } from 'node:path';
import { createSqliteMetadataStore } from '../../engine/adapters/local/sqlite-metadata-store.ts';
import { createMemoryMetadataStore } from '../../engine/adapters/memory/memory-metadata-store.ts';
import { createVirtualClock, type VirtualClock } from '../../engine/adapters/memory/virtual-clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ContractSubject } from './contract-case.ts';
import type { MetadataSubject } from './metadata-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A store in memory whose items expire by a clock of their own. */
export function memoryMetadata(wrap: (store: MetadataStore) => MetadataStore = (store) => store): MetadataSubject {
  const clock = createVirtualClock({ startMs: 1_000_000 });
  return subjectOf(wrap(createMemoryMetadataStore({ clock })), clock);
}

/** A store in a database file of its own. */
export function sqliteMetadata(): ContractSubject<MetadataSubject> {
  const folder = temporaryFolder();
  const clock = createVirtualClock({ startMs: 1_000_000 });
  const store = createSqliteMetadataStore({ file: join(folder.path, 'state', 'levin.db'), clock });
  const dispose = async (): Promise<void> => {
    await store.close();
    folder.remove();
  };
  return { subject: subjectOf(store, clock), dispose };
}

function subjectOf(store: MetadataStore, clock: VirtualClock): MetadataSubject {
  // Expiry is by wall time alone, and skewing it needs no waiting.
  return { store, passTime: (ms) => clock.skewWall(ms), nowMs: () => clock.now() };
}
