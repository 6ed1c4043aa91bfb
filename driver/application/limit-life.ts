import type { LevinError } from '../../engine/errors/levin-error.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import { appTooOld } from './app-errors.ts';

/** Wall time between two looks: a machine that slept does not know by its timers how long. */
const LOOK_MS = 1_000;

export interface LimitLife {
  readonly appId: string;
  readonly clock: Clock;
  /** Wall time, when the first driver began. */
  readonly startedAtMs: number;
  /** How long the application may live from then on; null: as long as it likes. */
  readonly lifeMs: number | null;
}

/** Throws `APP_TOO_OLD` when the application may not live any more. */
export function checkLife({ appId, clock, startedAtMs, lifeMs }: LimitLife): void {
  if (lifeMs !== null && clock.now() - startedAtMs >= lifeMs) throw appTooOld(appId, startedAtMs);
}

/** Calls back once when the application may not live any more; until `signal` is aborted. It keeps no process alive. */
export function limitLife(limit: LimitLife & { readonly signal: AbortSignal }, over: (error: LevinError) => void): void {
  const { appId, clock, startedAtMs, lifeMs, signal } = limit;
  if (lifeMs === null) return;
  const watch = async (): Promise<void> => {
    while (clock.now() - startedAtMs < lifeMs) await clock.sleep(LOOK_MS, { signal, unref: true });
    over(appTooOld(appId, startedAtMs));
  };
  watch().catch(() => undefined);
}
