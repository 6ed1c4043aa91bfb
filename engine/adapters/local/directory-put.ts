import { randomBytes } from 'node:crypto';
import {
  close as closeCallback,
  constants,
  fstatSync,
  futimes as futimesCallback,
  open as openCallback,
  write as writeCallback,
} from 'node:fs';
import { link, lstat, mkdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chunksOf, type ObjectBody } from '../../ports/object-body.ts';
import type { PutOptions, PutResult } from '../../ports/object-store.ts';
import { errnoOf, explainErrno, fileError } from './directory-errors.ts';
import { etagOf } from './directory-read.ts';
import { checkFolderInside, type DirectoryTree, pathOf, resolveInside, temporaryName } from './directory-tree.ts';

const open = promisify(openCallback);
const write = promisify(writeCallback);
const futimes = promisify(futimesCallback);
const close = promisify(closeCallback);

/** Pieces in which a body is written: an abort waits for one of them. */
const PIECE_BYTES = 16 * 1024 * 1024;

/** How often a put begins again because its folder was removed as empty, or its temporary file was taken for a dead writer's. */
const MAX_RACES = 10;

/** Called with each folder that a put had to make. */
export type OnFolderMade = (folder: string) => void;

/**
 * Writes an object so that it is seen whole or not at all, whenever the process is killed:
 * ```
 * folder/.levin-tmp-<pid>-<random>  ── write whole ──▶  rename to folder/name            the last put stands
 *                                                  └─▶  link as folder/name, or EEXIST   the first put stands (ifAbsent)
 * ```
 * It survives the death of the process, not power loss: nothing is synced.
 */
export async function putFileObject(
  tree: DirectoryTree,
  object: { readonly key: string; readonly body: ObjectBody },
  options: PutOptions & { readonly onFolderMade: OnFolderMade },
): Promise<PutResult> {
  const path = pathOf(tree, object.key);
  const call = { action: 'write', key: object.key, path } as const;
  options.signal?.throwIfAborted();
  try {
    for (let race = 1; ; race++) {
      try {
        const folder = await openFolder(tree, call, options.onFolderMade);
        const result = await writeInto(folder, { ...call, body: object.body }, options);
        options.signal?.throwIfAborted();
        return result;
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT' || race === MAX_RACES) throw error;
      }
    }
  } catch (error) {
    throw fileError(error, call);
  }
}

interface Write {
  readonly action: 'write';
  readonly key: string;
  readonly path: string;
  readonly body: ObjectBody;
}

/** Spares writing a large body that would be refused; the link below decides. */
async function standsAlready(target: string, call: Omit<Write, 'body'>): Promise<boolean> {
  try {
    const stats = await lstat(target);
    if (stats.isDirectory()) throw explainErrno('EISDIR', call);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The object's folder, links resolved, made when missing. */
async function openFolder(tree: DirectoryTree, call: Omit<Write, 'body'>, onFolderMade: OnFolderMade): Promise<string> {
  const folder = dirname(call.path);
  try {
    if (tree.followLinks) await stat(folder);
    return await resolveInside(tree, call.key, folder);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  await checkFolderInside(tree, call.key, folder);
  await makeFolder(folder, onFolderMade);
  return await resolveInside(tree, call.key, folder);
}

/** Not by mkdir's own recursion: it never ends on file systems that answer ENOENT for ever, such as /proc. */
async function makeFolder(folder: string, onFolderMade: OnFolderMade): Promise<void> {
  const missing: string[] = [];
  for (let path = folder; !(await exists(path)); path = dirname(path)) missing.push(path);
  for (const path of missing.reverse()) {
    try {
      await mkdir(path);
      onFolderMade(path);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function writeInto(folder: string, object: Write, options: PutOptions): Promise<PutResult> {
  const temporary = join(folder, temporaryName(randomBytes(16).toString('hex')));
  const target = join(folder, basename(object.path));
  if (options.ifAbsent === true && (await standsAlready(target, object))) return { stored: false };
  let renamed = false;
  try {
    const etag = await writeTemporary(temporary, { ...object, target }, options);
    if (options.ifAbsent === true) return (await linkIfAbsent(temporary, target, object)) ? { stored: true, etag } : { stored: false };
    await rename(temporary, target);
    renamed = true;
    return { stored: true, etag };
  } finally {
    if (!renamed) await removeTemporary(temporary);
  }
}

async function writeTemporary(
  temporary: string,
  { key, body, target }: Pick<Write, 'key' | 'body'> & { readonly target: string },
  options: PutOptions,
): Promise<string> {
  const fd = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
  try {
    for (const chunk of chunksOf(key, body)) {
      for (let done = 0; done < chunk.length; ) {
        options.signal?.throwIfAborted();
        const { bytesWritten } = await write(fd, chunk, done, Math.min(chunk.length - done, PIECE_BYTES));
        done += bytesWritten;
      }
    }
    const modified = await modificationTime(options.ifAbsent === true ? null : target);
    await futimes(fd, modified, modified);
    options.signal?.throwIfAborted();
    return etagOf(fstatSync(fd, { bigint: true }));
  } finally {
    await close(fd);
  }
}

/**
 * Seconds, later than those of the object that will be replaced. The system's own stamp moves in steps of some milliseconds, and
 * the number of a removed file is given to the next one: without this, two objects of one size could have one etag.
 */
async function modificationTime(replaced: string | null): Promise<number> {
  const now = Date.now() / 1000 + Number((process.hrtime.bigint() / 1000n) % 1000n) / 1e6;
  if (replaced === null) return now;
  try {
    const { mtimeNs } = await stat(replaced, { bigint: true });
    return Math.max(now, Number(mtimeNs) / 1e9 + 1e-6);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return now;
    throw error;
  }
}

async function linkIfAbsent(temporary: string, target: string, call: Omit<Write, 'body'>): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') {
      if ((await lstat(target)).isDirectory()) throw explainErrno('EISDIR', call, error);
      return false;
    }
    // What a file system without hard links answers for a file of our own.
    if (errno === 'EPERM') throw explainErrno('ENOTSUP', call, error);
    throw error;
  }
}

async function removeTemporary(temporary: string): Promise<void> {
  try {
    await unlink(temporary);
  } catch {
    // It is hidden from every list, and the delete that empties its folder takes it along.
  }
}
