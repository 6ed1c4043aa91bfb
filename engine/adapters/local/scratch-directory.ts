import { closeSync, mkdirSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LevinError } from '../../errors/levin-error.ts';
import { objectNotFound } from '../../ports/object-errors.ts';
import { checkObjectRange } from '../../ports/object-range.ts';
import type { Scratch } from '../../ports/scratch.ts';
import { checkScratchFile, checkScratchRoom, scratchDropped } from '../../ports/scratch-limits.ts';
import { errnoOf, fileError } from './directory-errors.ts';

export interface DirectoryScratchOptions {
  /** Folder of this attempt alone: made with its parents at the first append, removed with all that is in it by `dropAll`. */
  readonly folder: string;
  readonly limitBytes: number;
}

interface ScratchFile {
  readonly descriptor: number;
  size: number;
}

/** Temporary bytes as files of a folder. */
export function createDirectoryScratch(options: DirectoryScratchOptions): Scratch {
  const folder = resolve(options.folder);
  const files = new Map<string, ScratchFile>();
  let usedBytes = 0;
  let dropped = false;
  let made = false;

  const check = (file: string): void => {
    if (dropped) throw scratchDropped();
    checkScratchFile(file);
  };
  const newFile = (name: string): ScratchFile => {
    // Only at first: a folder that vanished from under a running task is worth an error, not a new, half empty one.
    if (!made) mkdirSync(folder, { recursive: true, mode: 0o700 });
    made = true;
    const file = { descriptor: openSync(join(folder, name), 'w+', 0o600), size: 0 };
    files.set(name, file);
    return file;
  };

  return {
    append(name, bytes) {
      check(name);
      checkScratchRoom(name, { usedBytes, addedBytes: bytes.length, limitBytes: options.limitBytes });
      try {
        const file = files.get(name) ?? newFile(name);
        const offset = file.size;
        writeAll(file.descriptor, bytes, offset);
        file.size += bytes.length;
        usedBytes += bytes.length;
        return offset;
      } catch (error) {
        throw appendError(error, { folder, name, addedBytes: bytes.length, usedBytes });
      }
    },
    read(name, start, end) {
      check(name);
      const file = files.get(name);
      if (file === undefined) throw objectNotFound(name, `the temporary folder ${folder}`);
      checkObjectRange(name, { start, end }, file.size);
      try {
        return readAll(file.descriptor, start, end);
      } catch (error) {
        throw fileError(error, { action: 'read', key: name, path: join(folder, name) });
      }
    },
    drop(name) {
      check(name);
      const file = files.get(name);
      if (file === undefined) return;
      files.delete(name);
      usedBytes -= file.size;
      closeSync(file.descriptor);
      rmSync(join(folder, name), { force: true });
    },
    usedBytes: () => usedBytes,
    dropAll() {
      dropped = true;
      usedBytes = 0;
      for (const { descriptor } of files.values()) closeSync(descriptor);
      files.clear();
      if (made) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Written by position: what a failed append left behind its end is overwritten by the next. */
function writeAll(descriptor: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
}

function readAll(descriptor: number, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, start + done);
    if (count === 0) throw new RangeError(`a temporary file was cut from outside at byte ${start + done}`);
    done += count;
  }
  return bytes;
}

interface FailedAppend {
  readonly folder: string;
  readonly name: string;
  readonly addedBytes: number;
  readonly usedBytes: number;
}

function appendError(error: unknown, call: FailedAppend): unknown {
  const { folder, name, addedBytes, usedBytes } = call;
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT': {
      const freeBytes = freeBytesOf(folder);
      return new LevinError({
        code: 'SCRATCH_FULL',
        fault: 'resource',
        message:
          `The disk of the temporary folder ${folder} is full: ${addedBytes} bytes more were to be written, and ${freeBytes ?? 'an unknown number of'} bytes are free; ` +
          `this task holds ${usedBytes} bytes there. Set localDir to a folder on a larger disk, free some space, or use more partitions, so that each task holds less.`,
        details: { folder, file: name, addedBytes, usedBytes, freeBytes },
        cause: error,
      });
    }
    case 'ENOENT':
      return new LevinError({
        code: 'SCRATCH_GONE',
        fault: 'transient',
        message: `The temporary folder ${folder} was removed while its task ran. Keep clean-up programs away from it, or set localDir to a folder of levin's own.`,
        details: { folder, file: name },
        cause: error,
      });
    default:
      return fileError(error, { action: 'write', key: name, path: join(folder, name) });
  }
}

/** null when the system does not say. */
function freeBytesOf(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
