import { type BigIntStats, closeSync, constants, fstatSync, open as openCallback, read as readCallback } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { LevinError } from '../../errors/levin-error.ts';
import { preconditionFailed } from '../../ports/object-errors.ts';
import { checkObjectRange } from '../../ports/object-range.ts';
import type { ObjectInfo, ReadOptions } from '../../ports/object-store.ts';
import { explainErrno, fileError } from './directory-errors.ts';
import { type DirectoryTree, pathOf, resolveInside } from './directory-tree.ts';

// File handles of fs/promises cost twice as much a read; plain descriptors are closed in `finally` here.
const open = promisify(openCallback);
const read = promisify(readCallback);

/** One read call of the system takes less than 2 GB; smaller pieces also let an abort through. */
const PIECE_BYTES = 64 * 1024 * 1024;

/** The whole object, or bytes `[start, end)` of it. */
export async function readFileObject(
  tree: DirectoryTree,
  key: string,
  options: ReadOptions & { readonly range?: { readonly start: number; readonly end: number } },
): Promise<Uint8Array> {
  const path = pathOf(tree, key);
  options.signal?.throwIfAborted();
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    const fd = await open(await resolveInside(tree, key, path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await readOpened(fd, { key, path }, options);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw fileError(error, { action: 'read', key, path });
  }
}

/** Size and etag of the object. */
export async function headFileObject(tree: DirectoryTree, key: string, signal: AbortSignal | undefined): Promise<ObjectInfo> {
  const path = pathOf(tree, key);
  signal?.throwIfAborted();
  try {
    const stats = await stat(await resolveInside(tree, key, path), { bigint: true });
    signal?.throwIfAborted();
    checkIsFile(stats, { key, path });
    return { key, size: Number(stats.size), etag: etagOf(stats) };
  } catch (error) {
    throw fileError(error, { action: 'read', key, path });
  }
}

/** Changes with every put, for a put moves the modification time on; sees other programs' writes as far as the file system tells. */
export function etagOf(stats: BigIntStats): string {
  return `${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.ino.toString(36)}`;
}

interface Opened {
  readonly key: string;
  readonly path: string;
}

async function readOpened(fd: number, file: Opened, options: Parameters<typeof readFileObject>[2]): Promise<Uint8Array> {
  const stats = fstatSync(fd, { bigint: true });
  checkIsFile(stats, file);
  checkEtag(stats, file, options.ifMatch);
  const size = Number(stats.size);
  const range = options.range ?? { start: 0, end: size };
  checkObjectRange(file.key, range, size);
  const bytes = await readBytes(fd, file, { ...range, signal: options.signal });
  // Another program may have written into the file while we read it.
  if (options.ifMatch !== undefined) checkEtag(fstatSync(fd, { bigint: true }), file, options.ifMatch);
  return bytes;
}

async function readBytes(
  fd: number,
  file: Opened,
  { start, end, signal }: { readonly start: number; readonly end: number; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const bytes = allocate(file, end - start);
  for (let done = 0; done < bytes.length; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await read(fd, bytes, done, Math.min(bytes.length - done, PIECE_BYTES), start + done);
    if (bytesRead === 0) throw truncated(file, end, start + done);
    done += bytesRead;
  }
  signal?.throwIfAborted();
  return bytes;
}

function checkIsFile(stats: BigIntStats, file: Opened): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw explainErrno('EISDIR', { action: 'read', ...file });
  throw new LevinError({
    code: 'NOT_A_FILE',
    fault: 'user',
    message: `Cannot read ${file.path}: it is a pipe, socket or device. Copy its content into a file first.`,
    details: { ...file },
  });
}

function checkEtag(stats: BigIntStats, file: Opened, wanted: string | undefined): void {
  if (wanted !== undefined && etagOf(stats) !== wanted) throw preconditionFailed(file.key, wanted, etagOf(stats));
}

function allocate(file: Opened, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw new LevinError({
      code: 'OBJECT_TOO_LARGE',
      fault: 'resource',
      message: `Cannot read ${size} bytes of ${file.path} at once: they do not fit into memory. Read it in ranges.`,
      details: { ...file, size },
      cause: error,
    });
  }
}

function truncated(file: Opened, wanted: number, found: number): LevinError {
  return new LevinError({
    code: 'OBJECT_CHANGED',
    fault: 'transient',
    message: `${file.path} was cut while it was read: it ends at byte ${found}, and ${wanted} were there before. Leave input files alone while a job reads them.`,
    details: { ...file },
  });
}
