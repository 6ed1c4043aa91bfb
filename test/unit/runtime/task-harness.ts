import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../../engine/adapters/memory/memory-staged-files.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import type { ClosureInfo, PlanNode, Sink, StagePlan } from '../../../engine/plan/stage-plan.ts';
import type { Clock } from '../../../engine/ports/clock.ts';
import type { Exchange } from '../../../engine/ports/exchange.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import type { Scratch } from '../../../engine/ports/scratch.ts';
import { decodeBlock, encodeBlock } from '../../../engine/records/block.ts';
import { runTask, type TaskDeps, type UserFunction } from '../../../engine/runtime/run-task.ts';
import type { TaskInput, TaskMetrics, TaskOutput, TaskSpec } from '../../../engine/types/task.ts';
import type { TaskMemory } from '../../../engine/types/task-memory.ts';
import { AMPLE_MEMORY, memoryScratch } from '../../support/task-memory.ts';

/** Real time: nothing here sleeps, the pace of the loops only looks at it and lets the thread's messages in. */
const clock: Clock = {
  now: () => 0,
  monotonic: () => performance.now(),
  sleep: async () => undefined,
  turn: () => new Promise((resolve) => void setImmediate(resolve)),
};

const noExchange: Exchange = {
  openWriter: () => {
    throw new Error('this test has no exchange');
  },
  read: () => {
    throw new Error('this test has no exchange');
  },
  readOffsets: async () => [],
};

export interface Job {
  readonly nodes: readonly PlanNode[];
  readonly sink?: Sink;
  readonly functions?: readonly unknown[];
  /** `operation at site` of each function; default `fn0 at job.ts:1`. */
  readonly infos?: readonly ClosureInfo[];
  readonly inputs?: readonly TaskInput[];
  readonly objects?: ObjectStore;
  readonly files?: ObjectStore;
  readonly exchange?: Exchange;
  readonly signal?: AbortSignal;
  readonly scratch?: Scratch;
  readonly memory?: TaskMemory;
  readonly bounds?: Uint8Array;
  readonly maxBadRecords?: number;
}

export interface Ran {
  readonly output: TaskOutput;
  readonly metrics: TaskMetrics;
  /** The result block, decoded. */
  readonly records: readonly unknown[];
}

export async function runPartition(job: Job, partition = 0): Promise<Ran> {
  const { nodes, sink = { kind: 'collect' }, functions = [], objects = createMemoryObjectStore() } = job;
  const plan: StagePlan = { nodes, sink, numPartitions: 1 };
  const infos = job.infos ?? functions.map((_, i) => ({ operation: `fn${i}`, site: `job.ts:${i + 1}` }));
  const spec = specOf(partition, job);
  const files = job.files ?? createMemoryObjectStore();
  const deps: TaskDeps = {
    closures: functions as readonly UserFunction[],
    objects,
    files,
    staged: createMemoryStagedFiles(files),
    exchange: job.exchange ?? noExchange,
    clock,
    random: createSeededRandom('test'),
    signal: job.signal ?? new AbortController().signal,
    scratch: job.scratch ?? memoryScratch(),
    memory: job.memory ?? AMPLE_MEMORY,
  };
  const template = { version: 1, appId: 'app', plan, closures: [], closureInfos: infos } as const;
  const { output, metrics } = await runTask(spec, template, deps);
  // As the driver does when the attempt has won.
  if (output.kind === 'file') await deps.staged.publish(output.path.replace(/^\/+/, ''));
  return { output, metrics, records: await recordsOf(output, objects) };
}

/** Runs over records that stand in the object store in the given partitions; node 0 is their leaf. */
export async function runOver(partitions: readonly (readonly unknown[])[], job: Job, partition = 0): Promise<Ran> {
  const { objects = createMemoryObjectStore() } = job;
  const { inputs } = await storeSlices(objects, partitions);
  const leaf: PlanNode = { kind: 'slices', numPartitions: partitions.length };
  return await runPartition({ ...job, nodes: [leaf, ...job.nodes], objects, inputs }, partition);
}

/** Chain of narrow ops over node 0. */
export function chain(...ops: readonly Extract<PlanNode, { kind: 'narrow' }>['op'][]): PlanNode[] {
  return ops.map((op, i) => ({ kind: 'narrow', parent: i, op }));
}

export async function storeSlices(
  objects: ObjectStore,
  partitions: readonly (readonly unknown[])[],
  leaf = 0,
): Promise<{ readonly inputs: TaskInput[] }> {
  const blocks = partitions.map((records) => encodeBlock(records));
  const key = `data-${leaf}`;
  await objects.put(key, Buffer.concat(blocks));
  let offset = 0;
  const inputs = blocks.map((block, partition): TaskInput => {
    const range = { key, offset, length: block.length };
    offset += block.length;
    return { leaf, partition, input: { kind: 'slice', range } };
  });
  return { inputs };
}

async function recordsOf(output: TaskOutput, objects: ObjectStore): Promise<readonly unknown[]> {
  if (output.kind === 'inline') return decodeBlock(output.block);
  if (output.kind === 'object') return decodeBlock(await objects.get(output.key));
  return [];
}

function specOf(partition: number, job: Job): TaskSpec {
  return {
    appId: 'app',
    stageId: 'stage-a',
    stageNumber: 7,
    partition,
    partitionCount: 1,
    generation: 0,
    attempt: 0,
    attemptId: 'attempt1',
    template: { hash: '', inline: null },
    bundleHash: null,
    inputs: job.inputs ?? [],
    bounds: job.bounds ?? null,
    maxMs: null,
    ...(job.maxBadRecords === undefined ? {} : { maxBadRecords: job.maxBadRecords }),
  };
}
