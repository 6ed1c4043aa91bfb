import { type BlockWriter, createBlockWriter } from '../engine/records/block-writer.ts';
import type { RecordChecksum } from '../engine/records/record-checksum.ts';

/** What one map task has for one reducer partition. */
export interface PartitionOutput {
  readonly blocks: readonly Uint8Array[];
  readonly checksum: Readonly<RecordChecksum>;
}

/** Encoded records by reducer partition, until the map output is put together. */
export interface PartitionBuffers {
  push(partition: number, record: unknown): void;
  pushPair(partition: number, key: unknown, value: unknown): void;
  /** By partition; null for one without records. */
  finish(): (PartitionOutput | null)[];
}

interface Slot {
  readonly writer: BlockWriter;
  readonly blocks: Uint8Array[];
}

/** A partition's buffer is made when its first record comes; a block is sealed when it has `blockBytes`. */
export function createPartitionBuffers(numPartitions: number, blockBytes: number): PartitionBuffers {
  const slots: (Slot | null)[] = Array.from({ length: numPartitions }, () => null);

  function slotOf(partition: number): Slot {
    const slot = slots[partition];
    if (slot !== null && slot !== undefined) return slot;
    const made: Slot = { writer: createBlockWriter(), blocks: [] };
    slots[partition] = made;
    return made;
  }

  return {
    push(partition, record) {
      const { writer, blocks } = slotOf(partition);
      writer.push(record);
      if (writer.byteLength >= blockBytes) blocks.push(writer.finish());
    },
    pushPair(partition, key, value) {
      const { writer, blocks } = slotOf(partition);
      writer.pushPair(key, value);
      if (writer.byteLength >= blockBytes) blocks.push(writer.finish());
    },
    finish() {
      return slots.map((slot) => {
        if (slot === null) return null;
        const { writer, blocks } = slot;
        if (writer.recordCount > 0) blocks.push(writer.finish());
        return { blocks, checksum: writer.checksum };
      });
    },
  };
}
