import type { AppStart } from '../journal/journal-entry.ts';
import { loadJournal } from '../journal/load-journal.ts';
import type { Stores } from '../wiring.ts';
import { type AppPlace, appFinished, isOver, unknownApp } from './app-errors.ts';
import { readRecord } from './app-record.ts';

/** How an application was started, out of its journal: what `--app ID` takes instead of the present folder, arguments and settings. */
export async function readStart(
  appId: string,
  { metadata, objects }: Pick<Stores, 'metadata' | 'objects'>,
  place: AppPlace,
): Promise<AppStart> {
  const record = await readRecord(metadata, appId);
  // Nor can one be resumed whose record is forgotten: what is left of it is not whole.
  if (record === null) throw await unknownApp(metadata, appId, place);
  if (isOver(record)) throw appFinished(record);
  const { app } = await loadJournal({ metadata, objects, appId });
  if (app === null) throw await unknownApp(metadata, appId, place);
  return app;
}
