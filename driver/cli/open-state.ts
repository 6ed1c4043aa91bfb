import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { AppStateOptions } from '../application/app-state.ts';
import { openStores, processState, type Stores } from '../wiring.ts';
import { stateDirOf } from './state-dir.ts';

/** What commands about applications work on. */
export interface OpenState extends Pick<Stores, 'objects' | 'random'>, AppStateOptions {
  readonly stateDir: string;
}

/** Opens the state folder for a command; null when there is none yet: then there are no applications. */
export async function withState<T>(flag: string | undefined, work: (state: OpenState | null) => Promise<T>): Promise<T> {
  const stateDir = await stateDirOf(flag, resolve('levin'));
  // Asking makes no folder.
  if (!existsSync(stateDir)) return await work(null);
  const { metadata, objects, clock, random } = openStores(stateDir);
  try {
    return await work({ metadata, objects, clock, random, stateDir, processState });
  } finally {
    await metadata.close();
  }
}

export function noState(appId: string): LevinError {
  return new LevinError({
    code: 'APP_NOT_FOUND',
    fault: 'user',
    message: `There is no application ${appId}: the state folder does not exist. --state-dir or LEVIN_STATE_DIR name another one.`,
    details: { appId },
  });
}
