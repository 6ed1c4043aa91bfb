import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { COMMIT_SHARDS, metadataKeys, objectKeys } from '../../engine/types/keys.ts';

/** Deletes the objects, commits and journal of an application that has succeeded; its lease and its event log stay. */
export async function deleteApplicationData(
  { objects, metadata }: { readonly objects: ObjectStore; readonly metadata: MetadataStore },
  appId: string,
  stageIds: readonly string[],
): Promise<void> {
  await deleteObjects(objects, objectKeys.app(appId));
  for (const stageId of stageIds) {
    for (let shard = 0; shard < COMMIT_SHARDS; shard++) await deleteItems(metadata, metadataKeys.commitPartition(appId, stageId, shard));
  }
  await deleteItems(metadata, metadataKeys.journalPartition(appId));
}

async function deleteObjects(objects: ObjectStore, prefix: string): Promise<void> {
  for (;;) {
    const page = await objects.list(prefix);
    if (page.objects.length === 0) return;
    const { failed } = await objects.deleteMany(page.objects.map(({ key }) => key));
    if (failed[0] !== undefined) throw new Error(`${failed.length} objects below ${prefix} could not be deleted: ${failed[0].message}`);
  }
}

async function deleteItems(metadata: MetadataStore, partition: string): Promise<void> {
  for (;;) {
    const page = await metadata.query(partition, '');
    if (page.items.length === 0) return;
    await Promise.all(page.items.map(({ key }) => metadata.delete(key)));
  }
}
