import type { Clock } from '../../ports/clock.ts';

/** Longer than any job; timers of Node take no more than twice as much. */
const FOR_EVER_MS = 2 ** 30;

/**
 * Keeps this process alive while there is something to wait for: sockets do it for what is in flight, but nothing does for what waits until a service
 * that has refused it is asked again.
 */
export function createProcessHold(clock: Pick<Clock, 'sleep'>): (busy: boolean) => void {
  let hold: AbortController | null = null;
  return (busy) => {
    hold?.abort();
    hold = busy ? new AbortController() : null;
    if (hold !== null) clock.sleep(FOR_EVER_MS, { signal: hold.signal }).catch(() => undefined);
  };
}
