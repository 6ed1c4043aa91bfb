import type { PartitionerSpec } from '../plan/stage-plan.ts';
import type { MapOutputSlice } from '../types/task.ts';
import type { Scratch } from './scratch.ts';

/** Functions of an aggregator, rebuilt. `group` is create: v → [v], mergeValue: push, mergeCombiners: concat. */
export interface Combiner {
  readonly create: (value: unknown) => unknown;
  readonly mergeValue: (combined: unknown, value: unknown) => unknown;
  readonly mergeCombiners: (a: unknown, b: unknown) => unknown;
}

export interface ExchangeWriterOptions {
  /** Key of the one object that the attempt writes. */
  readonly key: string;
  readonly partitioner: PartitionerSpec;
  /** Sorted range bounds, decoded; empty for other partitioners. */
  readonly bounds: readonly unknown[];
  /** The user's function from key to partition; null for other partitioners than `custom`. */
  readonly partitionOf?: ((key: unknown) => unknown) | null;
  /** Map-side combine; null writes records as they come. */
  readonly combine: Combiner | null;
  /** Where round robin starts: a function of stage and map partition, so that a re-run is equal. */
  readonly seed: number;
  /** Where records that do not fit `memoryBytes` wait until the object is written. */
  readonly scratch: Scratch;
  /** Bytes that the writer may hold, but for the record and the block at hand. */
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
}

export interface ExchangeOutput {
  readonly key: string;
  /** One more than partitions; equal neighbours mean an empty partition. */
  readonly offsets: readonly number[];
  /** Order-independent checksum over the records' bytes, hex. */
  readonly checksum: string;
  readonly records: number;
  readonly bytes: number;
  /** How often the writer's memory was full, what it held then, and what of it went to scratch. */
  readonly spills: number;
  readonly memoryBytesSpilled: number;
  readonly diskBytesSpilled: number;
}

export interface ExchangeWriter {
  /** Synchronous: records are buffered. Throws `RECORD_NOT_ENCODABLE` with the path to the value, `NOT_A_PAIR`, `UNSUPPORTED_KEY`. */
  write(record: unknown): void;
  finish(): Promise<ExchangeOutput>;
}

export interface ExchangeReadOptions {
  /** Bytes asked for ahead of the consumer; a larger slice is read alone. */
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  readonly onRead: (bytes: number, records: number) => void;
}

/** Moves records between stages: implemented by `shuffle/`, handed to the task runtime where things are wired together. */
export interface Exchange {
  openWriter(options: ExchangeWriterOptions): ExchangeWriter;
  /**
   * Batches of records of the slices, in the order of the slices; one ranged read a slice, prefetched within bounds.
   * A block that is missing or fails its checksum twice throws `FETCH_FAILED`, details `{ lost: LostOutput[] }`.
   */
  read(slices: readonly MapOutputSlice[], options: ExchangeReadOptions): AsyncIterable<readonly unknown[]>;
  /** Offsets out of a committed object's tail, for readers who did not get them in a result. */
  readOffsets(key: string): Promise<readonly number[]>;
}
