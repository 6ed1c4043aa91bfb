import { addUsage, costOf, NO_USAGE, PRICES, type Usage } from '../cost/prices.ts';
import type { PredictedRun, StageMeasure } from './predicted-run.ts';
import type { ScaledRun, ScaledStage } from './scaled-run.ts';

/** Over the seeds. */
export interface Spread {
  readonly median: number;
  readonly p95: number;
}

/** What a stage is predicted to take: medians over the seeds, but for the times. */
export interface StagePrediction extends Usage {
  readonly stage: number;
  readonly name: string;
  readonly tasks: number;
  readonly seconds: Spread;
  /** Of single tasks. */
  readonly taskSeconds: { readonly median: number; readonly max: number };
  readonly inputBytes: number;
  readonly shuffleReadBytes: number;
  readonly shuffleWriteBytes: number;
  readonly outputBytes: number;
  readonly dollars: number;
}

export interface Prediction {
  readonly name: string;
  readonly workers: number;
  readonly memoryMb: number;
  readonly seeds: number;
  readonly inputBytes: number;
  readonly profiledBytes: number;
  readonly seconds: Spread;
  readonly dollars: Spread;
  readonly stages: readonly StagePrediction[];
  readonly driver: Usage & { readonly dollars: number };
  readonly total: Usage;
  readonly prices: { readonly region: string; readonly asOf: string };
  readonly assumptions: readonly string[];
  /** What would hurt at this size. */
  readonly warnings: readonly string[];
}

export interface PredictionOptions {
  readonly workers: number;
  readonly memoryMb: number;
}

/** Puts the histories of several seeds together. */
export function predictionOf(
  run: ScaledRun,
  runs: readonly PredictedRun[],
  options: PredictionOptions,
): Omit<Prediction, 'assumptions' | 'warnings'> {
  const stages = run.stages.flatMap((stage) => {
    const measures = runs.flatMap(({ stages: measured }) => measured.get(stage.stage) ?? []);
    return measures.length === 0 ? [] : [stagePrediction(stage, measures)];
  });
  const driver = medianUsage(runs.map((each) => each.driver));
  const dollars = runs.map((each) => costOf([...each.stages.values()].reduce((sum, { usage }) => addUsage(sum, usage), each.driver)));
  return {
    name: run.name,
    workers: options.workers,
    memoryMb: options.memoryMb,
    seeds: runs.length,
    inputBytes: run.inputBytes,
    profiledBytes: run.profiledBytes,
    seconds: spreadOf(runs.map(({ seconds }) => seconds)),
    dollars: spreadOf(dollars),
    stages,
    driver: { ...driver, dollars: costOf(driver) },
    total: stages.reduce<Usage>((sum, stage) => addUsage(sum, stage), addUsage(NO_USAGE, driver)),
    prices: { region: PRICES.region, asOf: PRICES.asOf },
  };
}

function stagePrediction({ stage, name }: ScaledStage, measures: readonly StageMeasure[]): StagePrediction {
  const medianOf = (of: (measure: StageMeasure) => number): number => spreadOf(measures.map(of)).median;
  const usage = medianUsage(measures.map((each) => each.usage));
  return {
    stage,
    name,
    tasks: medianOf(({ tasks }) => tasks),
    seconds: spreadOf(measures.map(({ seconds }) => seconds)),
    taskSeconds: {
      median: medianOf(({ taskSeconds }) => quantile(taskSeconds, 0.5)),
      max: medianOf(({ taskSeconds }) => taskSeconds.at(-1) ?? 0),
    },
    inputBytes: medianOf(({ fileBytes }) => fileBytes),
    shuffleReadBytes: medianOf(({ shuffleReadBytes }) => shuffleReadBytes),
    shuffleWriteBytes: medianOf(({ shuffleWriteBytes }) => shuffleWriteBytes),
    outputBytes: medianOf(({ writeBytes }) => writeBytes),
    ...usage,
    dollars: costOf(usage),
  };
}

function medianUsage(usages: readonly Usage[]): Usage {
  const medianOf = (of: (usage: Usage) => number): number => spreadOf(usages.map(of)).median;
  return {
    invocations: medianOf((usage) => usage.invocations),
    gbSeconds: medianOf((usage) => usage.gbSeconds),
    puts: medianOf((usage) => usage.puts),
    gets: medianOf((usage) => usage.gets),
    lists: medianOf((usage) => usage.lists),
    itemWrites: medianOf((usage) => usage.itemWrites),
    itemReads: medianOf((usage) => usage.itemReads),
  };
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}

/** The smallest value that is not below this share of them. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)] ?? 0;
}
