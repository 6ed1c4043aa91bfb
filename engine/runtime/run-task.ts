import type { TaskTemplate } from '../plan/stage-plan.ts';
import type { TaskAccumulators } from '../types/accumulator.ts';
import type { BarrierGang, TaskOutput, TaskSpec } from '../types/task.ts';
import { createBadRecords } from './bad-records.ts';
import { shareMemory } from './blocks/unified-memory.ts';
import { discardOutput } from './discard-output.ts';
import { runSink } from './sinks/run-sink.ts';
import { memoryShare } from './spill/memory-share.ts';
import { createSpillSpace } from './spill/spill-space.ts';
import { createTaskAccumulators, placeDeltas } from './task-accumulators.ts';
import { newCounters, type TaskContext, type TaskDeps } from './task-context.ts';
import { storeSide } from './task-side.ts';
import { openBarrier } from './worker/barrier-rounds.ts';
import { runWithListeners } from './worker/run-with-listeners.ts';
import { secretsOf } from './worker/task-secrets.ts';
import type { PreparedOutput } from './worker/worker-protocol.ts';

export type { TaskDeps } from './task-context.ts';
export type { UserFunction } from './user-function.ts';

/**
 * Computes one partition of a stage and writes what its sink says, under names of this attempt alone. Nothing is committed here.
 *
 * ```
 *   spec.inputs ─▶ sources ─▶ fused loops (record-path) ─▶ sink ─▶ prepared output
 * ```
 * Its code is the current task (`currentTask`) while it runs.
 * Rejects with `USER_ERROR` (cause: what the user's function threw), another LevinError, or the signal's reason.
 */
export async function runTask(spec: TaskSpec, template: TaskTemplate, deps: TaskDeps): Promise<PreparedOutput> {
  let written: TaskOutput | null = null;
  const onWritten = (output: TaskOutput): void => {
    written = output;
  };
  const { signal } = deps;
  const { barrier: gang } = spec;
  const accumulators = createTaskAccumulators(spec, template.accumulators ?? []);
  const compute = (): Promise<PreparedOutput> => computePartition({ spec, template, deps, onWritten });
  try {
    const prepared =
      gang === undefined
        ? await runWithListeners({ spec, signal, accumulators, barrier: null, secret: secretsOf(deps) }, compute)
        : await runTogether({ spec, signal, accumulators, barrier: gang }, deps, compute);
    return await withSide(spec, prepared, { added: accumulators.end(), deps });
  } catch (error) {
    accumulators.end();
    if (written !== null) await discardOutput(deps.staged, written);
    throw error;
  }
}

interface GangTask {
  readonly spec: TaskSpec;
  readonly signal: AbortSignal;
  readonly accumulators: TaskAccumulators;
  readonly barrier: BarrierGang;
}

async function runTogether<R>({ barrier: gang, ...task }: GangTask, deps: TaskDeps, work: () => Promise<R>): Promise<R> {
  const barrier = await openBarrier({ ...task.spec, barrier: gang }, deps);
  const made = await runWithListeners({ ...task, barrier, secret: secretsOf(deps) }, work);
  await barrier.end();
  return made;
}

/** What the task has added and stored beside its output goes with that. */
async function withSide(
  spec: TaskSpec,
  prepared: PreparedOutput,
  { added, deps }: { readonly added: Uint8Array | undefined; readonly deps: TaskDeps },
): Promise<PreparedOutput> {
  if (added === undefined && prepared.side === undefined) return prepared;
  const accumulators = added === undefined ? {} : { accumulators: await placeDeltas(spec, added, deps) };
  const whole = { ...prepared, side: { ...prepared.side, ...accumulators } };
  await storeSide(spec, whole, deps);
  return whole;
}

interface Computation {
  readonly spec: TaskSpec;
  readonly template: TaskTemplate;
  readonly deps: TaskDeps;
  /** The output is there, though the task may still fail. */
  readonly onWritten: (output: TaskOutput) => void;
}

async function computePartition({ spec, template, deps, onWritten }: Computation): Promise<PreparedOutput> {
  const start = deps.clock.monotonic();
  const startCpuMs = deps.cpuMs?.();
  const counters = newCounters();
  const { scratch, memory, residentBytes = () => process.memoryUsage.rss() } = deps;
  const badRecords = createBadRecords(spec, deps.signal);
  const executionBytes = beginBlocks(spec, template, deps);
  const task: TaskContext = {
    spec,
    plan: template.plan,
    infos: template.closureInfos,
    deps,
    counters,
    place: { stageNumber: spec.stageNumber, partition: spec.partition },
    spill: createSpillSpace({
      scratch,
      memory,
      counters,
      residentBytes,
      shareBytes: memoryShare(template.plan, { executionBytes }),
      giveUp: () => deps.blocks?.evictSome() === true,
    }),
    badRecords,
    storedBlocks: [],
  };
  const output = await runSink(task).finally(() => deps.blocks?.end());
  onWritten(output);
  await badRecords?.store(deps.objects);
  const runMs = deps.clock.monotonic() - start;
  const cpu = startCpuMs === undefined || deps.cpuMs === undefined ? {} : { cpuMs: deps.cpuMs() - startCpuMs };
  const blocks = deps.blocks?.report() ?? null;
  return {
    output,
    ...(blocks === null ? {} : { blocks }),
    ...(task.storedBlocks.length === 0 ? {} : { side: { blocks: task.storedBlocks } }),
    metrics: { ...task.counters, badRecords: badRecords?.count() ?? 0, runMs, peakRssBytes: residentBytes(), ...cpu },
  };
}

/** Makes room in what is kept for the task; gives what its operators may hold. */
function beginBlocks({ appId }: TaskSpec, { plan }: TaskTemplate, { blocks, memory }: TaskDeps): number {
  if (blocks === undefined) return memory.executionBytes;
  const { executionBytes, storageBytes } = shareMemory(plan, memory.executionBytes, blocks);
  blocks.begin(appId, storageBytes);
  return executionBytes;
}
