/** Each step is a tenth longer than the one before. */
const STEP = 1.1;

/** How many attempts took how long: by `floor(log1.1(ms + 1))`, so that a hundred thousand of them are a hundred numbers. */
export type Runtimes = Record<number, number>;

export function addRuntime(runtimes: Runtimes, ms: number): void {
  const step = Math.floor(Math.log(Math.max(0, ms) + 1) / Math.log(STEP));
  runtimes[step] = (runtimes[step] ?? 0) + 1;
}

/** Within a twentieth; null when there are none. */
export function medianRuntimeMs(runtimes: Runtimes): number | null {
  // Integer keys come in ascending order.
  const steps = Object.entries(runtimes);
  const total = steps.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [step, count] of steps) {
    seen += count;
    if (seen * 2 >= total) return STEP ** (Number(step) + 0.5) - 1;
  }
  return null;
}
