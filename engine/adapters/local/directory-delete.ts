import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mapBounded } from '../../ports/map-bounded.ts';
import type { DeleteReport } from '../../ports/object-store.ts';
import { errnoOf, fileError } from './directory-errors.ts';

import { type DirectoryTree, pathOf, resolveInside, temporaryWriter } from './directory-tree.ts';

const CONCURRENT_DELETES = 16;

export interface DeleteOptions {
  readonly signal: AbortSignal | undefined;
  /** Whether this folder may go once it is empty. */
  readonly mayRemove: (folder: string) => boolean;
}

/** Deletes objects, then the folders that this left empty. */
export async function deleteFileObjects(tree: DirectoryTree, keys: readonly string[], options: DeleteOptions): Promise<DeleteReport> {
  const objects = keys.map((key) => ({ key, path: pathOf(tree, key) }));
  options.signal?.throwIfAborted();
  const outcomes = await mapBounded(objects, { concurrency: CONCURRENT_DELETES, signal: options.signal }, async ({ key, path }) => {
    try {
      await deleteOne(tree, key, path);
      return null;
    } catch (error) {
      const failure = fileError(error, { action: 'delete', key, path });
      return { key, message: failure instanceof Error ? failure.message : String(failure) };
    }
  });
  const folders = [...new Set(objects.map(({ path }) => dirname(path)))];
  // Deepest first: removing one may empty its parent.
  for (const folder of folders.sort((a, b) => b.length - a.length)) await removeEmptyFolders(tree, folder, options);
  options.signal?.throwIfAborted();
  return { failed: outcomes.filter((failure) => failure !== null) };
}

async function deleteOne(tree: DirectoryTree, key: string, path: string): Promise<void> {
  try {
    const folder = await resolveInside(tree, key, dirname(path));
    await unlink(join(folder, path.slice(path.lastIndexOf('/') + 1)));
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'EISDIR') return;
    // Some systems answer EPERM for a folder, which is no object and so not there.
    if (errno === 'EPERM' && (await lstat(path)).isDirectory()) return;
    throw error;
  }
}

async function removeEmptyFolders(tree: DirectoryTree, start: string, options: DeleteOptions): Promise<void> {
  for (let folder = start; folder !== tree.root && folder !== dirname(folder) && options.mayRemove(folder); folder = dirname(folder)) {
    options.signal?.throwIfAborted();
    if (!(await removeIfEmpty(folder))) return;
  }
}

/** Whether the folder is gone now; what dead writers have left in it does not count. */
export async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return true;
    // A link, or not ours to remove: an empty folder left behind harms nobody.
    if (errno !== 'ENOTEMPTY' && errno !== 'EEXIST') return false;
  }
  return (await removeDeadTemporaries(folder)) && (await removeIfEmpty(folder));
}

/**
 * Takes away what killed writers left; true when something went and nothing else stands there. A writer of another machine or
 * container may look dead: its put finds its temporary file gone and begins again.
 */
async function removeDeadTemporaries(folder: string): Promise<boolean> {
  try {
    const names = await readdir(folder);
    if (names.length === 0 || !names.every((name) => isDead(temporaryWriter(name)))) return false;
    for (const name of names) await unlink(join(folder, name));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

function isDead(writer: number | null): boolean {
  if (writer === null || writer === process.pid) return false;
  try {
    process.kill(writer, 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}
