import { objectNotFound } from '../../ports/object-errors.ts';
import { checkObjectRange } from '../../ports/object-range.ts';
import type { Scratch } from '../../ports/scratch.ts';
import { checkScratchFile, checkScratchRoom, scratchDropped } from '../../ports/scratch-limits.ts';

interface MemoryFile {
  /** Ascending by offset, without gaps. */
  readonly chunks: { readonly offset: number; readonly bytes: Uint8Array }[];
  size: number;
}

/** Temporary bytes in this process's memory. */
export function createMemoryScratch(options: { readonly limitBytes: number }): Scratch {
  const files = new Map<string, MemoryFile>();
  let usedBytes = 0;
  let dropped = false;

  const check = (file: string): void => {
    if (dropped) throw scratchDropped();
    checkScratchFile(file);
  };

  return {
    append(name, bytes) {
      check(name);
      checkScratchRoom(name, { usedBytes, addedBytes: bytes.length, limitBytes: options.limitBytes });
      const file = files.get(name) ?? { chunks: [], size: 0 };
      files.set(name, file);
      const offset = file.size;
      if (bytes.length > 0) file.chunks.push({ offset, bytes: new Uint8Array(bytes) });
      file.size += bytes.length;
      usedBytes += bytes.length;
      return offset;
    },
    read(name, start, end) {
      check(name);
      const file = files.get(name);
      if (file === undefined) throw objectNotFound(name, 'scratch');
      checkObjectRange(name, { start, end }, file.size);
      return bytesOf(file, start, end);
    },
    drop(name) {
      check(name);
      usedBytes -= files.get(name)?.size ?? 0;
      files.delete(name);
    },
    usedBytes: () => usedBytes,
    dropAll() {
      dropped = true;
      files.clear();
      usedBytes = 0;
    },
  };
}

function bytesOf({ chunks }: MemoryFile, start: number, end: number): Uint8Array {
  const whole = new Uint8Array(end - start);
  for (let at = chunkHolding(chunks, start); at < chunks.length; at++) {
    const { offset, bytes } = chunks[at] as MemoryFile['chunks'][number];
    if (offset >= end) break;
    const from = Math.max(start, offset);
    whole.set(bytes.subarray(from - offset, Math.min(end, offset + bytes.length) - offset), from - start);
  }
  return whole;
}

/** Index of the last chunk that starts at `position` or before. */
function chunkHolding(chunks: MemoryFile['chunks'], position: number): number {
  let low = 0;
  let high = chunks.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((chunks[middle] as MemoryFile['chunks'][number]).offset <= position) low = middle;
    else high = middle;
  }
  return low;
}
