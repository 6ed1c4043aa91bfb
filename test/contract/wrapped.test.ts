import { join } from 'node:path';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { createSystemClock } from '../../engine/adapters/local/system-clock.ts';
import { createMemoryMetadataStore } from '../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../engine/adapters/memory/memory-staged-files.ts';
import { createSeededRandom } from '../../engine/adapters/memory/seeded-random.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { injectMetadataFaults, type MetadataFault } from '../../engine/ports/wrappers/fault-metadata-store.ts';
import { injectObjectFaults } from '../../engine/ports/wrappers/fault-object-store.ts';
import type { Fault } from '../../engine/ports/wrappers/fault-plan.ts';
import { meterMetadataStore } from '../../engine/ports/wrappers/meter-metadata-store.ts';
import { meterObjectStore } from '../../engine/ports/wrappers/meter-object-store.ts';
import type { RemoteStores } from '../../engine/ports/wrappers/remote-stores.ts';
import { retryMetadataStore } from '../../engine/ports/wrappers/retry-metadata-store.ts';
import { retryObjectStore } from '../../engine/ports/wrappers/retry-object-store.ts';
import { createStoreWrappers } from '../../engine/ports/wrappers/wrap-remote-stores.ts';
import { metadataStoreContract } from './metadata-store.ts';
import { memoryMetadata } from './metadata-subjects.ts';
import { objectStoreContract } from './object-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Pauses take no time: what is retried matters here, not when. */
const clock: Pick<Clock, 'sleep'> = { sleep: async (_ms, options) => options?.signal?.throwIfAborted() };

const OBJECT_CALLS = ['put', 'get', 'getRange', 'head', 'list', 'deleteMany'] as const;
const METADATA_CALLS = ['get', 'put', 'query', 'transact', 'delete'] as const;

/** Every third call of each kind fails before its effect, every fifth one after it. */
function failing<Call extends string>(calls: readonly Call[]): Fault<Call>[] {
  return calls.flatMap((call) =>
    Array.from({ length: 400 }, (_, i): Fault<Call>[] => [
      { call, nth: i * 3 + 2, effect: { kind: 'error', when: 'before' } },
      { call, nth: i * 5 + 4, effect: { kind: 'error', when: 'after' } },
    ]).flat(),
  );
}

function retriedOverFaults(store: ObjectStore): ObjectStore {
  return retryObjectStore(injectObjectFaults(store, failing(OBJECT_CALLS)).store, {
    clock,
    random: createSeededRandom('retry'),
    attempts: 40,
  });
}

/** Failures that say they did nothing: an outcome that stays unknown is the caller's to settle, see the tests of the wrapper. */
function retriedMetadataOverFaults(store: MetadataStore): MetadataStore {
  const error = new LevinError({ code: 'THROTTLED', fault: 'transient', message: 'Later.', details: { effect: 'none' } });
  const faults = failing(METADATA_CALLS).flatMap(({ call, nth, effect }): MetadataFault[] =>
    effect.kind === 'error' && effect.when === 'before' ? [{ call, nth, effect: { ...effect, error } }] : [],
  );
  return retryMetadataStore(injectMetadataFaults(store, faults).store, { clock, random: createSeededRandom('retry'), attempts: 40 });
}

objectStoreContract('metered memory', () => ({ subject: meterObjectStore(createMemoryObjectStore()).store }));

objectStoreContract('memory with a plan without faults', () => ({ subject: injectObjectFaults(createMemoryObjectStore(), []).store }));

objectStoreContract('retried memory that fails now and then', () => ({ subject: retriedOverFaults(createMemoryObjectStore()) }));

objectStoreContract('retried directory that fails now and then', () => {
  const folder = temporaryFolder();
  return { subject: retriedOverFaults(createDirectoryObjectStore({ root: join(folder.path, 'root') })), dispose: folder.remove };
});

metadataStoreContract('metered memory', () => ({ subject: memoryMetadata((store) => meterMetadataStore(store).store) }));

metadataStoreContract('memory with a plan without faults', () => ({
  subject: memoryMetadata((store) => injectMetadataFaults(store, []).store),
}));

metadataStoreContract('retried memory that fails now and then', () => ({ subject: memoryMetadata(retriedMetadataOverFaults) }));

/** All wrappers of remote stores, as they stand around each other. */
function wrapped(metadata: MetadataStore): RemoteStores {
  const wrappers = createStoreWrappers({ clock: createSystemClock(), random: createSeededRandom('wrapped') });
  const files = createMemoryObjectStore();
  return wrappers.wrap({ objects: createMemoryObjectStore(), files, staged: createMemoryStagedFiles(files), metadata }).stores;
}

objectStoreContract('all wrappers over memory', () => ({
  subject: wrapped(createMemoryMetadataStore({ clock: createSystemClock() })).objects,
}));

metadataStoreContract('all wrappers over memory', () => ({ subject: memoryMetadata((store) => wrapped(store).metadata) }));
