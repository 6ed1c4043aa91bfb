import { runInstantly } from '../test/unit/scheduler/instant-runner.ts';

/** Ten times the tasks may take this many times as long: what O(log n) an event and larger arrays in memory explain. */
const MAX_RATIO = 12;
const SMALL = 10_000;

/** Best of several runs, so that a collected heap or a busy machine does not count. */
function bestMs(tasks: number): number {
  return Math.min(...Array.from({ length: 5 }, () => runInstantly(tasks, 1000).ms));
}

bestMs(SMALL);
const smallMs = bestMs(SMALL);
const largeMs = bestMs(10 * SMALL);
const ratio = largeMs / smallMs;
console.log(
  `scheduler: 2 × ${SMALL} tasks ${smallMs.toFixed(0)} ms, 2 × ${10 * SMALL} tasks ${largeMs.toFixed(0)} ms, ratio ${ratio.toFixed(1)} (at most ${MAX_RATIO})`,
);
if (ratio > MAX_RATIO) process.exitCode = 1;
