import { LevinError } from '../../engine/errors/levin-error.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import { KEPT_DAYS, LIFE_DAYS } from '../../engine/types/app-life.ts';
import { nearestName } from '../config/nearest-name.ts';
import { type AppRecord, readRecords } from './app-record.ts';

/** An application that nobody can resume. */
export function isOver({ outcome }: AppRecord): boolean {
  return outcome === 'succeeded' || outcome === 'removed';
}

export function appFinished({ appId, outcome }: AppRecord): LevinError {
  const what = outcome === 'removed' ? 'was removed by levin gc' : 'has succeeded';
  return new LevinError({
    code: 'APP_FINISHED',
    fault: 'user',
    message: `Application ${appId} ${what}: there is nothing to resume. Start a new one (without --app).`,
    details: { appId },
  });
}

/** It has lived for as long as it may where its state lies, whatever its drivers. */
export function appTooOld(appId: string, startedAtMs: number): LevinError {
  const since = new Date(startedAtMs).toISOString();
  return new LevinError({
    code: 'APP_TOO_OLD',
    fault: 'user',
    message:
      `Application ${appId} was started at ${since}, and may live for ${LIFE_DAYS} days: an engine forgets what applications have written after ` +
      `${KEPT_DAYS}. It cannot go on; start a new one (without --app), and split work that takes longer into several.`,
    details: { appId, startedAtMs },
  });
}

/** Where applications are looked for, in words. */
export interface AppPlace {
  /** `in the state folder /home/me/.local/state/levin` */
  readonly where: string;
  /** The command that lists what is there. */
  readonly list: string;
  /** What names another place. */
  readonly elsewhere: string;
}

/** With the identifier that was probably meant. */
export async function unknownApp(metadata: MetadataStore, appId: string, { where, list, elsewhere }: AppPlace): Promise<LevinError> {
  const ids = (await readRecords(metadata)).map((record) => record.appId);
  const near = ids.find((id) => id.startsWith(appId) || id.endsWith(appId)) ?? nearestName(appId, ids);
  const hint = near === null ? ` ${list} lists those there are; ${elsewhere}.` : ` Did you mean "${near}"? ${list} lists those there are.`;
  return new LevinError({
    code: 'APP_NOT_FOUND',
    fault: 'user',
    message: `There is no application ${appId} ${where}.${hint}`,
    details: { appId },
  });
}
