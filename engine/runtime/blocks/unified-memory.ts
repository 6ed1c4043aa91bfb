import type { StagePlan } from '../../plan/stage-plan.ts';
import { holdsData } from '../spill/memory-share.ts';
import type { BlockStore } from './block-store.ts';

export interface SharedMemory {
  /** What the operators of the task may hold together. */
  readonly executionBytes: number;
  /** What kept blocks may take while it runs. */
  readonly storageBytes: number;
}

/**
 * Divides a worker's memory between the task that begins and the blocks that are kept: Spark's unified rule, as facts at the task's start.
 * ```
 *   M   │ execution: M − R, or all that is left when fewer blocks are kept │ R: blocks that stay │
 *   no operator of the task holds data:  │                    blocks: M                         │
 * ```
 * A task that may keep blocks itself leaves them R, though nothing is kept yet.
 */
export function shareMemory(plan: StagePlan, totalBytes: number, kept: Pick<BlockStore, 'usedBytes' | 'protectedBytes'>): SharedMemory {
  if (!holdsData(plan)) return { executionBytes: totalBytes, storageBytes: totalBytes };
  const caches = plan.nodes.some(({ kind }) => kind === 'cached');
  const storageBytes = caches ? kept.protectedBytes : Math.min(kept.usedBytes, kept.protectedBytes);
  return { executionBytes: totalBytes - storageBytes, storageBytes };
}
