import type { Application } from '../driver/application/application.ts';
import type { ConfigInput } from '../driver/config/config-input.ts';
import { loadConfig } from '../driver/config/load-config.ts';
import type { PredictedRun } from '../driver/whatif/predicted-run.ts';
import type { JobProfile } from '../driver/whatif/run-profile.ts';
import type { ScaledFiles, ScaledRun } from '../driver/whatif/scaled-run.ts';
import { LevinError } from '../engine/errors/levin-error.ts';
import { AWS_FACTS, type Facts } from './facts.ts';
import { createFunctionTable } from './function-table.ts';
import { createLambda } from './lambda-runner.ts';
import { openSimApplication } from './sim-driver.ts';
import { createWorld } from './sim-world.ts';
import { sizedFiles } from './sized-files.ts';
import { createStageMeter } from './stage-meter.ts';
import { createStageNodes, type StageNodes } from './stage-nodes.ts';
import { syntheticEnvironments } from './synthetic-environment.ts';

export interface PredictOptions {
  readonly seed: string;
  /** Environments of the account at once. */
  readonly workers: number;
  readonly memoryMb: number;
  readonly config?: ConfigInput;
  readonly facts?: Facts;
}

/**
 * Runs the jobs of a scaled run through the real driver, planner and scheduler on simulated services, in virtual time. Its tasks are synthetic:
 * they take the time and make the requests that the profile says. The same seed gives the same history.
 */
export async function predictRun(run: ScaledRun, options: PredictOptions): Promise<PredictedRun> {
  const { seed, workers, memoryMb, config = {} } = options;
  const facts = { ...(options.facts ?? AWS_FACTS), accountConcurrency: workers };
  const sources = sourcesOf(run);
  const { maxPartitionBytes } = loadConfig([{ name: 'simulator', values: { ...config } }]).config;
  const meter = createStageMeter();
  const world = createWorld({
    seed,
    facts,
    files: sizedFiles(sources, maxPartitionBytes),
    onEffect(effect) {
      meter.effect(effect);
      return undefined;
    },
  });
  const functions = createFunctionTable();
  const environmentOf = syntheticEnvironments({ run, meter });
  const compute = createLambda({ world, functions, workers, memorySizesMb: [memoryMb], environmentOf, onInvoke: () => undefined });
  const process = world.process('driver');
  const drive = async (): Promise<number> => {
    const appId = `app-${world.random('application').uuid()}`;
    const runner = compute.runnerOf(process);
    const app = await openSimApplication({ world, process, appId, resumed: false, config, functions, runner, crashLimits: () => [] });
    await runJobs(app, run, createStageNodes(app, run, sources));
    const endMs = world.clock.monotonic();
    await app.stop();
    return endMs / 1000;
  };
  const seconds = await world.until(drive(), () => neverEnds(run));
  return { seconds, stages: meter.stages(), driver: meter.driver() };
}

/** Every source of files once. */
function sourcesOf({ stages }: ScaledRun): readonly ScaledFiles[] {
  const found = new Map<string, ScaledFiles>();
  for (const { shape } of stages) for (const read of shape.reads) if (read.kind === 'files') found.set(read.path, read);
  return [...found.values()];
}

/** As in the profile: a job begins when those have ended that had ended before it began. */
async function runJobs(app: Application, run: ScaledRun, nodes: StageNodes): Promise<void> {
  const stages = new Map(run.stages.map((stage) => [stage.stage, stage]));
  const ended = new Map<number, Promise<void>>();
  const sampled = new Set<number>();
  const action = async (name: string, stage: number, partitions: number): Promise<void> => {
    const request = { name, node: await nodes.nodeOf(stage), sink: { kind: 'count' }, callSite: null, options: {} } as const;
    const isWhole = partitions === stages.get(stage)?.shape.partitions;
    await app.runAction(request, async ({ numPartitions, run: runPartitions }) => {
      const asked = isWhole ? numPartitions : Math.min(partitions, numPartitions);
      await runPartitions(Array.from({ length: asked }, (_, p) => p));
      return null;
    });
  };
  const job = async ({ action: name, stages: needed, partitions, after }: JobProfile): Promise<void> => {
    for (const earlier of after) await ended.get(earlier);
    // Samples and counts that another stage waits for without reading a shuffle.
    for (const before of needed.flatMap((stage) => stages.get(stage)?.after ?? [])) {
      if (sampled.has(before)) continue;
      sampled.add(before);
      await action(name, before, stages.get(before)?.shape.partitions ?? 1);
    }
    const final = needed.at(-1) as number;
    if (stages.has(final) && !sampled.has(final)) await action(name, final, partitions);
  };
  for (const each of run.jobs) ended.set(each.job, job(each));
  await Promise.all(ended.values());
}

function neverEnds({ name }: ScaledRun): LevinError {
  return new LevinError({
    code: 'NEVER_ENDS',
    fault: 'internal',
    message: `The simulated run of ${name} does not end. Please report this.`,
  });
}
