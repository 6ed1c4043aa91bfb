import type { ObjectStore } from '../../ports/object-store.ts';
import { codecOf } from '../../types/file-format.ts';
import type { FileSplit } from '../../types/task.ts';
import type { Batch, RecordStream } from '../record-path/record-stream.ts';
import { createByteSpool } from '../spill/byte-spool.ts';
import type { SpillSpace } from '../spill/spill-space.ts';
import { decompressedChunks } from './decompress.ts';
import { createLineSplitter, firstByte, type SplitterOptions } from './line-splitter.ts';
import { readRange } from './read-range.ts';

/** One read. Large enough that a request's latency is small beside it, small enough that two fit into any task. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Read beyond the split in one go with its last chunk: most last lines end there. */
const TAIL_BYTES = 64 * 1024;

export interface TextOptions extends SplitterOptions {
  readonly files: ObjectStore;
  readonly signal: AbortSignal;
  readonly onRead: (bytes: number, records: number) => void;
  readonly spill: SpillSpace;
  readonly chunkBytes?: number;
}

/** The lines of one split: ranged reads by If-Match, one chunk ahead. A file whose name says that it is compressed is one split. */
export function textStream(split: FileSplit, options: TextOptions): RecordStream {
  const { signal, onRead } = options;
  const codec = codecOf(split.path);
  const lines = codec === null ? split : { ...split, end: Number.POSITIVE_INFINITY, size: Number.POSITIVE_INFINITY };
  const splitter = createLineSplitter(lines, options);
  const reader = codec === null ? createChunkReader(split, options) : decompressedChunks(split, codec, options);
  let ended = false;
  const ready = createByteSpool(options.spill);

  const take = (max: number): Batch | null | 'wait' => {
    for (;;) {
      const lines = splitter.lines(max);
      if (lines.length > 0) {
        onRead(0, lines.length);
        return lines;
      }
      if (splitter.done()) return null;
      const chunk = ready.shift();
      if (chunk === undefined && !ended) return 'wait';
      if (chunk === undefined) splitter.end();
      else splitter.feed(chunk);
    }
  };
  const readOne = async (): Promise<boolean> => {
    signal.throwIfAborted();
    const chunk = await reader.next();
    if (chunk === null) {
      ended = true;
      return false;
    }
    onRead(chunk.length, 0);
    ready.push(chunk);
    return true;
  };
  const takeLater = async (max: number): Promise<Batch | null> => {
    for (;;) {
      await readOne();
      const lines = take(max);
      if (lines !== 'wait') return lines;
    }
  };
  return {
    async prepare() {
      while (!reader.complete() && (await readOne()));
    },
    pull(max) {
      const lines = take(max);
      return lines === 'wait' ? takeLater(max) : lines;
    },
    async close() {
      reader.stop();
      ready.drop();
    },
  };
}

export interface ChunkReader {
  /** The bytes that follow; null at the end of the file. */
  next(): Promise<Uint8Array | null>;
  /** Nothing more has to be read: all lines of the split have their end in what was. */
  complete(): boolean;
  stop(): void;
}

/** The bytes of a split and of the line that begins in it, one chunk ahead. Of a whole file: all of it. */
export function createChunkReader(
  split: FileSplit,
  { files, signal, chunkBytes = CHUNK_BYTES }: Omit<TextOptions, 'onRead' | 'spill'>,
): ChunkReader {
  let position = firstByte(split);
  let tail = Math.min(TAIL_BYTES, chunkBytes);
  let ahead: Promise<Uint8Array> | null = null;
  let complete = false;

  const read = (): Promise<Uint8Array> => {
    const start = position;
    position = Math.min(start + chunkBytes, split.size, Math.max(split.end, start) + tail);
    // Past the split only the end of one line is wanted: little at first, more when the line is long.
    if (start >= split.end) tail = Math.min(tail * 2, chunkBytes);
    return readRange(split, [start, position], { files, signal });
  };
  const look = (chunk: Uint8Array, end: number): void => {
    const from = Math.max(0, split.end - 1 - (end - chunk.length));
    complete ||= end >= split.size || (from < chunk.length && hasLineEnd(chunk.subarray(from)));
  };
  return {
    async next() {
      if (ahead === null && position >= split.size) return null;
      const reading = ahead ?? read();
      const end = position;
      const chunk = await reading;
      look(chunk, end);
      ahead = position < Math.min(split.end, split.size) ? read() : null;
      // The read ahead may fail before anybody waits for it.
      ahead?.catch(() => undefined);
      return chunk;
    },
    complete: () => complete,
    stop() {
      ahead = null;
      position = split.size;
    },
  };
}

function hasLineEnd(bytes: Uint8Array): boolean {
  return bytes.includes(10) || bytes.includes(13);
}
