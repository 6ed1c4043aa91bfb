import { LevinError } from '../errors/levin-error.ts';
import { itemPages } from '../ports/item-pages.ts';
import type { MetadataItem, MetadataStore } from '../ports/metadata-store.ts';
import { COMMIT_SHARDS, metadataKeys } from '../types/keys.ts';
import type { TaskResult } from '../types/task.ts';
import { type ReadOffsets, resultOf } from './commit.ts';
import { decodeCommitItem } from './commit-item.ts';

export interface ReadCommitted {
  readonly metadata: MetadataStore;
  readonly appId: string;
  readonly stageId: string;
  readonly taskCount: number;
  /** Asked for shuffle outputs whose offsets did not fit into their items. */
  readonly readOffsets: ReadOffsets;
}

export interface CommittedTasks {
  /** Committed results, by partition. */
  readonly results: ReadonlyMap<number, TaskResult>;
  /** Tasks whose output was lost and not made again: the generation their next attempt must have. */
  readonly raised: readonly { readonly partition: number; readonly generation: number }[];
}

/** What is committed of a stage: how a driver finds the work that is done already. Partitions ascend in both answers. */
export async function readCommitted(read: ReadCommitted): Promise<CommittedTasks> {
  const shards = Array.from({ length: Math.min(COMMIT_SHARDS, read.taskCount) }, (_, shard) => readShard(read, shard));
  const entries = (await Promise.all(shards)).flat().sort((a, b) => a.partition - b.partition);
  return {
    results: new Map(entries.flatMap(({ partition, result }) => (result === null ? [] : [[partition, result] as const]))),
    raised: entries.flatMap(({ partition, generation, result }) => (result === null ? [{ partition, generation }] : [])),
  };
}

interface Entry {
  readonly partition: number;
  readonly generation: number;
  readonly result: TaskResult | null;
}

/** One after the other within a shard, so that at most `COMMIT_SHARDS` tails are read at once. */
async function readShard(read: ReadCommitted, shard: number): Promise<readonly Entry[]> {
  const { metadata, appId, stageId } = read;
  const entries: Entry[] = [];
  for await (const items of itemPages(metadata, metadataKeys.commitPartition(appId, stageId, shard)))
    for (const { key, item } of items) entries.push(await entryOf(read, key.sort, item));
  return entries;
}

async function entryOf(read: ReadCommitted, sort: string, item: MetadataItem): Promise<Entry> {
  const { appId, stageId, taskCount } = read;
  const partition = Number(sort);
  if (!(partition < taskCount)) throw foreignTask(read, sort);
  const record = decodeCommitItem({ appId, stageId, partition }, item);
  return { partition, generation: record.generation, result: await resultOf(record, read.readOffsets) };
}

function foreignTask({ stageId, taskCount }: ReadCommitted, sort: string): LevinError {
  return new LevinError({
    code: 'COMMIT_INCONSISTENT',
    fault: 'internal',
    message: `Stage ${stageId} has ${taskCount} tasks, but a commit for partition ${sort} stands in the metadata store. Two stages share one identity.`,
  });
}
