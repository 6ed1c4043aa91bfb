/**
 * What safety costs where nothing goes wrong: whole jobs that shuffle, against the same jobs without checksums of records, blocks and rows, and with commits, journal and
 * lease in memory (`bench/safety/without.ts`).
 *
 * `npm run bench -- safety [--jobs sort,group] [--rounds 7] [--records 1500000]`
 *
 * Pairs of whole processes, each first in every other pair. Needs dist (npm run build).
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ProgramRun, runProgram } from './rivals/run-program.ts';

const MAX_RATIO = 1.05;

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: 'sort,group,join,reduce' },
    rounds: { type: 'string', default: '7' },
    records: { type: 'string', default: '1500000' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));

function run(job: string, safe: boolean): ProgramRun {
  const levin = [`${root}bin/levin.js`, 'run', '--quiet', '--on', 'local[2]', `${root}bench/jobs/shuffled.ts`, job, values.records];
  const env = safe ? [] : ['env', `NODE_OPTIONS=--import=${root}bench/safety/without.ts`];
  return runProgram(() => [...env, process.execPath, ...levin]);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

const all: number[] = [];
for (const job of values.jobs.split(',')) {
  const pairs: { readonly wall: number; readonly cpu: number; readonly seconds: number }[] = [];
  // The first fills the cache of transformed code.
  for (let round = 0; round <= Number(values.rounds); round++) {
    const [first, second] = [run(job, round % 2 === 0), run(job, round % 2 !== 0)];
    const [safe, bare] = round % 2 === 0 ? [first, second] : [second, first];
    if (safe.result !== bare.result) throw new Error(`${job} gave ${safe.result}, without safety ${bare.result}`);
    if (round > 0)
      pairs.push({ wall: safe.wallSeconds / bare.wallSeconds, cpu: safe.cpuSeconds / bare.cpuSeconds, seconds: safe.wallSeconds });
  }
  const wall = median(pairs.map((pair) => pair.wall));
  all.push(wall);
  console.log(
    `${job.padEnd(8)} ${median(pairs.map(({ seconds }) => seconds)).toFixed(1)} s, against no safety: wall ratio ${wall.toFixed(3)}, CPU ratio ${median(pairs.map((pair) => pair.cpu)).toFixed(3)}`,
  );
}
const ratio = median(all);
console.log(`safety: median ratio ${ratio.toFixed(3)} (at most ${MAX_RATIO})`);
if (ratio > MAX_RATIO) process.exitCode = 1;
