import { errorCode } from '../../engine/errors/levin-error.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import { itemPages } from '../../engine/ports/item-pages.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { Random } from '../../engine/ports/random.ts';
import { metadataKeys } from '../../engine/types/keys.ts';
import { decodeEntry } from '../journal/journal-item.ts';
import { takeOverLease } from '../lease/acquire-lease.ts';
import type { Lease } from '../lease/lease.ts';
import { type AppRecord, writeRecord } from './app-record.ts';
import { deleteApplicationData } from './delete-application-data.ts';
import { deleteRegister, registeredStages } from './stage-register.ts';

export interface RemoveApplication {
  readonly metadata: MetadataStore;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Removes an application that does not run: objects, commits, journal, record, and last its lease; the event log stays.
 *
 * ```
 *  lease taken ─▶ record: removed ─▶ objects ─▶ commits ─▶ journal ─▶ stages ─▶ record ─▶ lease
 * ```
 * The lease is taken as by a driver that resumes it: false when somebody holds it after all, and then nothing is removed. From the record on nobody
 * resumes what is half gone, and a removal that was cut short is repeated by the next one.
 */
export function removeApplication(record: AppRecord, options: RemoveApplication): Promise<boolean> {
  const { metadata } = options;
  const { appId } = record;
  return withLease(record, options, async (lease) => {
    await writeRecord({ metadata, lease }, { ...record, outcome: 'removed' });
    await removeData(options, appId);
    await metadata.delete(metadataKeys.cancel(appId));
    await deleteRegister(metadata, appId);
    await metadata.delete(metadataKeys.lives(appId));
    await metadata.delete(metadataKeys.apps(appId));
    await lease.release();
    await metadata.delete(lease.fence.key, { condition: lease.fence.condition });
  });
}

/** Removes what the driver of an application that has succeeded left when it died while it cleaned up. */
export function removeLeftData(record: AppRecord, options: RemoveApplication): Promise<boolean> {
  return withLease(record, options, () => removeData(options, record.appId));
}

/** Removes what is left of an application that has neither record nor lease. */
export async function removeOrphan(options: DataStores, appId: string): Promise<void> {
  await removeData(options, appId);
  await deleteRegister(options.metadata, appId);
}

async function removeData(options: DataStores, appId: string): Promise<void> {
  await deleteApplicationData(options, appId, await stageIdsOf(options, appId));
}

type DataStores = Pick<RemoveApplication, 'metadata' | 'objects'>;

async function withLease(
  { appId, leaseMs }: AppRecord,
  options: RemoveApplication,
  work: (lease: Lease) => Promise<void>,
): Promise<boolean> {
  let lease: Lease;
  try {
    lease = await takeOverLease({ ...options, appId, leaseMs });
  } catch (error) {
    if (errorCode(error) === 'APP_IS_RUNNING') return false;
    throw error;
  }
  try {
    await work(lease);
    return true;
  } finally {
    await lease.release();
  }
}

/** Stages with commits; an entry that cannot be read does not keep the others. */
async function stageIdsOf({ metadata, objects }: DataStores, appId: string): Promise<readonly string[]> {
  const stageIds = new Set<string>(await registeredStages(metadata, appId));
  for await (const items of itemPages(metadata, metadataKeys.journalPartition(appId)))
    for (const { key, item } of items) {
      if (item['kind'] !== 'launched') continue;
      const { entry } = await decodeEntry({ objects, appId }, key.sort, item).catch(() => ({ entry: null }));
      if (entry?.kind === 'launched') stageIds.add(entry.stageId);
    }
  return [...stageIds];
}
