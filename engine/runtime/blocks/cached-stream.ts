import { LevinError } from '../../errors/levin-error.ts';
import type { PlanNode } from '../../plan/stage-plan.ts';
import type { BlockId } from '../../types/block-report.ts';
import type { StorageLevel } from '../../types/storage-level.ts';
import { createPace } from '../pace.ts';
import { type Batch, computedStream, concatStreams, MAX_BATCH, type RecordStream } from '../record-path/record-stream.ts';
import type { TaskContext } from '../task-context.ts';
import { type BlockData, blockStream } from './block-data.ts';
import type { BlockStore } from './block-store.ts';
import { fillBlock } from './fill-block.ts';
import { readStoredBlock, type StoringBlock, storeBlock } from './stored-block.ts';

type Cached = Extract<PlanNode, { kind: 'cached' }>;

export interface CachedStreamOptions {
  /** Of the plan. */
  readonly node: number;
  readonly partition: number;
  /** Opens the partition that is persisted, to be computed. */
  readonly open: () => RecordStream;
}

/**
 * The records of a partition of a persisted RDD: Spark's `getOrElseUpdate`.
 * ```
 *   kept by this worker? ──yes──▶ its records
 *     └──no──▶ an object? ──yes──▶ read it      ─┐
 *                └──no──▶ compute the partition ─┴▶ keep it (and store it) ──▶ its records
 *                                                    └── it does not fit ──▶ what was read, then the rest as it comes
 * ```
 */
export function cachedStream(at: Cached, task: TaskContext, options: CachedStreamOptions): RecordStream {
  const { blocks } = task.deps;
  const { partition, open } = options;
  if (blocks === undefined) return open();
  const id: BlockId = { rdd: at.rdd, partition };
  const stored = storedKey(task, options);
  const found = blocks.find(id, at.stored === 'only' ? stored : at.print);
  if (found !== null) return keptStream(found, blocks, id);
  const compute = (): Promise<RecordStream> => computeBlock(task, { at, id, blocks, open });
  if (stored !== null) {
    return computedStream(async () => {
      const read = await readStoredBlock(task, stored);
      if (read === null) return await compute();
      blocks.foundElsewhere();
      return await keepBlock(task, { at, id, blocks, tag: at.stored === 'only' ? stored : at.print, from: read, storing: null });
    });
  }
  return blocks.isDropped(id) ? open() : computedStream(compute);
}

/** The object that the task was told of. */
function storedKey({ spec }: TaskContext, { node, partition }: CachedStreamOptions): string | null {
  const input = spec.inputs.find((each) => each.leaf === node && each.partition === partition)?.input;
  return input?.kind === 'block' ? input.key : null;
}

interface Computation {
  readonly at: Cached;
  readonly id: BlockId;
  readonly blocks: BlockStore;
  readonly open: () => RecordStream;
}

async function computeBlock(task: TaskContext, { at, id, blocks, open }: Computation): Promise<RecordStream> {
  blocks.missed();
  const storing = at.stored === null ? null : storeBlock(task, at, id.partition);
  return await keepBlock(task, { at, id, blocks, tag: at.print, from: open(), storing });
}

interface Keeping extends Omit<Computation, 'open'> {
  /** What the kept block is known by; where only objects count, the key of the one that is stored of it. */
  readonly tag: string;
  readonly from: RecordStream;
  readonly storing: StoringBlock | null;
}

/** The whole partition at once, also where few of its records are asked for: what is begun twice costs more than what is finished. */
async function keepBlock(task: TaskContext, { at, id, blocks, tag, from, storing }: Keeping): Promise<RecordStream> {
  const { deps, spill } = task;
  const onlyStored = at.stored === 'only';
  const rest = (): RecordStream => (storing === null ? from : storingStream(from, storing));
  const level = levelIn(task, at);
  if (!level.useMemory && !level.useDisk) return rest();
  const fill = fillBlock(blocks, id, { level, runsShort: () => spill.mustSpill(0) !== null });
  const streams = (parts: readonly BlockData[]) => parts.map((data) => () => keptStream(data, blocks, id));
  const pace = createPace(deps.clock);
  try {
    for (;;) {
      deps.signal.throwIfAborted();
      const next = from.pull(MAX_BATCH);
      const batch: Batch | null = next instanceof Promise ? await next : next;
      if (batch === null) break;
      storing?.add(batch);
      if (!fill.add(batch)) return concatStreams([...streams(fill.taken()), rest]);
      const breath = pace.ran();
      if (breath !== null) await breath;
    }
    const key = (await storing?.finish()) ?? null;
    const [only, ...more] = streams(fill.finish(onlyStored ? (key ?? tag) : tag)) as [() => RecordStream, ...(() => RecordStream)[]];
    return more.length === 0 ? only() : concatStreams([only, ...more]);
  } catch (error) {
    await from.close().catch(() => undefined);
    throw error;
  }
}

/** Where the worker may keep it: what an environment has on disk is gone with the attempt, and where memory ran out before, none of it is filled again. */
function levelIn({ spec }: TaskContext, { level, stored }: Cached): StorageLevel {
  const here = stored === 'only' ? { ...level, useMemory: true, useDisk: false } : level;
  return spec.keepsNothing === true ? { ...here, useMemory: false } : here;
}

/** What is too large for memory is stored as it passes, when all of it does. */
function storingStream(from: RecordStream, storing: StoringBlock): RecordStream {
  const passed = async (next: Batch | null | Promise<Batch | null>): Promise<Batch | null> => {
    const batch = await next;
    if (batch === null) await storing.finish();
    else storing.add(batch);
    return batch;
  };
  return { ...from, pull: (max) => passed(from.pull(max)) };
}

/** A block that cannot be read is forgotten, so that the next attempt computes it. */
function keptStream(data: BlockData, blocks: BlockStore, id: BlockId): RecordStream {
  const stream = blockStream(data, blocks.scratch);
  if (data.kind === 'records') return stream;
  return {
    ...stream,
    pull(max) {
      try {
        return stream.pull(max);
      } catch (cause) {
        blocks.forget(id);
        throw damaged(id, cause);
      }
    },
  };
}

function damaged({ rdd, partition }: BlockId, cause: unknown): LevinError {
  return new LevinError({
    code: 'CACHED_BLOCK_LOST',
    fault: 'transient',
    message: `The kept block of partition ${partition} of persisted RDD ${rdd} is lost or damaged: ${(cause as Error).message} It is computed again by the next attempt. Something deletes or changes files in the temporary folder (localDir).`,
    details: { rdd, partition },
    cause,
  });
}
