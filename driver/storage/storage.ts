import type { BlockId, PreferredPlaces } from '../../engine/types/block-report.ts';
import type { StageDraft } from '../planner/stage-draft.ts';
import { cachedBlocks } from '../planner/task-inputs.ts';
import { type BlockRegistry, createBlockRegistry } from './block-registry.ts';
import { createPersistedRdds, type PersistedRdds } from './persisted-rdds.ts';

/** What an application has persisted, and where it is. */
export interface Storage {
  readonly rdds: PersistedRdds;
  readonly blocks: BlockRegistry;
  /** Where a task of the stage finds what it would have to compute elsewhere. */
  placesFor(draft: StageDraft, partition: number): PreferredPlaces | null;
}

export function createStorage(): Storage {
  const blocks = createBlockRegistry();
  const blocksOf = new WeakMap<StageDraft, (partition: number) => readonly BlockId[]>();
  return {
    rdds: createPersistedRdds(),
    blocks,
    placesFor(draft, partition) {
      let read = blocksOf.get(draft);
      if (read === undefined) {
        read = cachedBlocks(draft.plan);
        blocksOf.set(draft, read);
      }
      const wanted = read(partition);
      return wanted.length === 0 ? null : blocks.placesOf(wanted);
    },
  };
}
