import type { Exchange } from '../engine/ports/exchange.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { BlockCompression } from '../engine/records/compress-block.ts';
import type { PrepareRecords } from '../engine/records/tagged-codec.ts';
import { openExchangeWriter } from './exchange-writer.ts';
import { readOffsets } from './read-offsets.ts';
import { readSlices } from './read-slices.ts';

export interface CreateExchangeOptions {
  readonly objects: ObjectStore;
  /** A block is sealed when it has this many bytes; default 240 KB, so that its buffer has 256 KB. */
  readonly blockBytes?: number;
  /** How blocks are stored; default `none`. Readers take both. */
  readonly compression?: BlockCompression;
  /** Bytes that one reader asks for ahead of its consumer; default 48 MB, Spark's `maxSizeInFlight`. */
  readonly maxBytesInFlight?: number;
  /** Reads of one reader at once; default 16. */
  readonly maxReadsInFlight?: number;
  /** On executors: `prepareClosures` with their loader, for records whose classes no closure of the task has brought along. */
  readonly prepare?: PrepareRecords;
}

/**
 * The exchange over an object store.
 * ```
 * map task 0 ─ one object: │p0│p1│p2│p3│index│ ─┐   reducer of p1 and p2: one ranged read of each object,
 * map task 1 ─ one object: │p0│p1│p2│p3│index│ ─┘   blocks in map order
 * ```
 */
export function createExchange(options: CreateExchangeOptions): Exchange {
  const {
    objects,
    blockBytes = 245_760,

    compression = 'none',
    maxBytesInFlight = 50_331_648,
    maxReadsInFlight = 16,
  } = options;
  const prepare = options.prepare ?? (() => Promise.resolve());
  return {
    openWriter: (writer) => openExchangeWriter(objects, writer, { blockBytes, compression }),
    read: (slices, read) => readSlices(objects, slices, { ...read, maxBytesInFlight, maxReadsInFlight, prepare }),
    readOffsets: (key) => readOffsets(objects, key),
  };
}
