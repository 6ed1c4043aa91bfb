import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import { type AppRecord, readRecords } from './app-record.ts';
import { type AppState, type AppStateOptions, appStateOf, lastSeenMs } from './app-state.ts';
import { dataSize } from './data-size.ts';

export interface ListedApp {
  readonly record: AppRecord;
  readonly state: AppState;
  /** Wall time. */
  readonly lastSeenMs: number;
  /** What is kept of it for resuming. */
  readonly dataBytes: number;
}

/** All applications of a state folder, the oldest first. */
export async function listApplications(options: AppStateOptions & { readonly objects: ObjectStore }): Promise<readonly ListedApp[]> {
  const records = (await readRecords(options.metadata)).toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  return await Promise.all(
    records.map(async (record) => ({
      record,
      state: await appStateOf(record, options),
      lastSeenMs: await lastSeenMs(record, options.metadata),
      dataBytes: await dataSize(options.objects, objectKeys.app(record.appId)),
    })),
  );
}
