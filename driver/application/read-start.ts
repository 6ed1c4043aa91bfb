import type { AppStart } from '../journal/journal-entry.ts';
import { loadJournal } from '../journal/load-journal.ts';
import { openStores } from '../wiring.ts';
import { appFinished, isOver, unknownApp } from './app-errors.ts';
import { readRecord } from './app-record.ts';

/** How an application was started, out of its journal: what `--app ID` takes instead of the present folder, arguments and settings. */
export async function readStart(appId: string, stateDir: string): Promise<AppStart> {
  const { metadata, objects } = openStores(stateDir);
  try {
    const record = await readRecord(metadata, appId);
    if (record !== null && isOver(record)) throw appFinished(record);
    const { app } = await loadJournal({ metadata, objects, appId });
    if (app === null) throw await unknownApp(metadata, appId, stateDir);
    return app;
  } finally {
    await metadata.close();
  }
}
