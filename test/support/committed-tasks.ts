import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { COMMIT_SHARDS, metadataKeys } from '../../engine/types/keys.ts';

/** Entries of an application's journal as they are stored. */
export async function journalEntries(
  metadata: MetadataStore,
  appId: string,
): Promise<readonly { readonly kind: string; readonly stageId?: string }[]> {
  const { items } = await metadata.query(metadataKeys.journalPartition(appId), '');
  return items.map(({ item }) => JSON.parse(item['json'] as string));
}

/** Tasks with a commit, as `stage/partition`. */
export async function committedTasks(metadata: MetadataStore, appId: string): Promise<readonly string[]> {
  const stageIds = new Set(
    (await journalEntries(metadata, appId)).flatMap(({ kind, stageId }) => (kind === 'launched' ? [stageId as string] : [])),
  );
  const committed: string[] = [];
  for (const stageId of stageIds) {
    for (let shard = 0; shard < COMMIT_SHARDS; shard++) {
      const { items } = await metadata.query(metadataKeys.commitPartition(appId, stageId, shard), '');
      for (const { key } of items) committed.push(`${stageId}/${Number(key.sort)}`);
    }
  }
  return committed;
}

/** Tasks that were started, as `stage/partition`. */
export function startedTasks(events: readonly AppEvent[]): readonly string[] {
  const stageIds = new Map<number, string>();
  const started: string[] = [];
  for (const event of events) {
    if (event.kind === 'stageSubmitted') stageIds.set(event.stage, event.stageId);
    if (event.kind === 'taskStarted') started.push(`${stageIds.get(event.stage) ?? '?'}/${event.partition}`);
  }
  return started;
}

/** What the last driver of an application told. */
export function eventsOfEpoch(events: readonly AppEvent[], epoch: number): readonly AppEvent[] {
  return events.slice(events.findIndex((event) => event.kind === 'logStarted' && event.epoch === epoch));
}
