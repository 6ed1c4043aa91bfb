import type { Clock } from '../ports/clock.ts';
import type { MetadataStore } from '../ports/metadata-store.ts';
import type { TaskOutcome, TaskSpec } from '../types/task.ts';
import { decidedOutcome, type ReadOffsets } from './commit.ts';
import { watchCommit } from './watch-commit.ts';

/** The outcome of an attempt that cannot be asked, as its task's commit tells it until `endMs` of the monotonic clock; null: it tells nothing. */
export type CommittedOutcome = (spec: TaskSpec, endMs: number, signal: AbortSignal) => Promise<TaskOutcome | null>;

export function createCommittedOutcome(options: {
  readonly metadata: MetadataStore;
  readonly readOffsets: ReadOffsets;
  readonly clock: Clock;
}): CommittedOutcome {
  const { metadata, readOffsets, clock } = options;
  return async (spec, endMs, signal) => {
    const record = await watchCommit({ metadata, clock, task: spec, endMs, signal });
    return record === null ? null : await decidedOutcome(record, spec, readOffsets);
  };
}
