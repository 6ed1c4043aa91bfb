import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ConfigInput, LevinConfig } from '../config/config-input.ts';
import { loadConfig } from '../config/load-config.ts';
import { assumptionsOf, warningsOf } from '../whatif/explain-prediction.ts';
import type { PredictedRun } from '../whatif/predicted-run.ts';
import { type Prediction, predictionOf } from '../whatif/prediction.ts';
import { renderPrediction } from '../whatif/render-prediction.ts';
import { type RunProfile, runProfile } from '../whatif/run-profile.ts';
import { scaleRun } from '../whatif/scale-run.ts';
import { profileEvents } from './record-profile.ts';
import { parseSimulateArguments, type SimulateArguments } from './simulate-arguments.ts';

/** `levin simulate job.ts --workers 1000 --input-bytes 1TB`: how long and how much, from the profile of a small run. */
export async function simulate(argv: readonly string[]): Promise<void> {
  const given = parseSimulateArguments(argv);
  const profile = runProfile(await profileEvents(given));
  const prediction = await predict(profile, given);
  process.stdout.write(given.json ? `${JSON.stringify(prediction, null, 2)}\n` : renderPrediction(prediction));
}

async function predict(profile: RunProfile, given: SimulateArguments): Promise<Prediction> {
  const { workers, memoryMb, inputBytes } = given;
  const run = scaleRun(profile, inputBytes);
  const { config, maxResultBytes } = settings(profile, given);
  // Loaded here: nothing else of the command line needs it.
  const { AWS_FACTS, predictRun } = await import('../../simulator/index.ts');
  const runs: PredictedRun[] = [];
  for (let i = 0; i < given.seeds; i++) {
    const seed = `${given.seed}/${i}`;
    runs.push(await predictRun(run, { seed, workers, memoryMb, config }).catch((error: unknown) => wouldFail(error)));
  }
  const predicted = predictionOf(run, runs, { workers, memoryMb });
  const options = { inputBytes, maxResultBytes, memoryMb, readsPerSecond: AWS_FACTS.objectReadsPerSecond };
  return { ...predicted, assumptions: assumptionsOf(profile, options), warnings: warningsOf(profile, predicted.stages, options) };
}

/** What the scheduler says when a job fails is the prediction. */
function wouldFail(cause: unknown): never {
  const message = `levin simulate: at this size the job would fail: ${cause instanceof Error ? cause.message : String(cause)}`;
  throw new LevinError({ code: 'WOULD_FAIL', fault: 'resource', message });
}

/** Settings that decide how a job is planned and scheduled; those of the profiled run, unless `--conf` says otherwise. */
const PLANNING = [
  'defaultParallelism',
  'maxPartitionBytes',
  'maxTaskFailures',
  'maxStageAttempts',
  'taskTimeoutMs',
  'speculation',
  'speculationQuantile',
  'speculationMultiplier',
  'speculationMinTaskRuntimeMs',
  'speculationIntervalMs',
] as const satisfies readonly (keyof LevinConfig)[];

function settings(profile: RunProfile, { conf }: SimulateArguments): { readonly config: ConfigInput; readonly maxResultBytes: number } {
  const kept = Object.entries(profile.conf).filter(([key, value]) => value !== null && (PLANNING as readonly string[]).includes(key));
  const { config } = loadConfig([
    { name: 'flag', values: conf },
    { name: 'event log', values: Object.fromEntries(kept) },
  ]);
  const picked = PLANNING.flatMap((key) => (config[key] === null ? [] : [[key, config[key]]]));
  return { config: Object.fromEntries(picked) as ConfigInput, maxResultBytes: config.maxResultBytes };
}
