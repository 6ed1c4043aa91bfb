import { LevinError } from '../../engine/errors/levin-error.ts';
import type { AppStart } from '../journal/journal-entry.ts';
import { loadJournal } from '../journal/load-journal.ts';
import { openStores } from '../wiring.ts';

/** How an application was started, out of its journal: what `--app ID` takes instead of the present folder, arguments and settings. */
export async function readStart(appId: string, stateDir: string): Promise<AppStart> {
  const { metadata, objects } = openStores(stateDir);
  try {
    const { app } = await loadJournal({ metadata, objects, appId });
    if (app !== null) return app;
  } finally {
    await metadata.close();
  }
  throw new LevinError({
    code: 'APP_NOT_FOUND',
    fault: 'user',
    message: `There is no application ${appId} in the state folder ${stateDir}. Applications that succeeded are removed; --state-dir or LEVIN_STATE_DIR name another folder.`,
  });
}
