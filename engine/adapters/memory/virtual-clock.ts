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
  /** null: it was woken, or sleeps no more. */
  wake: (() => void) | null;
}

/** A clock at `startMs` (epoch milliseconds, default 0) whose monotonic time starts at 0. */
export function createVirtualClock(options: { readonly startMs?: number } = {}): VirtualClock {
  const sleepers = createSleepers();
  let wallMs = options.startMs ?? 0;
  let monotonicMs = 0;
  let calls = 0;
  let sleeping = 0;

  const moveTo = (atMs: number): void => {
    wallMs += atMs - monotonicMs;
    monotonicMs = atMs;
  };
  const leave = (sleeper: Sleeper): void => {
    if (sleeper.wake !== null) sleeping--;
    sleeper.wake = null;
  };
  const wakeNext = async (untilMs: number): Promise<boolean> => {
    const next = sleepers.first();
    if (next === null || next.atMs > untilMs) return false;
    const { wake } = next;
    moveTo(Math.max(next.atMs, monotonicMs));
    leave(next);
    wake?.();
    await settled();
    return true;
  };

  return {
    now: () => wallMs,
    monotonic: () => monotonicMs,
    turn: () => Promise.resolve(),
    sleep(ms, { signal } = {}) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (ms <= 0) return resolve();
        const onAbort = (): void => {
          leave(sleeper);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const sleeper: Sleeper = { atMs: monotonicMs + ms, order: calls++, wake };
        sleeping++;
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
    sleeping: () => sleeping,
  };
}

interface Sleepers {
  add(sleeper: Sleeper): void;
  /** The one to wake next, which stays; those that sleep no more are forgotten. */
  first(): Sleeper | null;
}

/** A binary heap: simulations have tens of thousands asleep. */
function createSleepers(): Sleepers {
  const heap: Sleeper[] = [];
  const before = (a: Sleeper, b: Sleeper): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  const at = (i: number): Sleeper => heap[i] as Sleeper;
  const drop = (): void => {
    const last = heap.pop() as Sleeper;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(at(child + 1), at(child))) child++;
      if (!before(at(child), last)) break;
      heap[i] = at(child);
      i = child;
    }
    heap[i] = last;
  };
  return {
    add(sleeper) {
      let i = heap.length;
      heap.push(sleeper);
      for (let parent = (i - 1) >> 1; i > 0 && before(sleeper, at(parent)); parent = (i - 1) >> 1) {
        heap[i] = at(parent);
        i = parent;
      }
      heap[i] = sleeper;
    },
    first() {
      while (heap[0]?.wake === null) drop();
      return heap[0] ?? null;
    },
  };
}

/** After one turn of the event loop every continuation that waits for nothing but promises has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
