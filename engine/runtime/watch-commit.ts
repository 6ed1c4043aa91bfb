import type { Clock } from '../ports/clock.ts';
import type { MetadataStore } from '../ports/metadata-store.ts';
import { metadataKeys } from '../types/keys.ts';
import { type CommitRecord, type CommitTask, decodeCommitItem } from './commit-item.ts';

/** How often a commit is looked for: soon at first, for most attempts have little left to do. */
const FIRST_LOOK_MS = 250;
const LAST_LOOK_MS = 8000;

export interface WatchCommit {
  readonly metadata: MetadataStore;
  readonly clock: Clock;
  readonly task: CommitTask & { readonly generation: number };
  /** The last look is at this time of the monotonic clock, or at once. */
  readonly endMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits for what becomes of a task whose attempt cannot be asked: whoever ran it tells by its commit.
 * Gives the item as soon as it has decided about the generation, for a winner or for a later one; null when it has not until the end.
 */
export async function watchCommit({ metadata, clock, task, endMs, signal }: WatchCommit): Promise<CommitRecord | null> {
  const key = metadataKeys.commit(task.appId, task.stageId, task.partition);
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, LAST_LOOK_MS)) {
    const item = await metadata.get(key, { signal });
    const record = item === null ? null : decodeCommitItem(task, item);
    if (record !== null && (record.winner !== null || record.generation > task.generation)) return record;
    const leftMs = endMs - clock.monotonic();
    if (leftMs <= 0) return null;
    await clock.sleep(Math.min(waitMs, leftMs), { signal });
  }
}
