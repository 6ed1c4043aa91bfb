import { unpack } from 'msgpackr';
import type { ScaledRun, ScaledStage } from '../driver/whatif/scaled-run.ts';
import type { TaskTemplate } from '../engine/plan/stage-plan.ts';
import { commitAttempt } from '../engine/runtime/commit.ts';
import { cancelledFailure, failureOf } from '../engine/runtime/worker/task-failure.ts';
import { objectKeys } from '../engine/types/keys.ts';
import type { TaskSpec } from '../engine/types/task.ts';
import { createExchange } from '../shuffle/exchange.ts';
import { type Environment, type EnvironmentOptions, taskOf } from './environment.ts';
import { connectRemote } from './remote-stores.ts';
import { requestGroup } from './request-groups.ts';
import { type Bandwidth, createBandwidth } from './request-rates.ts';
import type { StageMeter } from './stage-meter.ts';
import { stageOfTask } from './stage-nodes.ts';
import { filledReducers, isObject, type MapSide, metricsOf, type SyntheticTask, syntheticTask } from './synthetic-task.ts';

export interface SyntheticTasksOptions {
  readonly run: ScaledRun;
  readonly meter: StageMeter;
}

/** Requests of one reader of a shuffle at once, as the exchange makes them. */
const SHUFFLE_READS_AT_ONCE = 16;
const MB_PER_GB = 1024;
/** A part file is begun, written and published. */
const PUTS_OF_A_FILE = 3;

/** Makes environments whose tasks move and compute nothing, and take the time and make the requests that a profile says. */
export function syntheticEnvironments({ run, meter }: SyntheticTasksOptions): (options: EnvironmentOptions) => Environment {
  const stages = new Map(run.stages.map((stage) => [stage.stage, stage]));
  const mapSides = new Map<number, MapSide>();
  let shared: { readonly reads: Bandwidth; readonly inputs: Bandwidth; readonly writes: Bandwidth } | null = null;

  return ({ world, process, name, speed, memorySizeMb }) => {
    const { facts } = world;
    const { clock } = process;
    const rate = (perSecond: number): Bandwidth => createBandwidth({ burstBytes: perSecond, bytesPerSecond: perSecond });
    // The input is in a bucket of its own.
    shared ??= {
      reads: rate(facts.objectReadsPerSecond),
      inputs: rate(facts.objectReadsPerSecond),
      writes: rate(facts.objectWritesPerSecond),
    };
    const services = shared;
    const { metadata, objects } = connectRemote({ world, process, name, crashLimits: () => [] }).open().stores;
    const { readOffsets } = createExchange({ objects });
    const { next } = world.random(`requests of ${name}`);
    const [received, sent] = [createBandwidth(facts), createBandwidth(facts)];
    const templates = new Map<string, TaskTemplate>();
    let task = '';
    let computesUntilMs = 0;
    // The first attempt pays for the start of its environment.
    let unpaidMs = clock.monotonic();

    const templateOf = async ({ appId, template }: TaskSpec): Promise<TaskTemplate> => {
      const known = templates.get(template.hash);
      if (known !== undefined) return known;
      const made = unpack(template.inline ?? (await objects.get(objectKeys.template(appId, template.hash)))) as TaskTemplate;
      templates.set(template.hash, made);
      return made;
    };
    const readAndCompute = async (stage: ScaledStage, todo: SyntheticTask): Promise<void> => {
      const common = { clock, latency: facts.objectReadMs, next, network: received };
      const computeMs = todo.computeMs / speed;
      computesUntilMs = clock.monotonic() + computeMs;
      const computing = clock.sleep(computeMs);
      await requestGroup({ ...common, count: todo.fileReads, bytes: todo.fileBytes, atOnce: 1, rate: services.inputs });
      const shuffle = { count: todo.shuffleReads, bytes: todo.shuffleReadBytes, atOnce: SHUFFLE_READS_AT_ONCE };
      await requestGroup({ ...common, ...shuffle, rate: services.reads });
      await computing;
      meter.requests(stage.stage, { gets: todo.fileReads + todo.shuffleReads });
    };
    const write = async (stage: ScaledStage, { shuffleWriteBytes, writeBytes }: SyntheticTask): Promise<void> => {
      const { kind } = stage.shape.writes;
      const count = kind === 'shuffle' || isObject(stage.shape.writes, writeBytes) ? 1 : kind === 'files' ? PUTS_OF_A_FILE : 0;
      const bytes = shuffleWriteBytes + writeBytes;
      await requestGroup({ clock, latency: facts.objectWriteMs, next, network: sent, count, bytes, atOnce: 1, rate: services.writes });
      meter.requests(stage.stage, { puts: count });
    };
    return {
      process,
      task: () => task,
      computes: () => clock.monotonic() < computesUntilMs,
      async run(spec, signal) {
        task = taskOf(spec);
        const beginMs = world.clock.monotonic();
        try {
          signal.throwIfAborted();
          const template = await templateOf(spec);
          const number = stageOfTask(template.closures);
          const stage = stages.get(number) as ScaledStage;
          meter.enter(process.name, number);
          const sides = stage.shape.reads.flatMap((read) => (read.kind === 'shuffle' ? [mapSides.get(read.stage) as MapSide] : []));
          const todo = syntheticTask({ spec, template, stage, mapSides: sides });
          await readAndCompute(stage, todo);
          await write(stage, todo);
          const { sink } = template.plan;
          if (sink.kind === 'shuffleWrite')
            mapSides.set(number, withMapTask(mapSides.get(number), { spec, todo, reducers: sink.partitioner.numPartitions }));
          const prepared = { output: todo.output, metrics: metricsOf(todo) };
          const outcome = await commitAttempt({ metadata, spec, prepared, readOffsets, discard: nothingStaged });
          const endMs = world.clock.monotonic();
          const paidMs = endMs - beginMs + unpaidMs;
          unpaidMs = 0;
          meter.task(number, { ...todo, beginMs, endMs, gbSeconds: (paidMs / 1000) * (memorySizeMb / MB_PER_GB) });
          return outcome;
        } catch (error) {
          return { kind: 'failure', failure: signal.aborted ? cancelledFailure(spec) : failureOf(error) };
        }
      },
    };
  };
}

/** Its files are requests without content. */
const nothingStaged = async (): Promise<void> => undefined;

interface MapTask {
  readonly spec: TaskSpec;
  readonly todo: SyntheticTask;
  readonly reducers: number;
}

function withMapTask(before: MapSide | undefined, { spec, todo, reducers }: MapTask): MapSide {
  const { shuffleWriteBytes, shuffleWriteRecords } = todo;
  return {
    tasks: spec.partitionCount,
    bytes: (before?.bytes ?? 0) + shuffleWriteBytes,
    filled: filledReducers(shuffleWriteRecords, reducers),
    reducers,
  };
}
