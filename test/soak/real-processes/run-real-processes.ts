import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CaseReport } from './run-case.ts';

export interface RunRealProcesses {
  readonly seed: string;
  /** How many; else `minutes` says how long. */
  readonly cases?: string;
  readonly minutes?: string;
}

/** Runs cases in a mount namespace of its own, in which disks can be full and read-only; no privileges are needed, and it is gone with the last process. */
export async function runRealProcesses(options: RunRealProcesses): Promise<readonly CaseReport[]> {
  const program = fileURLToPath(new URL('./main.ts', import.meta.url));
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn('unshare', ['-rm', process.execPath, program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const reports: CaseReport[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const report = JSON.parse(line) as CaseReport;
    reports.push(report);
    if (report.wrong.length > 0) console.log(`  seed ${report.seed}: ${report.wrong.join('; ')}`);
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`the cases ended with code ${code}`);
  return reports;
}

export interface Totals {
  readonly jobs: number;
  readonly answers: number;
  readonly drivers: number;
  readonly lost: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
}

export function totalsOf(reports: readonly CaseReport[]): Totals {
  const sum = (of: (report: CaseReport) => number): number => reports.reduce((all, report) => all + of(report), 0);
  return {
    jobs: reports.length,
    answers: sum(({ rounds }) => rounds),
    drivers: sum(({ drivers }) => drivers),
    lost: sum(({ lost }) => (lost ? 1 : 0)),
    faults: countsOf(reports.flatMap(({ faults }) => faults)),
    errors: countsOf(reports.flatMap(({ errors }) => errors)),
  };
}

function countsOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
