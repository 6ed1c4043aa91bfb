/**
 * A simulated job of 100,000 tasks on 1,000 environments, in a process of its own, against a tenth of it.
 * With a number it is one such process: tasks; it prints what it took as JSON.
 */
import { spawnSync } from 'node:child_process';
import { simulate } from '../simulator/simulate.ts';

const TASKS = 100_000;
const MAX_SECONDS = 60;
const MAX_MB = 1000;

interface Measured {
  readonly answer: unknown;
  readonly virtualSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

async function measure(tasks: number): Promise<Measured> {
  const job = { seed: 'bench', workers: 1000, costs: { nsPerRecord: 1e9, nsPerByte: 0 } };
  const { outcome, elapsedMs } = await simulate((lv) => lv.range(tasks, { numSlices: tasks }).count(), job);
  const { user, system } = process.cpuUsage();
  return {
    answer: outcome.kind === 'answer' ? outcome.answer : String(outcome.error),
    virtualSeconds: Math.round(elapsedMs / 1000),
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
}

function measureIn(tasks: number): Measured {
  const { stdout } = spawnSync(process.execPath, [import.meta.filename, String(tasks)], { stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(stdout.toString()) as Measured;
}

const given = process.argv[2];
if (given !== undefined) {
  process.stdout.write(JSON.stringify(await measure(Number(given))));
} else {
  const [small, large] = [measureIn(TASKS / 10), measureIn(TASKS)];
  for (const [name, { virtualSeconds, cpuSeconds, peakMb }] of [
    ['10,000 tasks', small],
    ['100,000 tasks', large],
  ] as const) {
    process.stdout.write(`${name}: ${virtualSeconds} simulated s in ${cpuSeconds.toFixed(1)} s of CPU, ${Math.round(peakMb)} MB\n`);
  }
  process.stdout.write(`ten times the tasks take ${(large.cpuSeconds / small.cpuSeconds).toFixed(1)} times as much CPU\n`);
  if (large.answer !== TASKS || large.cpuSeconds > MAX_SECONDS || large.peakMb > MAX_MB) process.exitCode = 1;
}
