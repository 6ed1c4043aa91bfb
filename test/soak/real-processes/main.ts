/**
 * Cases of jobs in real processes with real faults, some at a time: `main.ts --seed N --cases N` or `--minutes N`. Must run in a mount namespace of its own (`unshare -rm`).
 * Prints a line of JSON for each case.
 */
import { parseArgs } from 'node:util';
import { type CaseReport, runCase } from './run-case.ts';

/** Most of a case is waiting. */
const AT_ONCE = 3;

const { values } = parseArgs({ options: { seed: { type: 'string' }, cases: { type: 'string' }, minutes: { type: 'string' } } });
const untilMs = values.minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + Number(values.minutes) * 60_000;
const first = Number(values.seed ?? 1);
const end = first + Number(values.cases ?? Number.POSITIVE_INFINITY);
let next = first;

async function lane(): Promise<void> {
  while (next < end && performance.now() < untilMs) {
    const seed = next++;
    const report: CaseReport = await runCase(seed).catch((error: unknown) => ({
      seed,
      seconds: 0,
      shape: '',
      rounds: 0,
      drivers: 0,
      faults: [],
      errors: [],
      lost: false,
      wrong: [`the case itself failed: ${error instanceof Error ? error.stack : String(error)}`],
    }));
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, lane));
