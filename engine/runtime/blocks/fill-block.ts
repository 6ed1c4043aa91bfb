import { errorCode } from '../../errors/levin-error.ts';
import { createBlockWriter } from '../../records/block-writer.ts';
import { heapBytesOf } from '../../records/heap-bytes.ts';
import { createSizeTracker } from '../../records/size-tracker.ts';
import type { BlockId } from '../../types/block-report.ts';
import type { StorageLevel } from '../../types/storage-level.ts';
import type { Batch } from '../record-path/record-stream.ts';
import { type BlockData, openPieceFile, PIECE_BYTES, type PieceFile } from './block-data.ts';
import type { BlockStore } from './block-store.ts';
import { createStringOwner } from './own-strings.ts';

/** Of a record in an array that grows by halves. */
const BYTES_PER_PLACE = 12;
/** Room is asked for in steps of so much, and of half of what there is: Spark's `unrollMemoryThreshold`. */
const STEP_BYTES = 1_048_576;

/** A partition on its way into the store. */
export interface BlockFill {
  /** False: it does not fit, and nothing more is to be added. These records were taken all the same: `taken` has them. */
  add(records: Batch): boolean;
  /** All records added so far, in order, when they are not to be kept. Gives up what they took. */
  taken(): readonly BlockData[];
  /** Keeps them, unless the last of them did not fit. Gives all records. */
  finish(tag: string): readonly BlockData[];
}

export interface FillOptions {
  readonly level: StorageLevel;
  /** Whether memory runs out, whatever the estimates say. Default: it does not. */
  readonly runsShort?: () => boolean;
}

/**
 * Takes in the records of a partition as its level says, and asks for memory as it grows ("unrolling"):
 * ```
 *   objects, or encoded pieces ──no more room──▶ disk, where the level has it   else: not kept
 * ```
 */
export function fillBlock(store: BlockStore, id: BlockId, { level, runsShort = () => false }: FillOptions): BlockFill {
  const room = createRoom(store, id.rdd);
  const toDisk = (): DiskPart => openDiskPart(store, id);
  let part: Part = level.useMemory ? (level.deserialized ? objectPart(room) : encodedPart(room)) : toDisk();

  const onDisk = (from: Part): boolean => {
    const disk = toDisk();
    if (!disk.takeOver(from.data()[0] as BlockData)) return false;
    part = disk;
    room.giveUp();
    return true;
  };
  return {
    add(records) {
      if (part.add(records) && (part.kind === 'disk' || !runsShort())) return true;
      return level.useDisk && part.kind !== 'disk' && onDisk(part);
    },
    taken() {
      room.giveUp();
      return part.data();
    },
    finish(tag) {
      const [data, ...overflow] = part.data();
      room.giveUp();
      if (overflow.length === 0) store.keep({ ...id, tag, level, data });
      return [data, ...overflow];
    },
  };
}

interface Part {
  readonly kind: BlockData['kind'];
  /** False: this was one too many, though it was taken. */
  add(records: Batch): boolean;
  /** More than one: what follows the first did not fit. */
  data(): readonly [BlockData, ...BlockData[]];
}

interface DiskPart extends Part {
  /** False: it cannot be on disk, for want of space or because a record cannot be encoded. */
  takeOver(data: BlockData): boolean;
}

/** What a growing block has been granted. */
interface Room {
  /** Whether so much in all is granted. */
  holds(bytes: number): boolean;
  giveUp(): void;
}

function createRoom(store: BlockStore, rdd: number): Room {
  let granted = 0;
  const ask = (bytes: number): boolean => {
    if (!store.take(rdd, bytes)) return false;
    granted += bytes;
    return true;
  };
  return {
    holds(bytes) {
      if (bytes <= granted) return true;
      return ask(Math.max(bytes - granted, STEP_BYTES, granted / 2)) || ask(bytes - granted);
    },
    giveUp() {
      store.release(granted);
      granted = 0;
    },
  };
}

function objectPart(room: Room): Part {
  const tracker = createSizeTracker();
  const records: unknown[] = [];
  const own = createStringOwner();
  return {
    kind: 'records',
    add(batch) {
      for (const given of batch) {
        const record = own(given);
        records.push(record);
        tracker.countdown -= 1;
        if (tracker.countdown <= 0) tracker.measured(heapBytesOf(record) + BYTES_PER_PLACE);
      }
      return room.holds(tracker.bytes);
    },
    data: () => [{ kind: 'records', records, bytes: tracker.bytes }],
  };
}

function encodedPart(room: Room): Part {
  const writer = createBlockWriter();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const close = (): void => {
    const piece = writer.finish();
    pieces.push(piece);
    bytes += piece.byteLength;
  };
  return {
    kind: 'encoded',
    add(batch) {
      for (const record of batch) {
        writer.push(record);
        if (writer.byteLength >= PIECE_BYTES) close();
      }
      return room.holds(bytes + writer.byteLength);
    },
    data() {
      if (writer.recordCount > 0) close();
      return [{ kind: 'encoded', pieces, bytes }];
    },
  };
}

function openDiskPart(store: BlockStore, id: BlockId): DiskPart {
  const writer = createBlockWriter();
  const scratch = store.scratch();
  const name = store.newFile(id);
  const file: PieceFile = openPieceFile({ file: name, scratch });
  /** Pieces that the disk has no room for. */
  const overflow: Uint8Array[] = [];
  const append = (piece: Uint8Array): void => {
    try {
      if (overflow.length > 0) overflow.push(piece);
      else file.append(piece);
    } catch (error) {
      if (errorCode(error) !== 'SCRATCH_FULL') throw error;
      overflow.push(piece);
    }
  };
  const add = (batch: Batch): boolean => {
    for (const record of batch) {
      writer.push(record);
      if (writer.byteLength >= PIECE_BYTES) append(writer.finish());
    }
    return overflow.length === 0;
  };
  return {
    kind: 'disk',
    add,
    takeOver(data) {
      try {
        if (data.kind === 'records' && add(data.records)) return true;
        if (data.kind === 'encoded') for (const piece of data.pieces) append(piece);
        if (data.kind === 'encoded' && overflow.length === 0) return true;
      } catch (error) {
        if (errorCode(error) !== 'RECORD_NOT_ENCODABLE') throw error;
      }
      scratch.drop(name);
      return false;
    },
    data() {
      if (writer.recordCount > 0) append(writer.finish());
      const bytes = overflow.reduce((sum, piece) => sum + piece.byteLength, 0);
      return overflow.length === 0 ? [file.data()] : [file.data(), { kind: 'encoded', pieces: overflow, bytes }];
    },
  };
}
