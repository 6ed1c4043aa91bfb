import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { AppStateOptions } from '../application/app-state.ts';
import { processState, type Stores } from '../wiring.ts';
import { openPlace, type StatePlace, statePlaceOf } from './state-place.ts';

/** Options of all commands about applications. */
export const STATE_OPTIONS: { readonly '--on': true; readonly '--state-dir': true } = { '--on': true, '--state-dir': true };

/** What commands about applications work on. */
export interface OpenState extends Pick<Stores, 'objects' | 'random'>, AppStateOptions {
  readonly place: StatePlace;
}

/** Opens the state folder, or an engine's stores, for a command; null when there is no folder yet: then there are no applications. */
export async function withState<T>(options: Readonly<Record<string, string>>, work: (state: OpenState | null) => Promise<T>): Promise<T> {
  const place = await statePlaceOf({ on: options['--on'], stateDir: options['--state-dir'] }, resolve('levin'));
  // Asking makes no folder.
  if (place.kind === 'folder' && !existsSync(place.stateDir)) return await work(null);
  const { metadata, objects, clock, random } = await openPlace(place);
  try {
    return await work({ metadata, objects, clock, random, place, processState });
  } finally {
    await metadata.close();
  }
}

export function noState(appId: string): LevinError {
  return new LevinError({
    code: 'APP_NOT_FOUND',
    fault: 'user',
    message: `There is no application ${appId}: the state folder does not exist. --state-dir or LEVIN_STATE_DIR name another one, --on aws an engine.`,
    details: { appId },
  });
}
