import type { BlockId } from '../../engine/types/block-report.ts';
import type { StoredBlock } from '../../engine/types/stored-block.ts';

/** Partitions of persisted RDDs that are objects of the store, as committed results tell. */
export interface StoredBlocks {
  note(blocks: readonly StoredBlock[]): void;
  /** null: none is known. */
  find(id: BlockId & { readonly print: string }): StoredBlock | null;
  factsOf(rdd: number): { readonly partitions: readonly number[]; readonly bytes: number };
  /** Forgets those of an RDD; gives their keys. */
  drop(rdd: number): readonly string[];
}

export function createStoredBlocks(): StoredBlocks {
  const rdds = new Map<number, Map<number, StoredBlock>>();
  return {
    note(blocks) {
      for (const block of blocks) {
        const partitions = rdds.get(block.rdd) ?? new Map<number, StoredBlock>();
        rdds.set(block.rdd, partitions);
        // Any of the same RDD will do: the first stays, since tasks have been told of it.
        if (partitions.get(block.partition)?.print !== block.print) partitions.set(block.partition, block);
      }
    },
    find({ rdd, partition, print }) {
      const found = rdds.get(rdd)?.get(partition);
      return found?.print === print ? found : null;
    },
    factsOf(rdd) {
      const blocks = [...(rdds.get(rdd)?.values() ?? [])];
      return { partitions: blocks.map(({ partition }) => partition), bytes: blocks.reduce((sum, { length }) => sum + length, 0) };
    },
    drop(rdd) {
      const keys = [...(rdds.get(rdd)?.values() ?? [])].map(({ key }) => key);
      rdds.delete(rdd);
      return keys;
    },
  };
}
