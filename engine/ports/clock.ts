/** Time. `now` is wall time in epoch milliseconds, for people only; decisions use `monotonic` milliseconds. */
export interface Clock {
  now(): number;
  monotonic(): number;
  /** Resolves after at least `ms`; rejects with the signal's reason when aborted. Never keeps a process alive by itself when `unref`. */
  sleep(ms: number, options?: { readonly signal?: AbortSignal; readonly unref?: boolean }): Promise<void>;
  /** Resolves when everything that waits for this thread (messages, signals) has been let in: for loops that would keep it for themselves. */
  turn(): Promise<void>;
}
