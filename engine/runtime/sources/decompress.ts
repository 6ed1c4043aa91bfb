import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { errorCode, LevinError } from '../../errors/levin-error.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Codec } from '../../types/file-format.ts';
import type { FileSplit } from '../../types/task.ts';
import { readRange } from './read-range.ts';
import type { ChunkReader } from './text.ts';

/** Compressed bytes of one read. */
const CHUNK_BYTES = 1024 * 1024;

export interface DecompressOptions {
  readonly files: ObjectStore;
  readonly signal: AbortSignal;
  readonly chunkBytes?: number;
}

/** The bytes of a compressed file, piece by piece. Damage is `CORRUPT_INPUT`, with the file and about where. */
export function decompressedChunks(file: FileSplit, codec: Codec, options: DecompressOptions): ChunkReader {
  const chunks = decompress(file, codec, options);
  return {
    async next() {
      const { done, value } = await chunks.next();
      return done ? null : value;
    },
    complete: () => false,
    stop: () => void chunks.return(undefined).catch(() => undefined),
  };
}

/** A whole file, decompressed when its name says so. Of more than `maxBytes` only so much is read that this is seen. */
export async function wholeFile(
  file: FileSplit,
  codec: Codec | null,
  options: DecompressOptions & { readonly maxBytes: number },
): Promise<Uint8Array> {
  if (codec === null) return await readRange(file, [0, Math.min(file.size, options.maxBytes + 1)], options);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of decompress(file, codec, options)) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size > options.maxBytes) break;
  }
  return Buffer.concat(pieces);
}

/** Files made of several frames, as appending or parallel compressors write them, go on with the next frame where one ends. */
async function* decompress(file: FileSplit, codec: Codec, options: DecompressOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const supply = createSupply(file, options);
  let start = 0;
  while (start < file.size) {
    const frames = codec === 'gzip' ? createGunzip() : createZstdDecompress();
    yield* decompressFrom(file, { start, frames, codec }, supply);
    // gzip goes through all members by itself, and ignores what follows the last one.
    if (codec === 'gzip' || frames.bytesWritten === 0) return;
    start += frames.bytesWritten;
  }
}

interface Frames {
  readonly start: number;
  readonly frames: Gunzip | ZstdDecompress;
  readonly codec: Codec;
}

async function* decompressFrom(
  file: FileSplit,
  { start, frames, codec }: Frames,
  supply: Supply,
): AsyncGenerator<Uint8Array, void, undefined> {
  const compressed = supply.from(start, () => start + frames.bytesWritten);
  const source = Readable.from(compressed, { objectMode: false, highWaterMark: CHUNK_BYTES });
  source.on('error', (error) => frames.destroy(error));
  source.pipe(frames);
  try {
    for await (const piece of frames) yield ownMemory(piece as Buffer);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code.startsWith('Z_') || code.startsWith('ZSTD_'))
      throw corruptInput(file, codec, { offset: start + frames.bytesWritten, cause: error });
    throw error;
  } finally {
    source.destroy();
  }
}

/** The file's own bytes, each read once: what a decoder was given beyond the end of its frame is kept for the next one. */
interface Supply {
  /** The bytes from `start` on. `usedTo` tells up to where they are not needed again; the next call starts there at the earliest. */
  from(start: number, usedTo: () => number): AsyncGenerator<Uint8Array, void, undefined>;
}

interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

function createSupply(file: FileSplit, options: DecompressOptions): Supply {
  const { signal, chunkBytes = CHUNK_BYTES } = options;
  let kept: readonly Chunk[] = [];
  const chunkAt = async (at: number): Promise<Chunk> => {
    const found = kept.find(({ start, end }) => start <= at && at < end);
    if (found !== undefined) return found;
    const end = Math.min(at + chunkBytes, file.size);
    const chunk = { start: at, end, bytes: await readRange(file, [at, end], options) };
    kept = [...kept, chunk];
    return chunk;
  };
  return {
    async *from(start, usedTo) {
      for (let at = start; at < file.size; ) {
        signal.throwIfAborted();
        kept = kept.filter(({ end }) => end > usedTo());
        const chunk = await chunkAt(at);
        yield chunk.bytes.subarray(at - chunk.start);
        at = chunk.end;
      }
    },
  };
}

/** What a decompressor gives may lie in memory that it writes again. */
function ownMemory(piece: Buffer): Uint8Array {
  return new Uint8Array(piece);
}

export function corruptInput(
  file: FileSplit,
  what: string,
  { offset, cause }: { readonly offset: number; readonly cause: unknown },
): LevinError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new LevinError({
    code: 'CORRUPT_INPUT',
    fault: 'user',
    message: `The input file ${file.path} cannot be read as ${what}: ${why}, at about byte ${offset} of ${file.size}. Is it complete, and does its name say the right format?`,
    details: { path: file.path, offset },
    cause,
  });
}
