import { runSeed, type Verdict } from './run-seed.ts';

/** Delta debugging over the faults that struck: halves, then quarters, … are left out as long as the history still goes wrong alike. */
export async function shrink(verdict: Verdict): Promise<Verdict> {
  let least = verdict;
  for (let pieces = 2; least.faults.length > 0; ) {
    const size = Math.ceil(least.faults.length / pieces);
    const smaller = await firstAlike(least, size);
    if (smaller !== null) {
      least = smaller;
      pieces = Math.max(2, pieces - 1);
    } else if (size === 1) break;
    else pieces = Math.min(least.faults.length, pieces * 2);
  }
  return least;
}

async function firstAlike(verdict: Verdict, size: number): Promise<Verdict | null> {
  for (let at = 0; at < verdict.faults.length; at += size) {
    const only = new Set([...verdict.faults.slice(0, at), ...verdict.faults.slice(at + size)]);
    const tried = await runSeed(verdict.seed, { only });
    if (tried.wrong !== null && kindOf(tried.wrong) === kindOf(verdict.wrong) && tried.faults.length < verdict.faults.length) return tried;
  }
  return null;
}

/** How it went wrong, without names and numbers. */
function kindOf(wrong: string | null): string {
  return (wrong ?? '').replace(/[0-9a-f]{16,}|\d+/g, '#').slice(0, 60);
}
