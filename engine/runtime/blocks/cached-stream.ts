import { LevinError } from '../../errors/levin-error.ts';
import type { PlanNode } from '../../plan/stage-plan.ts';
import type { BlockId } from '../../types/block-report.ts';
import { createPace } from '../pace.ts';
import { type Batch, computedStream, concatStreams, MAX_BATCH, type RecordStream } from '../record-path/record-stream.ts';
import type { TaskContext } from '../task-context.ts';
import { type BlockData, blockStream } from './block-data.ts';
import type { BlockStore } from './block-store.ts';
import { fillBlock } from './fill-block.ts';

export interface CachedStreamOptions {
  readonly partition: number;
  /** Opens the partition that is persisted, to be computed. */
  readonly open: () => RecordStream;
}

/**
 * The records of a partition of a persisted RDD: Spark's `getOrElseUpdate`.
 * ```
 *   block kept here? ──yes──▶ its records
 *         └──no──▶ compute the whole partition ──▶ keep it ──▶ its records
 *                         └── it does not fit ──▶ what was computed, then the rest as it comes
 * ```
 */
export function cachedStream(at: Extract<PlanNode, { kind: 'cached' }>, task: TaskContext, options: CachedStreamOptions): RecordStream {
  const { blocks } = task.deps;
  const { partition, open } = options;
  if (blocks === undefined) return open();
  const id: BlockId = { rdd: at.rdd, partition };
  const found = blocks.find(id);
  if (found !== null) return keptStream(found, blocks, id);
  if (!blocks.missed(id)) return open();
  return computedStream(() => computeBlock(task, { at, id, blocks, parent: open() }));
}

interface Computation {
  readonly at: Extract<PlanNode, { kind: 'cached' }>;
  readonly id: BlockId;
  readonly blocks: BlockStore;
  readonly parent: RecordStream;
}

/** The whole partition at once, also where few of its records are asked for: what is begun twice costs more than what is finished. */
async function computeBlock({ deps }: TaskContext, { at, id, blocks, parent }: Computation): Promise<RecordStream> {
  const fill = fillBlock(blocks, id, at.level);
  const streams = (parts: readonly BlockData[]) => parts.map((data) => () => keptStream(data, blocks, id));
  const pace = createPace(deps.clock);
  try {
    for (;;) {
      deps.signal.throwIfAborted();
      const next = parent.pull(MAX_BATCH);
      const batch: Batch | null = next instanceof Promise ? await next : next;
      if (batch === null) break;
      if (!fill.add(batch)) return concatStreams([...streams(fill.taken()), () => parent]);
      const breath = pace.ran();
      if (breath !== null) await breath;
    }
    const [only, ...more] = streams(fill.finish()) as [() => RecordStream, ...(() => RecordStream)[]];
    return more.length === 0 ? only() : concatStreams([only, ...more]);
  } catch (error) {
    await parent.close().catch(() => undefined);
    throw error;
  }
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
