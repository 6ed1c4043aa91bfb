import { metadataKeys, objectKeys } from '../../engine/types/keys.ts';
import { seenAtMs } from '../lease/lease-item.ts';
import type { AppRecord } from './app-record.ts';
import type { AppState, AppStateOptions } from './app-state.ts';
import { dataSize } from './data-size.ts';
import { deleteObjects } from './delete-application-data.ts';
import { type ListedApp, listApplications } from './list-applications.ts';
import { type RemoveApplication, removeApplication, removeLeftData, removeOrphan } from './remove-application.ts';

/** One thing that can go, and why. */
export type Garbage =
  | { readonly kind: 'application'; readonly record: AppRecord; readonly state: AppState; readonly bytes: number }
  | { readonly kind: 'left data'; readonly record: AppRecord; readonly bytes: number }
  | { readonly kind: 'orphan'; readonly appId: string; readonly bytes: number }
  | { readonly kind: 'event log'; readonly appId: string; readonly bytes: number };

export interface FindGarbage extends AppStateOptions, RemoveApplication {
  /** Applications that have not been heard of for longer. */
  readonly olderThanMs: number;
  /** Only these, however old; null: all. */
  readonly appIds: readonly string[] | null;
  /** Also event logs: of applications that go, and of those that are gone. */
  readonly history: boolean;
}

/** What may be removed; nothing of an application that runs. */
export async function findGarbage(options: FindGarbage): Promise<readonly Garbage[]> {
  const apps = await listApplications(options);
  const known = new Map(apps.map((app) => [app.record.appId, app]));
  const found: Garbage[] = apps.flatMap((app) => garbageOf(app, options));
  const goes = new Set(found.flatMap((each) => (each.kind === 'application' ? [each.record.appId] : [])));
  if (options.appIds === null) {
    for (const appId of await appIdsBelow(options, 'apps/')) {
      if (!known.has(appId) && !(await mayLive(options, appId)))
        found.push({ kind: 'orphan', appId, bytes: await dataSize(options.objects, objectKeys.app(appId)) });
    }
  }
  if (options.history) {
    for (const appId of await appIdsBelow(options, 'history/')) {
      const gone = !known.has(appId) && options.appIds === null && !(await mayLive(options, appId));
      if (goes.has(appId) || gone)
        found.push({ kind: 'event log', appId, bytes: await dataSize(options.objects, objectKeys.history(appId)) });
    }
  }
  return found;
}

/** Removes one thing; false when its application runs after all. */
export async function removeGarbage(garbage: Garbage, options: RemoveApplication): Promise<boolean> {
  switch (garbage.kind) {
    case 'application':
      return await removeApplication(garbage.record, options);
    case 'left data':
      return await removeLeftData(garbage.record, options);
    case 'orphan':
      await removeOrphan(options, garbage.appId);
      return true;
    case 'event log':
      await deleteObjects(options.objects, objectKeys.history(garbage.appId));
      return true;
  }
}

function garbageOf({ record, state, lastSeenMs, dataBytes }: ListedApp, options: FindGarbage): readonly Garbage[] {
  const { appIds, olderThanMs, clock } = options;
  if (state === 'running' || appIds?.includes(record.appId) === false) return [];
  const goes = appIds !== null || state === 'removed' || clock.now() - lastSeenMs >= olderThanMs;
  if (goes) return [{ kind: 'application', record, state, bytes: dataBytes }];
  return state === 'finished' && dataBytes > 0 ? [{ kind: 'left data', record, bytes: dataBytes }] : [];
}

/** One look per application: the next key that is not below the one before. */
async function appIdsBelow({ objects }: FindGarbage, prefix: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ; ) {
    const { objects: page } = await objects.list(prefix, { limit: 1, ...(after === undefined ? {} : { after }) });
    const key = page[0]?.key;
    if (key === undefined) return ids;
    const id = key.slice(prefix.length).split('/')[0] as string;
    ids.push(id);
    // `0` follows `/`: the first key behind all of this application's.
    after = `${prefix}${id}0`;
  }
}

/** Clocks differ; and whoever has taken a lease writes the record at once. */
const NO_RECORD_MS = 86_400_000;

/** An application without a record has just begun, or is long dead: of one that lived long, the record may be forgotten before its lease. */
async function mayLive({ metadata, clock }: FindGarbage, appId: string): Promise<boolean> {
  const lease = await metadata.get(metadataKeys.lease(appId));
  return lease !== null && clock.now() - seenAtMs(lease) < NO_RECORD_MS;
}
