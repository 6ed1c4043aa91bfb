import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mapBounded } from '../../ports/map-bounded.ts';
import { invalidKey } from '../../ports/object-errors.ts';
import { checkObjectKey, checkObjectPrefix } from '../../ports/object-key.ts';
import type { ListPage, ObjectInfo } from '../../ports/object-store.ts';
import { compareUtf8 } from '../../ports/utf8-order.ts';
import { errnoOf, fileError } from './directory-errors.ts';
import { etagOf } from './directory-read.ts';
import { type DirectoryTree, isBelow, resolveInside, temporaryWriter } from './directory-tree.ts';

/** Calls to the file system in flight: its four threads are never idle, and little is lost when one fails. */
const CONCURRENT_STATS = 16;

export interface ListQuery {
  readonly prefix: string;
  readonly after: string | undefined;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * One page of the objects below a prefix, in key order. Only folders that can hold keys of this page are read:
 * a folder sorts as its name and a `/`, so walking the sorted entries in depth gives the keys in order.
 */
export async function listFileObjects(tree: DirectoryTree, query: ListQuery): Promise<ListPage> {
  checkObjectPrefix(query.prefix);
  query.signal?.throwIfAborted();
  const folder = query.prefix.slice(0, query.prefix.lastIndexOf('/') + 1);
  const keys: string[] = [];
  for await (const key of walk(tree, folder, query)) {
    query.signal?.throwIfAborted();
    keys.push(key);
    if (keys.length > query.limit) break;
  }
  const page = keys.slice(0, query.limit);
  const infos = await mapBounded(page, { concurrency: CONCURRENT_STATS, signal: query.signal }, (key) => infoOf(tree, key));
  query.signal?.throwIfAborted();
  return { objects: infos.filter((info) => info !== null), next: keys.length > query.limit ? (page.at(-1) ?? null) : null };
}

/** `folder` is empty or ends in `/`. */
async function* walk(tree: DirectoryTree, folder: string, query: ListQuery): AsyncGenerator<string> {
  for (const entry of await entriesOf(tree, folder)) {
    const key = folder + entry;
    if (isOutside(key, query)) continue;
    if (key.endsWith('/')) yield* walk(tree, key, query);
    else {
      checkObjectKey(key);
      yield key;
    }
  }
}

/** Whether neither the key nor, of a folder, anything below it belongs to the rest of the listing. */
function isOutside(key: string, { prefix, after }: ListQuery): boolean {
  const isFolder = key.endsWith('/');
  if (!key.startsWith(prefix) && !(isFolder && prefix.startsWith(key))) return true;
  return after !== undefined && compareUtf8(key, after) <= 0 && !(isFolder && after.startsWith(key));
}

/** Names in a folder in key order, those of folders with a `/`. A folder that is not there has none. */
async function entriesOf(tree: DirectoryTree, folder: string): Promise<readonly string[]> {
  const path = join(tree.root, folder);
  try {
    const resolved = await resolveInside(tree, folder, path);
    const names: string[] = [];
    for (const entry of await readdir(resolved, { withFileTypes: true })) {
      if (temporaryWriter(entry.name) !== null) continue;
      const name = entry.isFile() ? entry.name : await nameOf(tree, join(path, entry.name), entry);
      if (name !== null) names.push(name);
    }
    return names.sort(compareUtf8);
  } catch (error) {
    if (isMissing(error, folder)) return [];
    throw fileError(error, { action: 'list', key: folder, path });
  }
}

/** The name of a folder or of a link's target; null for what is no object: pipes, broken links, links out of the root or up their own path. */
async function nameOf(tree: DirectoryTree, path: string, entry: Dirent): Promise<string | null> {
  if (entry.isDirectory()) return `${entry.name}/`;
  try {
    const real = await realpath(path);
    if (!tree.followLinks && !isBelow(real, await tree.realRoot())) return null;
    const stats = await stat(real);
    if (stats.isFile()) return entry.name;
    return stats.isDirectory() && !isBelow(await realpath(dirname(path)), real) ? `${entry.name}/` : null;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP') return null;
    throw error;
  }
}

async function infoOf(tree: DirectoryTree, key: string): Promise<ObjectInfo | null> {
  const path = join(tree.root, key);
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? { key, size: Number(stats.size), etag: etagOf(stats) } : null;
  } catch (error) {
    if (isMissing(error, key)) return null;
    throw fileError(error, { action: 'list', key, path });
  }
}

/** Removed since its folder was read. A name that is not UTF-8 looks the same (it was read as U+FFFD), and must not be passed over. */
function isMissing(error: unknown, key: string): boolean {
  const errno = errnoOf(error);
  if (errno !== 'ENOENT' && errno !== 'ENOTDIR') return false;
  if (key.includes('\ufffd')) throw invalidKey(key, 'this file name is not UTF-8. Rename the file');
  return true;
}
