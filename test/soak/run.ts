/**
 * Long runs at full size, which CI does at a tenth: `npm run soak [-- name …]`; `--minutes`, `--seed` and `--cases` are for real-processes. Prints figures; exits with 1 when something is wrong.
 */
import { availableParallelism } from 'node:os';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { runSwarm } from '../simulation/swarm/run-swarm.ts';
import { runBroadcastSize } from '../support/broadcast-size.ts';
import { killOutputs } from '../support/killed-outputs.ts';
import { runHandOvers } from './hand-over.ts';
import { runRealProcesses, totalsOf } from './real-processes/run-real-processes.ts';
import { expectedOf, runSize, type SizeScenario } from './size.ts';
import { compareThrottled } from './throttled.ts';

const HOUR_MS = 3_600_000;

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, cases: { type: 'string' } },
  allowPositionals: true,
});

/** Prints its figures; gives what was wrong. */
type Scenario = () => Promise<readonly string[]>;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'sort-4gb': () =>
    size({
      job: 'sort-size',
      executors: 2,
      executorMb: 512,
      records: 16_000_000,
      valueBytes: 240,
      maps: 64,
      reducers: 8,
      keys: null,
      timeoutMs: HOUR_MS,
    }),
  'group-3gb': () =>
    size({
      job: 'group-size',
      executors: 2,
      executorMb: 256,
      records: 12_000_000,
      valueBytes: 240,
      maps: 96,
      reducers: 8,
      keys: 60_000,
      timeoutMs: HOUR_MS,
    }),
  'broadcast-200mb': broadcast,
  'hand-over': handOvers,
  'killed-outputs': outputs,
  simulation: swarm,
  'real-processes': realProcesses,
  throttled: compareThrottled,
};

const SEEDS = 100_000;
const SEEDS_AT_ONCE = 2_000;

/** Seeds that CI does not run: its own begin at 0. */
async function swarm(): Promise<readonly string[]> {
  const wrong: string[] = [];
  let faults = 0;
  for (let done = 0; done < SEEDS; done += SEEDS_AT_ONCE) {
    const reports = await runSwarm({ from: SEEDS + done, count: SEEDS_AT_ONCE, shards: availableParallelism() });
    for (const { failures, totals } of reports) {
      faults += Object.values(totals.faults).reduce((sum, fired) => sum + fired, 0);
      for (const { seed, shape, wrong: what } of failures) {
        wrong.push(`npm run simulate -- --seed ${seed}   (${shape}) ${what}`);
        console.log(`  ${wrong.at(-1)}`);
      }
    }
    console.log(`  ${done + SEEDS_AT_ONCE} seeds, ${faults} faults, ${wrong.length} failed`);
  }
  return wrong;
}

async function realProcesses(): Promise<readonly string[]> {
  const { seed = '1', cases, minutes = '10' } = values;
  const reports = await runRealProcesses(cases === undefined ? { seed, minutes } : { seed, cases });
  const { jobs, answers, drivers, lost, faults, errors } = totalsOf(reports);
  console.log(`  ${jobs} jobs with ${answers} answers in ${drivers} drivers; ${lost} lost their output to a fault and said so`);
  console.log(`  faults: ${listed(faults)}`);
  console.log(`  drivers that ended with an error and were resumed: ${listed(errors)}`);
  return reports.flatMap(({ seed: failed, wrong }) =>
    wrong.map((what) => `npm run soak -- real-processes --seed ${failed} --cases 1   ${what}`),
  );
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
}

async function broadcast(): Promise<readonly string[]> {
  const { seconds, peakBytes, readBytes, wrong } = await runBroadcastSize({ millions: 200, executorMb: 1400, timeoutMs: HOUR_MS });
  const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  console.log(`  ${seconds.toFixed(0)} s, peak ${mb(peakBytes)} of driver and executors, which read ${readBytes.map(mb).join(' and ')}`);
  return wrong;
}

async function handOvers(): Promise<readonly string[]> {
  const { seconds, lives, launches, tasks, inFlight, wrong } = await runHandOvers();
  console.log(
    `  ${seconds.toFixed(0)} s, ${lives} driver functions, ${launches} launches of ${tasks} tasks, in flight at each hand-over: ${inFlight.join(', ')}`,
  );
  return wrong;
}

async function outputs(): Promise<readonly string[]> {
  const { killed, reads, versions, wrong } = await killOutputs({ step: 1, runs: 200 });
  console.log(`  ${killed} runs killed, ${reads} reads, ${versions} versions seen`);
  return killed < 200 ? [...wrong, `only ${killed} runs were killed`] : wrong;
}

async function size(scenario: SizeScenario): Promise<readonly string[]> {
  const result = await runSize(scenario);
  const mb = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
  console.log(
    `  ${result.seconds.toFixed(0)} s, peak ${mb(result.peakBytes)} of ${mb(result.allowedBytes)} allowed, ` +
      `spilled ${mb(result.diskBytesSpilled)} in ${result.spills} spills (${result.forcedSpills} forced), ${result.failedAttempts} failed attempts`,
  );
  const wrong: string[] = [];
  if (result.code !== 0) wrong.push(`exit code ${result.code}: ${result.stderr}`);
  const expected = expectedOf(scenario);
  if (!isDeepStrictEqual(result.found, expected)) wrong.push(`found ${JSON.stringify(result.found)}, not ${JSON.stringify(expected)}`);
  if (result.peakBytes > result.allowedBytes) wrong.push(`took ${mb(result.peakBytes)} of memory`);
  if (result.spills === 0) wrong.push('nothing was spilled');
  if (result.leftBehind.length > 0) wrong.push(`left ${result.leftBehind.join(', ')} behind`);
  return wrong;
}

const names = positionals.length > 0 ? positionals : Object.keys(SCENARIOS);
for (const name of names) {
  const scenario = SCENARIOS[name];
  if (scenario === undefined) throw new Error(`There is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}.`);
  console.log(name);
  const wrong = await scenario();
  for (const what of wrong) console.log(`  WRONG: ${what}`);
  if (wrong.length > 0) process.exitCode = 1;
}
