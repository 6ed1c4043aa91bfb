import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { TaskRunner } from '../../engine/ports/task-runner.ts';
import type { PreferredPlaces } from '../../engine/types/block-report.ts';
import type { TaskInput } from '../../engine/types/task.ts';
import type { TaskSide } from '../../engine/types/task-side.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { StageDraft } from '../planner/stage-draft.ts';
import { type CachedBlock, cachedBlocks } from '../planner/task-inputs.ts';
import { type BlockRegistry, createBlockRegistry, type StorageFacts } from './block-registry.ts';
import { createPersistedRdds, type PersistedRdds } from './persisted-rdds.ts';
import { createStoredBlocks } from './stored-blocks.ts';

/** What an application has persisted, and where it is. */
export interface Storage {
  readonly rdds: Omit<PersistedRdds, 'unpersist'>;
  readonly report: BlockRegistry['report'];
  /** An attempt took its executor along. */
  executorLost(executorId: string): void;
  /** Where a task of the stage finds what it would have to compute elsewhere. */
  placesFor(draft: StageDraft, partition: number): PreferredPlaces | null;
  /** The objects that hold what it would have to compute. */
  inputsFor(draft: StageDraft, partition: number): readonly TaskInput[];
  /** A task has committed this. */
  noteSide(side: TaskSide): void;
  factsOf(rdd: number): StorageFacts;
  unpersist(node: LineageNode): void;
  /** Something came out differently when it ran again: what was computed of the first must not stand beside what is computed of the second. */
  forgetAll(): void;
}

export interface StorageOptions {
  readonly runner: Pick<TaskRunner, 'capabilities' | 'dropBlocks'>;
  readonly objects: Pick<ObjectStore, 'deleteMany'>;
}

export function createStorage({ runner, objects }: StorageOptions): Storage {
  const rdds = createPersistedRdds(runner.capabilities.keepsBlocks === true);
  const kept = createBlockRegistry();
  const stored = createStoredBlocks();
  const blocksOf = new WeakMap<StageDraft, (partition: number) => readonly CachedBlock[]>();

  const wantedBy = (draft: StageDraft, partition: number): readonly CachedBlock[] => {
    let read = blocksOf.get(draft);
    if (read === undefined) {
      read = cachedBlocks(draft.plan);
      blocksOf.set(draft, read);
    }
    return read(partition);
  };
  return {
    rdds,
    // Where no worker stays, what one keeps is a cache of objects that nobody else can ask for.
    report: runner.capabilities.keepsBlocks === true ? kept.report : () => undefined,
    executorLost(executorId) {
      if (runner.capabilities.addressable) kept.lost(executorId);
    },
    placesFor(draft, partition) {
      const wanted = wantedBy(draft, partition);
      return wanted.length === 0 ? null : kept.placesOf(wanted);
    },
    inputsFor: (draft, partition) =>
      wantedBy(draft, partition).flatMap(({ leaf, at, partition: p }): readonly TaskInput[] => {
        const found = at.stored === null ? null : stored.find({ rdd: at.rdd, partition: p, print: at.print });
        return found === null ? [] : [{ leaf, partition: p, input: { kind: 'block', key: found.key, length: found.length } }];
      }),
    noteSide: ({ blocks }) => stored.note(blocks ?? []),
    factsOf(rdd) {
      const { partitions, memoryBytes, diskBytes } = kept.factsOf(rdd);
      const objectsOf = stored.factsOf(rdd);
      return { partitions: [...new Set([...partitions, ...objectsOf.partitions])], memoryBytes, diskBytes: diskBytes + objectsOf.bytes };
    },
    unpersist(node) {
      const persisted = rdds.unpersist(node);
      if (persisted === null) return;
      kept.drop(persisted.rdd);
      runner.dropBlocks?.([persisted.rdd], true);
      const keys = stored.drop(persisted.rdd);
      // What cannot be deleted now goes with the application.
      if (keys.length > 0) objects.deleteMany(keys).catch(() => undefined);
    },
    forgetAll() {
      const all = rdds.all().map(({ rdd }) => rdd);
      for (const rdd of all) {
        kept.drop(rdd);
        stored.drop(rdd);
      }
      if (all.length > 0) runner.dropBlocks?.(all, false);
    },
  };
}
