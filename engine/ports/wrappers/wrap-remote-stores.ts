import type { RequestUsage } from '../../types/request-usage.ts';
import type { Clock } from '../clock.ts';
import type { MetadataStore } from '../metadata-store.ts';
import type { ObjectStore } from '../object-store.ts';
import type { Random } from '../random.ts';
import type { UserFiles } from '../route-files.ts';
import { expireMetadataStore } from './expire-metadata-store.ts';
import { governMetadataStore, type ItemGovernors } from './govern-metadata-store.ts';
import { governObjectStore, governStagedFiles, type ObjectGovernors } from './govern-object-store.ts';
import { createReadHedge, hedgeObjectStore, type ReadHedge } from './hedge-object-store.ts';
import { type Metered, type MeteredFiles, meterFiles, meterItems, meterObjects, meterStores } from './meter-stores.ts';
import { createRateGovernor } from './rate-governor.ts';
import type { RemoteStores } from './remote-stores.ts';
import { createWriteResend, resendObjectStore, type WriteResend } from './resend-object-store.ts';
import { retryMetadataStore } from './retry-metadata-store.ts';
import { retryObjectStore } from './retry-object-store.ts';
import { retryStagedFiles } from './retry-staged-files.ts';

export interface StoreWrappersOptions {
  readonly clock: Clock;
  /** Of pauses. */
  readonly random: Pick<Random, 'next'>;
  readonly limits?: RequestLimits;
}

/** What the services take. */
export interface RequestLimits {
  /** A second and prefix. */
  readonly objectReadsPerSecond: number;
  readonly objectWritesPerSecond: number;
  /** Units, a second and partition key. */
  readonly itemReadUnitsPerSecond: number;
  readonly itemWriteUnitsPerSecond: number;
}

/** Documented for S3 and DynamoDB. */
const AWS_LIMITS: RequestLimits = {
  objectReadsPerSecond: 5_500,
  objectWritesPerSecond: 3_500,
  itemReadUnitsPerSecond: 3_000,
  itemWriteUnitsPerSecond: 1_000,
};

export interface WrappedStores {
  readonly stores: RemoteStores;
  /** What went over the network through these stores up to now. */
  usage(): RequestUsage;
}

/** What a process knows of its services. */
export interface StoreWrappers {
  /** The stores as levin uses them, counted by themselves: once for a driver, once for each attempt. */
  wrap(adapters: RemoteStores): WrappedStores;
  /** The user's files alone, where nothing else lies behind a network. */
  wrapFiles(adapters: UserFiles): MeteredFiles;
  /** One of them alone, for a thread that has no others. */
  objects(adapter: ObjectStore): Metered<ObjectStore>;
  metadata(adapter: MetadataStore): Metered<MetadataStore>;
}

/**
 * The one place where what makes remote stores usable is put together; made once a process, for what it learns (how long answers take, how much a
 * prefix takes) serves all of its attempts.
 *
 * ```
 *  levin ─▶ expire items ─▶ retry ─▶ govern ─▶ hedge reads ─▶ resend late puts ─▶ meter ─▶ adapter
 * ```
 * - Items are dated once, outermost: a retry knows its own write by the item.
 * - The meter is innermost: it sees what the service sees, second requests and retries included.
 * - Hedge and resend stand inside the governor: an answer is late against the service alone. Outside, waiting for one's turn would look late, and a
 *   service that is short of room would be asked twice. Their extra requests need no turn: they are at most one in a hundred.
 * - Retry stands outside of those: every try waits for its turn, and refusals reach the governor as they come.
 */
export function createStoreWrappers({ clock, random, limits = AWS_LIMITS }: StoreWrappersOptions): StoreWrappers {
  const governors = (readsPerSecond: number, writesPerSecond: number): ObjectGovernors & ItemGovernors => ({
    reads: createRateGovernor({ clock, perSecond: readsPerSecond }),
    writes: createRateGovernor({ clock, perSecond: writesPerSecond }),
  });
  const objectService = (): ObjectService => ({
    governors: governors(limits.objectReadsPerSecond, limits.objectWritesPerSecond),
    hedge: createReadHedge(),
    resend: createWriteResend(),
  });
  // Buckets of users may lie elsewhere, and answer otherwise.
  const [ofObjects, ofFiles] = [objectService(), objectService()];
  const ofItems = governors(limits.itemReadUnitsPerSecond, limits.itemWriteUnitsPerSecond);
  const retries = { clock, random };

  const wrapObjects = (store: ObjectStore, { governors: governed, hedge, resend }: ObjectService): ObjectStore =>
    retryObjectStore(governObjectStore(hedgeObjectStore(resendObjectStore(store, { clock, resend }), { clock, hedge }), governed), retries);

  const objects = (store: ObjectStore): ObjectStore => wrapObjects(store, ofObjects);
  const files = ({ files: store, staged }: UserFiles): UserFiles => ({
    files: wrapObjects(store, ofFiles),
    staged: retryStagedFiles(governStagedFiles(staged, ofFiles.governors), retries),
  });
  const metadata = (store: MetadataStore): MetadataStore =>
    expireMetadataStore(retryMetadataStore(governMetadataStore(store, ofItems), retries), { clock });
  return {
    objects(adapter) {
      const { store, usage } = meterObjects(adapter);
      return { store: objects(store), usage };
    },
    metadata(adapter) {
      const { store, usage } = meterItems(adapter);
      return { store: metadata(store), usage };
    },
    wrap(adapters) {
      const { stores, usage } = meterStores(adapters);
      return {
        stores: { ...files(stores), objects: objects(stores.objects), metadata: metadata(stores.metadata) },
        usage,
      };
    },
    wrapFiles(adapters) {
      const { stores, usage } = meterFiles(adapters);
      return { stores: files(stores), usage };
    },
  };
}

interface ObjectService {
  readonly governors: ObjectGovernors;
  readonly hedge: ReadHedge;
  readonly resend: WriteResend;
}
