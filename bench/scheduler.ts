import { runInstantly } from '../test/unit/scheduler/instant-runner.ts';

/** Ten times the tasks may take this many times as long: what O(log n) an event and larger arrays in memory explain. */
const MAX_RATIO = 12;
const SMALL = 20_000;
const ROUNDS = 7;

let [smallMs, largeMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
// Best of several, in turn: what a busy machine adds is not the scheduler's.
for (let round = 0; round < ROUNDS; round++) {
  smallMs = Math.min(smallMs, runInstantly(SMALL, 1000).ms);
  largeMs = Math.min(largeMs, runInstantly(10 * SMALL, 1000).ms);
}
const ratio = largeMs / smallMs;
console.log(
  `scheduler: 2 × ${SMALL} tasks ${smallMs.toFixed(0)} ms, 2 × ${10 * SMALL} tasks ${largeMs.toFixed(0)} ms, ratio ${ratio.toFixed(1)} (at most ${MAX_RATIO})`,
);
if (ratio > MAX_RATIO) process.exitCode = 1;
