import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { objectNotFound } from '../../ports/object-errors.ts';
import { checkObjectRange } from '../../ports/object-range.ts';
import type { Scratch } from '../../ports/scratch.ts';
import { checkScratchFile, checkScratchRoom, scratchDropped } from '../../ports/scratch-limits.ts';
import { fileError } from './directory-errors.ts';

export interface DirectoryScratchOptions {
  /** Folder of this attempt alone: made at the first append, removed with all that is in it by `dropAll`. */
  readonly folder: string;
  readonly limitBytes: number;
}

interface ScratchFile {
  /** Opening, then each write in turn. */
  last: Promise<unknown>;
  readonly handle: Promise<FileHandle>;
  /** Bytes that were asked to be appended, whether they stand already or not. */
  size: number;
}

/** Temporary bytes as files of a folder. */
export function createDirectoryScratch(options: DirectoryScratchOptions): Scratch {
  const folder = resolve(options.folder);
  const files = new Map<string, ScratchFile>();
  const running = new Set<Promise<unknown>>();
  let usedBytes = 0;
  let dropping: Promise<void> | null = null;

  const check = (file: string, signal: AbortSignal | undefined): void => {
    if (dropping !== null) throw scratchDropped();
    checkScratchFile(file);
    signal?.throwIfAborted();
  };
  const track = async <T>(call: Promise<T>, name: string, action: 'read' | 'write'): Promise<T> => {
    running.add(call);
    try {
      return await call;
    } catch (error) {
      throw fileError(error, { action, key: name, path: join(folder, name) });
    } finally {
      running.delete(call);
    }
  };

  return {
    async append(name, bytes, { signal } = {}) {
      check(name, signal);
      checkScratchRoom(name, { usedBytes, addedBytes: bytes.length, limitBytes: options.limitBytes });
      const file = files.get(name) ?? newFile(folder, name);
      files.set(name, file);
      const offset = file.size;
      file.size += bytes.length;
      usedBytes += bytes.length;
      const written = file.last.then(async () => writeAll(await file.handle, bytes, offset));
      file.last = written;
      await track(written, name, 'write');
      signal?.throwIfAborted();
      return offset;
    },
    async read(name, start, end, { signal } = {}) {
      check(name, signal);
      const file = files.get(name);
      if (file === undefined) throw objectNotFound(name, `the temporary folder ${folder}`);
      checkObjectRange(name, { start, end }, file.size);
      const bytes = await track(
        file.last.then(async () => readAll(await file.handle, start, end)),
        name,
        'read',
      );
      signal?.throwIfAborted();
      return bytes;
    },
    usedBytes: () => usedBytes,
    dropAll() {
      dropping ??= dropFolder(folder, [...files.values()], running);
      usedBytes = 0;
      return dropping;
    },
  };
}

function newFile(folder: string, name: string): ScratchFile {
  const handle = mkdir(folder, { recursive: true }).then(() => open(join(folder, name), 'w+', 0o600));
  return { handle, last: handle, size: 0 };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}

async function readAll(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) throw new RangeError(`a temporary file was cut from outside at byte ${start + done}`);
    done += bytesRead;
  }
  return bytes;
}

async function dropFolder(folder: string, files: readonly ScratchFile[], running: ReadonlySet<Promise<unknown>>): Promise<void> {
  // Their callers see the outcome; here only the end matters.
  await Promise.allSettled(running);
  const handles = await Promise.allSettled(files.map(({ handle }) => handle));
  for (const opened of handles) if (opened.status === 'fulfilled') await opened.value.close();
  await rm(folder, { recursive: true, force: true });
}
