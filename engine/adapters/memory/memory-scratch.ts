import { objectNotFound } from '../../ports/object-errors.ts';
import { checkObjectRange } from '../../ports/object-range.ts';
import type { Scratch } from '../../ports/scratch.ts';
import { checkScratchFile, checkScratchRoom, scratchDropped } from '../../ports/scratch-limits.ts';
import { answerLater } from './answer-later.ts';

interface MemoryFile {
  readonly chunks: { readonly offset: number; readonly bytes: Uint8Array }[];
  size: number;
}

/** Temporary bytes in this process's memory. */
export function createMemoryScratch(options: { readonly limitBytes: number }): Scratch {
  const files = new Map<string, MemoryFile>();
  let usedBytes = 0;
  let dropped = false;

  const check = (file: string, signal: AbortSignal | undefined): void => {
    if (dropped) throw scratchDropped();
    checkScratchFile(file);
    signal?.throwIfAborted();
  };

  return {
    async append(name, bytes, { signal } = {}) {
      check(name, signal);
      checkScratchRoom(name, { usedBytes, addedBytes: bytes.length, limitBytes: options.limitBytes });
      const file = files.get(name) ?? { chunks: [], size: 0 };
      files.set(name, file);
      const offset = file.size;
      file.chunks.push({ offset, bytes: new Uint8Array(bytes) });
      file.size += bytes.length;
      usedBytes += bytes.length;
      return answerLater(offset, signal);
    },
    async read(name, start, end, { signal } = {}) {
      check(name, signal);
      const file = files.get(name);
      if (file === undefined) throw objectNotFound(name, 'scratch');
      checkObjectRange(name, { start, end }, file.size);
      return answerLater(bytesOf(file, start, end), signal);
    },
    usedBytes: () => usedBytes,
    async dropAll() {
      dropped = true;
      files.clear();
      usedBytes = 0;
    },
  };
}

function bytesOf(file: MemoryFile, start: number, end: number): Uint8Array {
  const whole = new Uint8Array(end - start);
  for (const { offset, bytes } of file.chunks) {
    const from = Math.max(start, offset);
    const to = Math.min(end, offset + bytes.length);
    if (from < to) whole.set(bytes.subarray(from - offset, to - offset), from - start);
  }
  return whole;
}
