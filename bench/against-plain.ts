/**
 * Whole jobs against the same jobs without an engine, and against Spark where the baselines' harness is installed.
 *
 * `npm run bench -- against-plain [--size small|full] [--jobs sort,join] [--rounds 5] [--on local[2]] [--parallelism 32] [--spark FOLDER]`
 *
 * Whole processes in alternation (A B A B …), so that a busy machine counts for all; ratios are medians of the rounds' ratios. A program
 * whose answer differs from the others' has no time. Needs dist (npm run build).
 */
import { parseArgs } from 'node:util';
import { cachedData } from './data/cached-data.ts';
import { levin, plainNode, type Rival, scalaSpark } from './rivals/programs.ts';
import { type ProgramRun, runProgram } from './rivals/run-program.ts';

interface Goal {
  readonly job: string;
  readonly plain: number;
  readonly spark: number;
}

const GOALS: readonly Goal[] = [
  { job: 'wordcount', plain: 0.65, spark: 0.45 },
  { job: 'sort', plain: 0.7, spark: 0.65 },
  { job: 'join', plain: 1.1, spark: 0.35 },
  { job: 'group', plain: 0.8, spark: 0.35 },
];
/** Scala on Spark's rate of committed no-op tasks must be beaten so many times. */
const TASK_RATE_GOAL = 5;
const TASKS = 10_000;

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'small' },
    jobs: { type: 'string', default: 'wordcount,sort,join,group,tasks10k' },
    rounds: { type: 'string', default: '3' },
    on: { type: 'string', default: 'local[2]' },
    parallelism: { type: 'string' },
    spark: { type: 'string', default: process.env['LEVIN_BENCH_SPARK'] ?? '' },
  },
});
if (values.size !== 'small' && values.size !== 'full') throw new Error(`--size is ${values.size}; it must be small or full`);
const data = cachedData(values.size);
const jobs = values.jobs.split(',');
const rounds = Number(values.rounds);
const parallelism = values.parallelism ?? null;
const spark = values.spark === '' ? null : scalaSpark(values.spark, parallelism);

/** Each rival's runs, by rival. A rehearsal before the first round fills caches: of files, and of transformed code. */
function race(job: string, rivals: readonly Rival[]): readonly (readonly ProgramRun[])[] {
  const runs = rivals.map((): ProgramRun[] => []);
  let answer: { readonly by: string; readonly result: string } | null = null;
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { name, command }] of rivals.entries()) {
      const run = runProgram(command(job, data));
      answer ??= { by: name, result: run.result };
      if (run.result !== answer.result) throw new Error(`${name} answered ${job} with ${run.result}, ${answer.by} with ${answer.result}`);
      if (round > 0) runs[i]?.push(run);
    }
  }
  return runs;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}

function ratio(a: readonly ProgramRun[], b: readonly ProgramRun[], of: (run: ProgramRun) => number): number {
  return median(a.map((run, i) => of(run) / of(b[i] as ProgramRun)));
}

const wall = (run: ProgramRun): number => run.wallSeconds;
const cpu = (run: ProgramRun): number => run.cpuSeconds;

function seconds(runs: readonly ProgramRun[]): string {
  return `${median(runs.map(wall)).toFixed(2)} s wall, ${median(runs.map(cpu)).toFixed(2)} s CPU`;
}

/** The goals are for the full size: small jobs are start-up. */
function report(what: string, figure: number, goal: { readonly text: string; readonly met: boolean } | null = null): void {
  const judged = goal === null || values.size !== 'full' ? '' : `(${goal.text})${goal.met ? '' : '   MISSED'}`;
  process.stdout.write(`  ${what.padEnd(40)} ${figure.toFixed(2)} ${judged}\n`);
  if (goal !== null && !goal.met && values.size === 'full') process.exitCode = 1;
}

function atMost(figure: number, limit: number): { readonly text: string; readonly met: boolean } {
  return { text: `at most ${limit}`, met: figure <= limit };
}

function compare({ job, plain, spark: sparkGoal }: Goal): void {
  const ours = levin(values.on, parallelism);
  const rivals = [ours, plainNode, ...(spark === null ? [] : [spark])];
  const [mine = [], theirs = [], sparks] = race(job, rivals);
  process.stdout.write(`${job} (${values.size}, ${rounds} rounds${parallelism === null ? '' : `, ${parallelism} shuffle partitions`})\n`);
  for (const [i, runs] of [mine, theirs, sparks].entries()) {
    if (runs !== undefined) process.stdout.write(`  ${(rivals[i]?.name ?? '').padEnd(40)} ${seconds(runs)}\n`);
  }
  const wallRatio = ratio(mine, theirs, wall);
  report('× plain Node, wall', wallRatio, atMost(wallRatio, plain));
  report('× plain Node, CPU', ratio(mine, theirs, cpu));
  if (sparks === undefined) {
    process.stdout.write('  × Scala on Spark: not run (LEVIN_BENCH_SPARK names no installation)\n');
    return;
  }
  const sparkRatio = ratio(mine, sparks, wall);
  report('× Scala on Spark, wall', sparkRatio, atMost(sparkRatio, sparkGoal));
}

/** Tasks a second of the job alone, start-up of either engine left out. */
function compareTaskRates(): void {
  const rate = (run: ProgramRun): number => TASKS / (run.jobSeconds as number);
  const ours = levin('local[2]', null);
  const [mine = [], sparks] = race('tasks10k', spark === null ? [ours] : [ours, spark]);
  process.stdout.write(`tasks10k (${rounds} rounds)\n  ${ours.name.padEnd(40)} ${median(mine.map(rate)).toFixed(0)} tasks/s\n`);
  if (sparks === undefined) {
    process.stdout.write('  Scala on Spark: not run (LEVIN_BENCH_SPARK names no installation)\n');
    return;
  }
  process.stdout.write(`  ${'Scala on Spark local[2]'.padEnd(40)} ${median(sparks.map(rate)).toFixed(0)} tasks/s\n`);
  const figure = ratio(mine, sparks, rate);
  report('× the rate of Scala on Spark', figure, { text: `at least ${TASK_RATE_GOAL}`, met: figure >= TASK_RATE_GOAL });
}

for (const job of jobs) {
  const goal = GOALS.find((candidate) => candidate.job === job);
  if (goal !== undefined) compare(goal);
  else if (job === 'tasks10k') compareTaskRates();
  else throw new Error(`no job "${job}"; there are ${GOALS.map((known) => known.job).join(', ')}, tasks10k`);
}
