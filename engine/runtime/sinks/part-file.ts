import { crc32 } from 'node:zlib';
import { type Codec, extensionOf } from '../../types/file-format.ts';
import { keyOfPath } from '../../types/file-path.ts';
import type { TaskOutput } from '../../types/task.ts';
import type { TaskContext } from '../task-context.ts';
import { compressed } from './compressed.ts';

/** Bytes that are compressed together. Decoders take members of gzip and frames of zstd that follow each other as one. */
const PIECE_BYTES = 1024 * 1024;
/** Bytes that wait in memory before all go to scratch: an eighth of what operators may hold, and not more than this. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;
const SCRATCH_FILE = 'part-file';

export interface PartFile {
  /** Takes bytes that follow. They must not change any more. */
  write(bytes: Uint8Array): void;
  finish(): Promise<TaskOutput>;
}

export interface PartFileOptions {
  readonly folder: string;
  /** Ending of the name, in front of that of the compression. */
  readonly extension: string;
  readonly codec: Codec | null;
}

/**
 * Stages the part file of this attempt, `<folder>/part-00000-<attempt><extension>`: the driver publishes it if the attempt has won.
 * ```
 *   bytes ─▶ pieces of 1 MB ─▶ compressed each ─▶ memory, or scratch when they are many ─▶ staged in one go, streamed
 * ```
 */
export function openPartFile(task: TaskContext, { folder, extension, codec }: PartFileOptions): PartFile {
  const { spec, deps, counters } = task;
  const waiting = createWaitingBytes(task);
  let raw: Uint8Array[] = [];
  let rawBytes = 0;

  function cut(by: Codec): void {
    waiting.add(compressed(Buffer.concat(raw), by));
    raw = [];
    rawBytes = 0;
  }
  return {
    write(bytes) {
      if (codec === null) {
        waiting.add(bytes);
        return;
      }
      raw.push(bytes);
      rawBytes += bytes.byteLength;
      if (rawBytes >= PIECE_BYTES) cut(codec);
    },
    async finish() {
      // A compressed file without content has a head all the same.
      if (codec !== null && (rawBytes > 0 || waiting.byteLength() === 0)) cut(codec);
      const path = `${folder.replace(/\/+$/, '')}/part-${String(spec.partition).padStart(5, '0')}-${spec.attemptId}${extension}${extensionOf(codec)}`;
      const length = waiting.byteLength();
      await deps.staged.stage(keyOfPath(path), { byteLength: length, [Symbol.iterator]: waiting.chunks }, { signal: deps.signal });
      counters.bytesWritten += length;
      return { kind: 'file', path, length, checksum: waiting.checksum() };
    },
  };
}

interface WaitingBytes {
  add(bytes: Uint8Array): void;
  byteLength(): number;
  /** CRC-32 as eight hex digits. */
  checksum(): string;
  chunks(): Generator<Uint8Array, void, undefined>;
}

/** Bytes in order: those in scratch first, then those in memory. */
function createWaitingBytes({ deps }: TaskContext): WaitingBytes {
  const maxHeldBytes = Math.min(MAX_HELD_BYTES, deps.memory.executionBytes / 8);
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let spilledBytes = 0;
  let checksum = 0;

  return {
    add(bytes) {
      checksum = crc32(bytes, checksum);
      held.push(bytes);
      heldBytes += bytes.byteLength;
      if (heldBytes <= maxHeldBytes) return;
      for (const piece of held) deps.scratch.append(SCRATCH_FILE, piece);
      spilledBytes += heldBytes;
      held = [];
      heldBytes = 0;
    },
    byteLength: () => spilledBytes + heldBytes,
    checksum: () => checksum.toString(16).padStart(8, '0'),
    *chunks() {
      for (let start = 0; start < spilledBytes; start += PIECE_BYTES) {
        yield deps.scratch.read(SCRATCH_FILE, start, Math.min(spilledBytes, start + PIECE_BYTES));
      }
      yield* held;
    },
  };
}
