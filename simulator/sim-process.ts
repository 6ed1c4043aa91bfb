import type { Clock } from '../engine/ports/clock.ts';

export interface SimProcessOptions {
  readonly name: string;
  /** The world's: true time. */
  readonly clock: Clock;
  /** Wall time of this process minus true time. */
  readonly wallSkewMs?: number;
  /** How fast its monotonic clock goes: 1.01 gains one second in a hundred. */
  readonly clockRate?: number;
}

/** A process of the simulated world. It is left alone with its own promises; whatever comes from outside goes through `live`. */
export interface SimProcess {
  readonly name: string;
  readonly alive: boolean;
  readonly clock: Clock;
  /** Calls back when it dies, at once; gives what takes the call back again. */
  onDeath(fn: () => void): () => void;
  /** Nothing that it waits for comes any more. */
  kill(): void;
  /** It stands still; what comes meanwhile waits. */
  pause(ms: number): void;
  /** An answer from outside, as this process gets it. */
  live<T>(answer: Promise<T>): Promise<T>;
  /** Calls a function of this process from outside. */
  call(fn: () => void): void;
}

export function createSimProcess({ name, clock, wallSkewMs = 0, clockRate = 1 }: SimProcessOptions): SimProcess {
  const mourners = new Set<() => void>();
  const startMs = clock.monotonic();
  let alive = true;
  let pausedUntilMs = 0;
  let waiting: (() => void)[] | null = null;

  const goOn = async (): Promise<void> => {
    while (clock.monotonic() < pausedUntilMs) await clock.sleep(pausedUntilMs - clock.monotonic());
    const late = waiting ?? [];
    waiting = null;
    if (alive) for (const fn of late) fn();
  };
  const call = (fn: () => void): void => {
    if (!alive) return;
    if (waiting === null) fn();
    else waiting.push(fn);
  };
  const live = <T>(answer: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      answer.then(
        (value) => call(() => resolve(value)),
        (error: unknown) => call(() => reject(error as Error)),
      );
    });
  return {
    name,
    get alive() {
      return alive;
    },
    clock: {
      now: () => clock.now() + wallSkewMs,
      monotonic: () => (clock.monotonic() - startMs) * clockRate,
      sleep: (ms, options) => live(clock.sleep(ms / clockRate, options)),
      turn: () => Promise.resolve(),
    },
    onDeath(fn) {
      mourners.add(fn);
      return () => void mourners.delete(fn);
    },
    kill() {
      if (!alive) return;
      alive = false;
      waiting = null;
      for (const fn of mourners) fn();
      mourners.clear();
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, clock.monotonic() + ms);
      if (waiting !== null) return;
      waiting = [];
      void goOn();
    },
    live,
    call,
  };
}
