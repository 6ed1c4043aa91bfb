import type { Clock } from '../../ports/clock.ts';

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms`. Sleepers wake in order of their time, then of their call; what a woken one goes on to do
   * (further sleeps included) happens at its own time, before the next one wakes.
   */
  advance(ms: number): Promise<void>;
  /** Moves time to the next sleeper and wakes it; false when nobody sleeps. */
  advanceToNext(): Promise<boolean>;
  /** Shifts wall time against monotonic time, as a corrected clock does. */
  skewWall(ms: number): void;
  /** How many sleep. */
  sleeping(): number;
}

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A clock at `startMs` (epoch milliseconds, default 0) whose monotonic time starts at 0. */
export function createVirtualClock(options: { readonly startMs?: number } = {}): VirtualClock {
  const sleepers = new Set<Sleeper>();
  let wallMs = options.startMs ?? 0;
  let monotonicMs = 0;
  let calls = 0;

  const moveTo = (atMs: number): void => {
    wallMs += atMs - monotonicMs;
    monotonicMs = atMs;
  };
  const wakeNext = async (untilMs: number): Promise<boolean> => {
    const next = earliest(sleepers);
    if (next === null || next.atMs > untilMs) return false;
    moveTo(Math.max(next.atMs, monotonicMs));
    sleepers.delete(next);
    next.wake();
    await settled();
    return true;
  };

  return {
    now: () => wallMs,
    monotonic: () => monotonicMs,
    sleep(ms, { signal } = {}) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (ms <= 0) return resolve();
        const onAbort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const sleeper: Sleeper = { atMs: monotonicMs + ms, order: calls++, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
    async advance(ms) {
      const untilMs = monotonicMs + ms;
      await settled();
      while (await wakeNext(untilMs));
      moveTo(untilMs);
    },
    async advanceToNext() {
      await settled();
      return wakeNext(Number.POSITIVE_INFINITY);
    },
    skewWall(ms) {
      wallMs += ms;
    },
    sleeping: () => sleepers.size,
  };
}

function earliest(sleepers: ReadonlySet<Sleeper>): Sleeper | null {
  let first: Sleeper | null = null;
  for (const sleeper of sleepers) {
    if (first === null || sleeper.atMs < first.atMs || (sleeper.atMs === first.atMs && sleeper.order < first.order)) first = sleeper;
  }
  return first;
}

/** After one turn of the event loop every continuation that waits for nothing but promises has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
