import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from './directory-errors.ts';
import { temporaryWriter } from './directory-tree.ts';
import { abandonedFolders } from './local-folder.ts';
import { isAlive } from './process-identity.ts';

/** Something on this machine's disk that nobody needs any more. */
export interface LeftFile {
  readonly kind: 'scratch folder' | 'temporary file' | 'cached code';
  readonly path: string;
  readonly bytes: number;
}

export interface FindLeftFiles {
  readonly stateDir: string;
  readonly localDir: string | null;
  /** Cached code that was not used since then; wall time. */
  readonly unusedSinceMs: number;
}

/**
 * - scratch folders of processes that are gone;
 * - temporary files of puts that were cut short, by processes that are gone;
 * - cached code, made again when it is needed.
 */
export async function findLeftFiles({ stateDir, localDir, unusedSinceMs }: FindLeftFiles): Promise<readonly LeftFile[]> {
  const found: LeftFile[] = [];
  for (const path of await abandonedFolders(localDir)) found.push({ kind: 'scratch folder', path, bytes: await folderSize(path) });
  for await (const { path, name } of filesBelow(join(stateDir, 'objects'))) {
    const writer = temporaryWriter(name);
    if (writer !== null && !isAlive(writer)) found.push({ kind: 'temporary file', path, bytes: (await statOf(path))?.size ?? 0 });
  }
  for await (const { path } of filesBelow(join(stateDir, 'cache'))) {
    const file = await statOf(path);
    if (file !== null && file.mtimeMs < unusedSinceMs) found.push({ kind: 'cached code', path, bytes: file.size });
  }
  return found;
}

export async function removeLeftFile({ path }: LeftFile): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

async function folderSize(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { path } of filesBelow(folder)) bytes += (await statOf(path))?.size ?? 0;
  return bytes;
}

/** Links are not followed. */
async function* filesBelow(folder: string): AsyncGenerator<{ readonly path: string; readonly name: string }> {
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of await entriesOf(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) open.push(path);
      else if (entry.isFile()) yield { path, name: entry.name };
    }
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return await readdir(folder, { withFileTypes: true }).catch(goneAs([]));
}

async function statOf(path: string): Promise<{ readonly size: number; readonly mtimeMs: number } | null> {
  return await stat(path).catch(goneAs(null));
}

/** Others clean up at the same time. */
function goneAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (errnoOf(error) === 'ENOENT') return value;
    throw error;
  };
}
