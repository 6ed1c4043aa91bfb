import { runInstantly } from './scheduling/instant-runner.ts';

/** Ten times the tasks may take this many times as long: what O(log n) an event and larger arrays in memory explain. */
const MAX_RATIO = 12;
const SMALL = 50_000;
const ROUNDS = 5;

/** Ten small runs take as long as a large one: what a busy machine adds falls on both alike. */
function smallRunsMs(): number {
  let sum = 0;
  for (let i = 0; i < 10; i++) sum += runInstantly(SMALL, 1000).ms;
  return sum / 10;
}

let [smallMs, largeMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
for (let round = 0; round < ROUNDS; round++) {
  globalThis.gc?.();
  smallMs = Math.min(smallMs, smallRunsMs());
  globalThis.gc?.();
  largeMs = Math.min(largeMs, runInstantly(10 * SMALL, 1000).ms);
}
const ratio = largeMs / smallMs;
console.log(
  `scheduler: 2 × ${SMALL} tasks ${smallMs.toFixed(1)} ms, 2 × ${10 * SMALL} tasks ${largeMs.toFixed(1)} ms, ratio ${ratio.toFixed(1)} (at most ${MAX_RATIO})`,
);
if (ratio > MAX_RATIO) process.exitCode = 1;
