import { unpack } from 'msgpackr';
import { createMemoryScratch } from '../engine/adapters/memory/memory-scratch.ts';
import type { TaskTemplate } from '../engine/plan/stage-plan.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { RemoteStores } from '../engine/ports/wrappers/remote-stores.ts';
import { createElection } from '../engine/runtime/election.ts';
import { ownDelivery } from '../engine/runtime/own-delivery.ts';
import { runTask } from '../engine/runtime/run-task.ts';
import { cancelledFailure, failureOf } from '../engine/runtime/worker/task-failure.ts';
import { objectKeys } from '../engine/types/keys.ts';
import type { TaskMetrics, TaskOutcome, TaskSpec } from '../engine/types/task.ts';
import { type CreateExchangeOptions, createExchange } from '../shuffle/exchange.ts';
import type { CostModel } from './facts.ts';
import { outOfMemory, plannedMemory, type RunsOut } from './function-memory.ts';
import type { FunctionTable } from './function-table.ts';
import { connectRemote } from './remote-stores.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

/** Other than those of the product: small blocks and little memory make small data meet what large data does. */
export interface TaskSettings {
  /** Memory that the operations of a task may hold before they spill. */
  readonly executionBytes?: number;
  readonly shuffle?: Omit<CreateExchangeOptions, 'objects' | 'prepare'>;
}

export interface EnvironmentOptions {
  readonly world: SimWorld;
  readonly process: SimProcess;
  /** Tells its randomness from that of others in the same process. */
  readonly name: string;
  readonly functions: FunctionTable;
  readonly memorySizeMb: number;
  readonly runsOut: RunsOut;
  readonly settings?: TaskSettings | undefined;
  /** Of one vCPU. */
  readonly speed: number;
  /** Environments that die when this one crashes. Default: none but itself. */
  readonly sharers?: () => readonly Environment[];
}

/** Where tasks run: a Lambda environment, or an executor. */
export interface Environment {
  readonly process: SimProcess;
  /** What it runs, or ran last; empty: nothing yet. */
  readonly task: () => string;
  /** Computes right now, rather than waiting or standing still. Default: it does not. */
  readonly computes?: () => boolean;
  /** Runs an attempt for real and commits it; what it computes takes the time that the cost model says. */
  run(spec: TaskSpec, signal: AbortSignal): Promise<TaskOutcome>;
}

const SCRATCH_BYTES = 512 * 1024 * 1024;
/** The fourth failure of a task ends its job. */
const MAX_CRASHES_OF_A_TASK = 3;

export function createEnvironment(options: EnvironmentOptions): Environment {
  const { world, process, name, functions, memorySizeMb, sharers } = options;
  const { clock } = process;
  const { executionBytes, shuffle } = options.settings ?? {};
  const planned = plannedMemory(memorySizeMb);
  const memory = executionBytes === undefined ? planned : { ...planned, executionBytes, readAheadBytes: executionBytes / 8 };
  let task = '';
  let computesUntilMs = Number.NEGATIVE_INFINITY;
  const crashLimits = (): readonly { readonly scope: string; readonly most: number }[] =>
    sharers === undefined ? [crashLimit(task)] : sharers().map((env) => crashLimit(env.task()));
  const { random, open } = connectRemote({ world, process, name, crashLimits });
  const templates = new Map<string, TaskTemplate>();

  const templateOf = async ({ appId, template }: TaskSpec, objects: ObjectStore): Promise<TaskTemplate> => {
    const known = templates.get(template.hash);
    if (known !== undefined) return known;
    const made = unpack(template.inline ?? (await objects.get(objectKeys.template(appId, template.hash)))) as TaskTemplate;
    templates.set(template.hash, made);
    return made;
  };
  const compute = async (ms: number, signal: AbortSignal): Promise<void> => {
    computesUntilMs = clock.monotonic() + ms;
    await clock.sleep(ms, { signal });
  };
  const attempt = async (delivered: TaskSpec, stores: RemoteStores, signal: AbortSignal): Promise<TaskOutcome> => {
    const spec = ownDelivery(delivered, random);
    task = taskOf(spec);
    const scratch = createMemoryScratch({ limitBytes: SCRATCH_BYTES });
    const { objects, files, staged, metadata } = stores;
    const exchange = createExchange({ objects, ...shuffle });
    try {
      signal.throwIfAborted();
      const template = await templateOf(spec, objects);
      if (world.plan.strikes('taskError', `${task} ${delivered.attemptId}`, [crashLimit(task)])) throw new Error('a call was not answered');
      const closures = functions.functionsOf(template.closures);
      const deps = { objects, files, staged, exchange, clock, random, scratch, memory, closures, signal, residentBytes: noMemory };
      const prepared = await runTask(spec, template, deps);
      const ms = computingMs(prepared.metrics, world.costs) / options.speed;
      const runsOut = options.runsOut(spec, prepared.metrics, memorySizeMb);
      await compute(runsOut ? ms / 2 : ms, signal);
      if (runsOut) return { kind: 'failure', failure: outOfMemory(spec, memorySizeMb) };
      const election = createElection({ metadata, readOffsets: exchange.readOffsets, staged: () => staged, onWarning: noWarning });
      return await election.commit(spec, prepared);
    } catch (error) {
      return { kind: 'failure', failure: signal.aborted ? cancelledFailure(spec) : failureOf(error) };
    } finally {
      scratch.dropAll();
    }
  };
  return {
    process,
    task: () => task,
    computes: () => clock.monotonic() < computesUntilMs,
    async run(delivered, signal) {
      const { stores, usage } = open();
      const outcome = await attempt(delivered, stores, signal);
      return { ...outcome, requests: usage() };
    },
  };
}

/** What could not be taken away is found by whoever looks at the world in the end. */
const noWarning = (): void => undefined;

/** That of this real process would differ from run to run. */
const noMemory = (): number => 0;

/** Counts what one task is made to fail by. */
export function crashLimit(task: string): { readonly scope: string; readonly most: number } {
  return { scope: `crashes of ${task}`, most: MAX_CRASHES_OF_A_TASK };
}

export function taskOf({ stageId, partition }: TaskSpec): string {
  return `${stageId}/${partition}`;
}

function computingMs(metrics: TaskMetrics, { nsPerRecord, nsPerByte }: CostModel): number {
  const records = metrics.recordsRead + metrics.recordsWritten + metrics.shuffleRecordsRead + metrics.shuffleRecordsWritten;
  const bytes = metrics.bytesRead + metrics.bytesWritten + metrics.shuffleBytesRead + metrics.shuffleBytesWritten;
  return (records * nsPerRecord + bytes * nsPerByte) / 1e6;
}
