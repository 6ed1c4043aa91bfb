import { LevinError } from '../../engine/errors/levin-error.ts';
import type { Application } from './application.ts';

// On globalThis: the CLI and the job may use two copies of levin, and still only one application may be open.
const KEY = Symbol.for('levin.application');
const OPENED = Symbol.for('levin.application.opened');
const slot = globalThis as { [KEY]?: Application | 'opening'; [OPENED]?: true };

/** The open application of this process; null when there is none. */
export function currentApplication(): Application | null {
  const current = slot[KEY];
  return current === undefined || current === 'opening' ? null : current;
}

/** Whether there was one in this process, open still or ended. */
export function applicationWasOpened(): boolean {
  return slot[OPENED] === true;
}

/** Reserves the one place there is; the answer sets or frees it. */
export function reserveApplication(): { set(app: Application): void; free(): void } {
  if (slot[KEY] !== undefined) {
    throw new LevinError({
      code: 'CONTEXT_OPEN',
      fault: 'user',
      message: 'A Context is open already in this process. Use it, or stop() it before creating another.',
    });
  }
  slot[KEY] = 'opening';
  return {
    set: (app) => {
      slot[KEY] = app;
      slot[OPENED] = true;
    },
    free: () => {
      delete slot[KEY];
    },
  };
}
