import type { InvocationReport } from '../../types/invocation.ts';

/** From the `REPORT` line at the end of an invocation's log; null: it is not there, as after some ends of an environment. */
export function reportOf(logTail: string): InvocationReport | null {
  const line = logTail.split('\n').findLast((text) => text.startsWith('REPORT RequestId:')) ?? '';
  const billed = /\tBilled Duration: (\d+) ms/.exec(line);
  const memory = /\tMemory Size: (\d+) MB/.exec(line);
  const used = /\tMax Memory Used: (\d+) MB/.exec(line);
  const init = /\tInit Duration: ([\d.]+) ms/.exec(line);
  if (billed === null || memory === null || used === null) return null;
  return {
    billedMs: Number(billed[1]),
    memoryMb: Number(memory[1]),
    maxMemoryUsedMb: Number(used[1]),
    initMs: init === null ? null : Number(init[1]),
  };
}
