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

/** A whole file, decompressed when its name says so. */
export async function wholeFile(file: FileSplit, codec: Codec | null, options: DecompressOptions): Promise<Uint8Array> {
  if (codec === null) return await readRange(file, [0, file.size], options);
  const pieces: Uint8Array[] = [];
  for await (const piece of decompress(file, codec, options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Files made of several frames, as appending or parallel compressors write them, go on with the next frame where one ends. */
async function* decompress(file: FileSplit, codec: Codec, options: DecompressOptions): AsyncGenerator<Uint8Array, void, undefined> {
  let start = 0;
  while (start < file.size) {
    const frames = codec === 'gzip' ? createGunzip() : createZstdDecompress();
    yield* decompressFrom(file, { start, frames, codec }, options);
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
  options: DecompressOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Readable.from(compressedChunks(file, start, options), { objectMode: false, highWaterMark: CHUNK_BYTES });
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

async function* compressedChunks(file: FileSplit, from: number, options: DecompressOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal, chunkBytes = CHUNK_BYTES } = options;
  for (let start = from; start < file.size; start += chunkBytes) {
    signal.throwIfAborted();
    yield await readRange(file, [start, Math.min(start + chunkBytes, file.size)], options);
  }
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
