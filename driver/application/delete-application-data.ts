import { LevinError } from '../../engine/errors/levin-error.ts';
import { itemPages } from '../../engine/ports/item-pages.ts';
import { mapBounded } from '../../engine/ports/map-bounded.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ListPage, ObjectStore } from '../../engine/ports/object-store.ts';
import { COMMIT_SHARDS, metadataKeys, objectKeys } from '../../engine/types/keys.ts';
import { recordStages } from './stage-register.ts';

/**
 * Deletes the objects, commits and journal of an application that nobody will resume; its record, its lease, its event log and the names of its stages
 * stay: what attempts write that end later is found by them.
 */
export async function deleteApplicationData(
  { objects, metadata }: { readonly objects: ObjectStore; readonly metadata: MetadataStore },
  appId: string,
  stageIds: readonly string[],
): Promise<void> {
  await recordStages(metadata, appId, stageIds);
  await deleteObjects(objects, objectKeys.app(appId));
  const shards = stageIds.flatMap((stageId) =>
    Array.from({ length: COMMIT_SHARDS }, (_, shard) => metadataKeys.commitPartition(appId, stageId, shard)),
  );
  // A store limits the writes of each partition.
  await mapBounded(shards, { concurrency: 4 }, (partition) => deleteItems(metadata, partition));
  await deleteItems(metadata, metadataKeys.journalPartition(appId));
  await deleteItems(metadata, metadataKeys.calledOffPartition(appId));
}

/** Only `next: null` ends a listing; what is deleted meanwhile does not disturb it. */
export async function deleteObjects(objects: ObjectStore, prefix: string): Promise<void> {
  let after: string | null = null;
  do {
    const page: ListPage = await objects.list(prefix, after === null ? {} : { after });
    const { failed } = await objects.deleteMany(page.objects.map(({ key }) => key));
    if (failed[0] !== undefined) throw notDeleted(prefix, failed.length, failed[0].message);
    after = page.next;
  } while (after !== null);
}

async function deleteItems(metadata: MetadataStore, partition: string): Promise<void> {
  for await (const items of itemPages(metadata, partition)) await Promise.all(items.map(({ key }) => metadata.delete(key)));
}

function notDeleted(prefix: string, count: number, reason: string): LevinError {
  return new LevinError({
    code: 'CLEAN_UP',
    fault: 'transient',
    message: `${count} objects below ${prefix} could not be deleted (${reason}); they only take space.`,
  });
}
