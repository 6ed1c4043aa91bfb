import type { Scratch } from '../engine/ports/scratch.ts';
import { type BlockWriter, createBlockWriter } from '../engine/records/block-writer.ts';
import { type BlockCompression, compressBlock } from '../engine/records/compress-block.ts';
import type { RecordChecksum } from '../engine/records/record-checksum.ts';
import { createSpilledRuns, type SpilledBlock, type SpilledRuns } from './spilled-runs.ts';

/** What one map task has for one reducer partition, beside what was spilled. */
export interface PartitionOutput {
  readonly blocks: readonly Uint8Array[];
  readonly checksum: Readonly<RecordChecksum>;
}

export interface BufferedOutput {
  /** By partition; null for one without records. */
  readonly partitions: readonly (PartitionOutput | null)[];
  /** What stands before the blocks of each partition. */
  readonly spilled: SpilledRuns;
}

/** Encoded records by reducer partition, until the map output is put together. */
export interface PartitionBuffers {
  push(partition: number, record: unknown): void;
  pushPair(partition: number, key: unknown, value: unknown): void;
  /** Bytes of all buffers and blocks in memory. */
  readonly heldBytes: number;
  /** What was held at the spills, in bytes. */
  readonly memoryBytesSpilled: number;
  finish(): BufferedOutput;
}

export interface BufferLimits {
  /** A block is sealed when it has this many bytes. */
  readonly blockBytes: number;
  readonly compression: BlockCompression;
  /** When more is held, all of it goes to scratch. */
  readonly memoryBytes: number;
}

interface Slot {
  readonly writer: BlockWriter;
  blocks: Uint8Array[];
  /** Of the writer's buffer, as it was counted last. */
  capacity: number;
}

/**
 * A partition's buffer is made when its first record comes, and grows; a block is sealed when it has `blockBytes`.
 * ```
 *              p0        p1        p2               scratch: │p0│p1│p2│ first run │p0│p2│ second run
 *   blocks    ▣ ▣       ▣                           the object: of each partition its runs, then what is in memory
 *   buffer    ▒▒▒░      ▒░        ▒▒▒▒▒░    held = all of these; above memoryBytes everything becomes one run
 * ```
 * So the records of a partition stay in the order of writing.
 */
export function createPartitionBuffers(numPartitions: number, limits: BufferLimits, scratch: Scratch): PartitionBuffers {
  const { blockBytes, compression, memoryBytes } = limits;
  const slots: (Slot | null)[] = Array.from({ length: numPartitions }, () => null);
  const spilled = createSpilledRuns(scratch, numPartitions);
  let heldBytes = 0;
  let memoryBytesSpilled = 0;

  function slotOf(partition: number): Slot {
    const slot = slots[partition];
    if (slot !== null && slot !== undefined) return slot;
    const made: Slot = { writer: createBlockWriter(), blocks: [], capacity: 0 };
    slots[partition] = made;
    return made;
  }

  /** After each record: two comparisons, unless something was sealed or grew. */
  function settle(slot: Slot): void {
    const { writer } = slot;
    const full = writer.byteLength >= blockBytes;
    if (!full && writer.capacity === slot.capacity) return;
    if (full) sealFull(slot);
    heldBytes += writer.capacity - slot.capacity;
    slot.capacity = writer.capacity;
    if (heldBytes > memoryBytes) spill();
  }

  function sealFull({ writer, blocks }: Slot): void {
    const sealed = writer.seal();
    let block = stored(sealed);
    // Of a block far above the bound, a copy would be worse than the room behind it, and the next block needs no such buffer.
    if (writer.capacity > 4 * blockBytes) writer.release();
    else if (block === sealed) block = new Uint8Array(sealed);
    blocks.push(block);
    heldBytes += block.buffer.byteLength;
  }

  /** What is stored of a block that was sealed in its writer's buffer: other memory, or the same. */
  function stored(sealed: Uint8Array): Uint8Array {
    return compression === 'zstd' ? compressBlock(sealed) : sealed;
  }

  function spill(): void {
    memoryBytesSpilled += heldBytes;
    spilled.addRun(blocksInMemory());
    heldBytes = 0;
    for (const slot of slots) {
      if (slot === null) continue;
      slot.blocks = [];
      slot.writer.release();
      slot.capacity = 0;
    }
  }

  function* blocksInMemory(): Iterable<SpilledBlock> {
    for (const [partition, slot] of slots.entries()) {
      if (slot === null) continue;
      for (const block of slot.blocks) yield { partition, block };
      if (slot.writer.recordCount > 0) yield { partition, block: stored(slot.writer.seal()) };
    }
  }

  return {
    push(partition, record) {
      const slot = slotOf(partition);
      slot.writer.push(record);
      settle(slot);
    },
    pushPair(partition, key, value) {
      const slot = slotOf(partition);
      slot.writer.pushPair(key, value);
      settle(slot);
    },
    get heldBytes() {
      return heldBytes;
    },
    get memoryBytesSpilled() {
      return memoryBytesSpilled;
    },
    finish() {
      const partitions = slots.map((slot): PartitionOutput | null => {
        if (slot === null) return null;
        const { writer, blocks } = slot;
        // A last block that is not compressed stays in the writer's buffer: there are no more records to overwrite it.
        const last = writer.recordCount > 0 ? [stored(writer.seal())] : [];
        writer.release();
        return { blocks: [...blocks, ...last], checksum: writer.checksum };
      });
      return { partitions, spilled };
    },
  };
}
